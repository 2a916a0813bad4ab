import { Type } from 'typebox';
import { Basis } from '../../answers/schemas.ts';
import { problems } from '../../errors.ts';
import { ref, Slug } from '../../shapes/fields.ts';

export const LineError = Type.Object(
  {
    line: Type.Integer({
      minimum: 0,
      description:
        'The line of the file; for a row of a table, the line at which it begins. 0: of a record that the list has no more.',
    }),
    code: Type.String({ enum: Object.keys(problems) }),
    pointer: Type.String({ description: 'RFC 6901, into the event of the line.' }),
    column: Type.Optional(
      Type.String({ description: 'The header of the column of a table from which the value is.' }),
    ),
    detail: Type.String(),
    value: Type.Optional(
      Type.String({
        description:
          'The first 80 characters of the refused value. Absent if there is none, or if it may name a person.',
      }),
    ),
  },
  { $id: 'LineError', additionalProperties: false, description: 'Why a line was not recorded.' },
);

/** The faults of one kind in one column. */
export const FaultGroup = Type.Object(
  {
    code: Type.String({ enum: Object.keys(problems) }),
    column: Type.String({
      description:
        'The header of the column of a table, or what it is called, as data.title; empty: the row as a whole.',
    }),
    count: Type.Integer({ minimum: 1 }),
    examples: Type.Array(Type.Pick(LineError, ['line', 'value', 'detail'], { additionalProperties: false }), {
      maxItems: 3,
      description: 'The first of them.',
    }),
  },
  { $id: 'FaultGroup', additionalProperties: false, description: 'The faults of one kind in one column.' },
);

const LineWarning = Type.Object(
  {
    line: Type.Optional(Type.Integer({ description: 'Absent: it is about the list as a whole.' })),
    code: Type.String({
      description:
        'As in the answer to posted events; in a sync also stays-retracted, has-erased-names and nothing-retracted.',
    }),
    pointer: Type.Optional(Type.String()),
    detail: Type.String(),
    where: Type.Optional(
      Type.Unknown({
        description: 'With milestones-keep-date: the where of a correction of these milestones.',
      }),
    ),
  },
  { $id: 'LineWarning', additionalProperties: false, description: 'No reason to refuse, but to be known.' },
);

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const ImportReport = Type.Object(
  {
    lines: count('Lines that are not blank: recorded, already recorded and failed ones.'),
    recorded: count('Lines that were recorded now; with dryRun, that would be.'),
    alreadyRecorded: count('Lines that were recorded before, under the same eventId with the same content.'),
    failed: count('Lines that were refused, or are no events.'),
    events: count('Events that the recorded lines made: a line may make several.'),
    warnings: Type.Array(ref(LineWarning), {
      maxItems: 1000,
      description:
        'What is odd about lines that were recorded. With dryRun only what titles, dates and parties tell.',
    }),
    faults: Type.Array(ref(FaultGroup), { description: 'All faults by their kind.' }),
    errors: Type.Array(ref(LineError), {
      maxItems: 1000,
      description: 'The faults of the first failed lines, in the order of the file. A line may have several.',
    }),
    basis: ref(Basis),
  },
  { $id: 'ImportReport', additionalProperties: false },
);

const ShownRow = Type.Object(
  {
    line: Type.Integer({ minimum: 1 }),
    event: Type.Optional(
      Type.Unknown({ description: 'As it would be posted; absent: the row can not be read.' }),
    ),
    cells: Type.Optional(
      Type.Array(
        Type.Object(
          {
            column: Type.String({ description: 'Its header, or its number where it has none.' }),
            text: Type.String(),
            fields: Type.Array(
              Type.Object(
                {
                  name: Type.String({ description: 'Our column.' }),
                  value: Type.Optional(Type.Unknown({ description: 'Absent: it counts as empty.' })),
                },
                { additionalProperties: false },
              ),
              { description: 'What it is read as; none: it is left out.' },
            ),
          },
          { additionalProperties: false },
        ),
        { description: 'Of a table.' },
      ),
    ),
    faults: Type.Array(
      Type.Object({ pointer: Type.String(), detail: Type.String() }, { additionalProperties: false }),
      { description: 'Of its shape; what rules refuse stands in the report.' },
    ),
  },
  { $id: 'ShownRow', additionalProperties: false, description: 'A row of a file, as it was read.' },
);

export const ImportPreview = Type.Object(
  {
    mapping: Type.Optional(
      Type.String({
        description: 'Where the table needs a mapping and none is given: a first one, as JSON with comments.',
      }),
    ),
    questions: Type.Array(Type.String(), { description: 'What the first mapping leaves open.' }),
    rows: Type.Array(ref(ShownRow), { description: 'The first rows.' }),
    report: ref(ImportReport),
  },
  { $id: 'ImportPreview', additionalProperties: false },
);

const FieldChange = Type.Object(
  {
    path: Type.String({ description: 'RFC 6901; /sources/- is a source that is added.' }),
    from: Type.Optional(Type.Unknown()),
    to: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false },
);

const SyncItem = Type.Object(
  {
    line: Type.Optional(Type.Integer({ description: 'Of the row; absent where the list has none.' })),
    key: Type.String(),
    recordId: Type.Optional({ ...Slug, description: 'Absent where the ledger makes one.' }),
    action: Type.Enum(['new', 'changed', 'gone']),
    changes: Type.Array(FieldChange),
  },
  { $id: 'SyncItem', additionalProperties: false, description: 'What a sync does about one record.' },
);

export const SyncReport = Type.Object(
  {
    hash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'Of the file, the options and what is planned: send it as expect.',
    }),
    correlationId: Type.String({ description: 'Of every event of this sync.' }),
    new: count('Rows that make a record.'),
    changed: count('Rows that change their record.'),
    gone: count('Records that the list has no more; with missing=retract they are retracted.'),
    unchanged: count('Rows whose record is as they say.'),
    refused: count('Rows that can not be recorded.'),
    events: count('Events that it makes.'),
    recorded: Type.Optional(count('With expect: events that were recorded now.')),
    alreadyRecorded: Type.Optional(count('With expect: events that were recorded before.')),
    items: Type.Array(ref(SyncItem), { description: 'Of what is new, changed or gone, a page.' }),
    next: Type.Optional(Type.Integer({ description: 'The after of the next page.' })),
    warnings: Type.Array(ref(LineWarning), { maxItems: 1000 }),
    faults: Type.Array(ref(FaultGroup), { description: 'All faults by their kind.' }),
    errors: Type.Array(ref(LineError), {
      maxItems: 1000,
      description: 'The faults of the first refused rows.',
    }),
    basis: ref(Basis),
  },
  { $id: 'SyncReport', additionalProperties: false },
);

export const reportSchemas = [
  LineError,
  FaultGroup,
  LineWarning,
  ImportReport,
  ShownRow,
  ImportPreview,
  SyncItem,
  SyncReport,
];
