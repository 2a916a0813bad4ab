import type { Answer } from './answer.ts';
import { changes } from './changes.ts';
import { claims, claimsOfInitiative } from './claims.ts';
import { countsOfAll, countsOfInitiative } from './counts.ts';
import { event, events, eventsOfInitiative } from './events.ts';
import { difference, history } from './history.ts';
import { initiative, initiatives, overallSummary, summary } from './initiatives.ts';
import { meeting, meetings } from './meetings.ts';
import { partiesOfAll, partiesOfInitiative } from './parties.ts';
import { mous, projects, record, records, recordsOfInitiative } from './records.ts';

/** Every answer. Its route, its OpenAPI description and its formats follow from it. */
export const answers: readonly Answer[] = [
  events,
  eventsOfInitiative,
  event,
  initiatives,
  initiative,
  summary,
  overallSummary,
  meetings,
  meeting,
  mous,
  projects,
  recordsOfInitiative,
  records,
  record,
  history,
  difference,
  partiesOfInitiative,
  partiesOfAll,
  countsOfInitiative,
  countsOfAll,
  claimsOfInitiative,
  claims,
  changes,
];
