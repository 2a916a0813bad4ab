import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { LineError } from '../../errors.ts';
import { columnOf } from '../../import/faults.ts';
import { csvRow } from '../../reading/csv.ts';
import { escapedFormula } from '../../shapes/formula.ts';
import { helps } from '../plugins/problem-helps.ts';

/** The faults of a file as a table, for whoever mends it in a spreadsheet. */
export const reportCsv = (errors: readonly LineError[]): string =>
  [
    csvRow(['row', 'column', 'value', 'fault', 'advice']),
    ...errors.map(({ line, column, pointer, value = '', detail, code }) =>
      csvRow([
        line,
        ...[column ?? columnOf(pointer), value, detail, helps[code]].map((text) => escapedFormula(text)),
      ]),
    ),
  ].join('');

/** The parameter that asks for it. */
export const reportFormat = Type.Optional(
  Type.Enum(['json', 'csv'], {
    description: 'csv: only the first 1,000 faults, as a table of row, column, value, fault and advice.',
  }),
);

export const sendReportCsv = (reply: FastifyReply, errors: readonly LineError[]): FastifyReply =>
  reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', 'attachment; filename="faults.csv"')
    .send(reportCsv(errors));
