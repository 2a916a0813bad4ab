import type { PageFile } from '../answers/page.ts';
import { calendar } from './calendar.ts';
import { dataCatalogue } from './data-catalogue.ts';
import { feed } from './feed.ts';
import { initiativeChart } from './initiative-chart.ts';

/** Every file for other programs. */
export const files: readonly PageFile[] = [initiativeChart, feed, calendar, dataCatalogue];
