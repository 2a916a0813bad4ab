import type { Test } from 'tap';
import type { App } from '../../src/app.ts';
import { buildLedger } from './ledger.ts';
import { chongqing, egyptJordan, recordReal, shenzhen } from './real-data.ts';
import { listen } from './shell.ts';

/** The real initiatives, served on a port. */
export async function served(t: Test): Promise<{ app: App; origin: string }> {
  const app = await buildLedger(t);
  for (const initiative of [shenzhen, egyptJordan, chongqing]) await recordReal(app, initiative);
  return { app, origin: `http://127.0.0.1:${await listen(app)}` };
}

export const initiativePath = `/initiatives/${shenzhen.initiativeId}`;

/** Every page with these data, and some of the past. */
export async function pathsOf(app: App): Promise<string[]> {
  const { items } = (await app.inject('/v1/events?type=MeetingHeld&limit=1')).json();
  return [
    ...[shenzhen, egyptJordan, chongqing].map(({ initiativeId }) => `/initiatives/${initiativeId}`),
    `${initiativePath}?until=2021`,
    `${initiativePath}?asOfPosition=70`,
    '/proof',
    '/proof?asOfPosition=70',
    ...app.routesServed.flatMap(({ method, url, config }) =>
      method === 'GET' && config?.isPage && !/initiativeId$|^\/proof/.test(url)
        ? [
            url
              .replace(':initiativeId', shenzhen.initiativeId)
              .replace(/meetings\/:recordId/, 'meetings/jic-4')
              .replace(':recordId', 'jic-4')
              .replace(':eventId', items[0].event.eventId),
          ]
        : [],
    ),
  ];
}
