import { type Static, type TObject, Type } from 'typebox';
import { badQuery } from '../views/at.ts';
import { dividedAt, divisions, type Sums, topOf } from '../views/divided.ts';
import type { CountedScope } from '../views/milestone-rows.ts';
import { type Asked, list, type ReadPage } from './answer.ts';
import { firstAsJson, pageOfWhole } from './bounds.ts';
import { columnsOf } from './columns.ts';
import { wantedAt } from './filters.ts';
import { byNumber, filtersOfRecords, initiativeParameter } from './parameters.ts';
import { DividedAnswer } from './schemas.ts';

const described =
  'Standing records, divided by one or two of their properties. A record counts under each of its keys (of two: under each pair of its keys), and under null if it has none; distinct counts each record once. Persons are not counted by name. The year is the one that the whole date lies in. meetings stands where the keys are those of meetings, too. Filters are those of lists.';
const ordered =
  'In the order of their keys, which are compared as filters compare them; with top those with the greatest totals first, and last, as one item, all others.';

const { standing: _, ...filters } = filtersOfRecords;
const takes = (names: readonly string[]) => ({
  ...filters,
  by: Type.Array(Type.String({ pattern: `^(?:${names.join('|')})(?:,(?:${names.join('|')}))?$` }), {
    minItems: 1,
    maxItems: 2,
    default: ['party'],
    description: `One or two of ${names.join(', ')}: joined by a comma, or given twice.`,
  }),
  top: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Only so many, and the others as one item.' }),
  ),
});
const ofOne = takes(divisions.map(({ name }) => name));
/** The ids of meetings mean nothing outside their initiative. */
const ofAll = takes(divisions.flatMap(({ name }) => (name === 'meeting' ? [] : name)));

const counts = { shape: DividedAnswer, columns: columnsOf.divided, paging: byNumber };

export const countsOfInitiative = list({
  ...counts,
  name: 'countInitiative',
  path: '/v1/initiatives/:initiativeId/counts',
  summary: 'Counts of an initiative by party, country, year and so on',
  description: `${described} ${ordered}`,
  tag: 'initiatives',
  parameters: { ...initiativeParameter, ...ofOne },
  open: (asked) => divided(asked, { initiativeId: asked.parameters.initiativeId }),
});

export const countsOfAll = list({
  ...counts,
  name: 'countAll',
  path: '/v1/counts',
  summary: 'Counts over all initiatives by party, country, year and so on',
  description: `${described} One that several initiatives record (sameAs) counts once: as the one recorded first. ${ordered}`,
  tag: 'records',
  parameters: ofAll,
  open: (asked) => divided(asked, { visible: asked.visible }),
});

async function divided(
  {
    ledger: { store },
    at: { position },
    parameters,
  }: Pick<Asked<typeof ofOne>, 'ledger' | 'at' | 'parameters'>,
  of: CountedScope,
): Promise<ReadPage> {
  const wanted = await wantedAt(store.db, position, parameters);
  const isCut = wanted.cut.from !== undefined || wanted.cut.until !== undefined;
  const by = byOf(parameters);
  const { groups, distinct, spelled } = await dividedAt(store.db, position, of, by, wanted);
  const hasMeetings = by.every(({ ofMeetings }) => ofMeetings);
  const shown = ({ total, possible, undated }: Sums) => {
    const all = (of: (numbers: Sums['total']) => number) => ({
      total: of(total),
      ...(isCut && { possible: of(possible) }),
      ...(of(undated) > 0 && { undated: of(undated) }),
    });
    return {
      mous: all(({ mou }) => mou),
      projects: all(({ project }) => project),
      ...(hasMeetings && { meetings: all(({ meeting }) => meeting) }),
      ...all(({ mou, project }) => mou + project),
    };
  };
  const { top } = parameters;
  const { first, others } = top === undefined ? { first: groups, others: undefined } : topOf(groups, top);
  const items = [...first, ...(others?.left ? [others] : [])].map((item, i) => ({ item, id: i + 1 }));
  return async (asked) => ({
    ...(await pageOfWhole(
      items,
      ({ id }) => String(id),
      asked,
      async (page, bytesMax) => {
        const keys = await spelled(page.flatMap(({ item }) => ('keys' in item ? item : [])));
        const shownItems: object[] = page.map(({ item }, i) =>
          'keys' in item
            ? { key: keys[i]?.[0], ...(by.length > 1 && { key2: keys[i]?.[1] }), ...shown(item) }
            : { others: item.left, ...shown(item) },
        );
        return firstAsJson(shownItems, bytesMax);
      },
    )),
    more: () => ({ distinct: shown(distinct) }),
  });
}

function byOf({ by }: Static<TObject<typeof ofOne>>) {
  const names = by.flatMap((some) => some.split(','));
  const found = new Set(names.flatMap((name) => divisions.find((division) => division.name === name) ?? []));
  if (names.length > 2 || found.size < names.length)
    throw badQuery('/query/by', 'must be one or two, which differ');
  return [...found];
}
