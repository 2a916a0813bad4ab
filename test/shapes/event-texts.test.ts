import fc from 'fast-check';
import t from 'tap';
import { canonicalJson } from '../../src/shapes/canonical-json.ts';
import { canonicalWith, type EventTexts, textsOf } from '../../src/shapes/event-texts.ts';

const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }), {
  noNullPrototype: true,
});
const event = fc.record(
  {
    type: fc.constantFrom('MoUSigned', 'MeetingHeld'),
    changes: object,
    correlationId: fc.string({ unit: 'grapheme' }),
    data: object,
    eventId: fc.uuid(),
    note: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    recordId: fc.string({ unit: 'grapheme' }),
    sources: fc.array(object, { maxLength: 3 }),
    version: fc.nat(),
  },
  { requiredKeys: ['type'], noNullPrototype: true },
);

t.test('with the texts of its members known, the canonical text of an event is the same', async (t) => {
  fc.assert(
    fc.property(event, (event) => {
      const texts = textsOf(event as { data?: object; sources?: object });
      const places = new Map<keyof EventTexts, number>();
      const text = canonicalWith(event, texts, (member, at) => places.set(member, at));
      t.equal(text, canonicalJson(event));
      for (const member of ['data', 'sources'] as const) {
        const at = places.get(member);
        t.equal(at === undefined ? undefined : text.substr(at, texts[member]?.length), texts[member]);
      }
    }),
  );
});
