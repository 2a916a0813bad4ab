/** A text that would be something else wherever it is not escaped: markup, a formula, a new line of a calendar, an end of a string. */
export const attack = [
  '=1+1</title></style></svg><script>alert(1)</script>',
  ']]>&lt;&#0;"\'`,;:\\n\\',
  'END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged',
  '\u0001\u000b\u2028\ufffe🇸🇬',
].join('\n');

/** It, as a reader of XML reads it: not every character can be in XML, and a new line is one character. */
export const attackInXml = ['\u0001', '\u000b', '\ufffe']
  .reduce((text, character) => text.replaceAll(character, '\ufffd'), attack)
  .replaceAll('\r\n', '\n');

const source = {
  publisher: attack,
  title: attack,
  url: 'https://news.example/?"><script>alert(1)</script>',
  quote: attack,
  note: attack,
};
const rest = { sources: [source], note: attack, correlationId: attack.slice(0, 100) };
const reason = { code: 'other', text: attack };
const parties = [{ name: attack, country: 'SG' }];

/** Every text of these records is an attack. */
export const attacks = [
  {
    type: 'InitiativeRegistered',
    data: {
      name: attack,
      aliases: [attack],
      pillars: [attack],
      zones: [attack],
      description: attack,
      parties,
    },
    ...rest,
  },
  {
    type: 'MeetingHeld',
    recordId: 'meeting',
    occurredOn: '2023-05-01',
    data: { name: attack, series: attack, ordinal: 1, place: attack, coChairs: [{ name: attack }] },
    ...rest,
  },
  ...['MoUSigned', 'ProjectLaunched'].map((type) => ({
    type,
    recordId: type.toLowerCase(),
    data: {
      meetingId: 'meeting',
      title: attack,
      titles: [{ lang: 'zh', text: attack }],
      parties,
      occasion: { name: attack, place: attack },
      instrument: attack,
      pillar: attack,
      sector: attack,
      zone: attack,
      tier: attack,
      validUntil: '2026-05-01',
      renews: { text: attack },
    },
    ...rest,
  })),
  {
    type: 'FigureClaimed',
    recordId: 'claim',
    occurredOn: '2023-05-01',
    data: { metric: 'mous', value: 3, qualifier: 'exact', scope: 'all', label: attack },
    ...rest,
  },
  {
    type: 'RecordCorrected',
    recordId: 'mousigned',
    changes: { data: { title: `${attack} corrected` } },
    reason,
    ...rest,
  },
];
