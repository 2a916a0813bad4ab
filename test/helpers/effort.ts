/** Whether these are the long tests. */
export const isLong = process.env['TEST_LONG'] === 'true';

/** How much of something a test tries: few in `npm test`, many in `npm run test:long`. */
export const effort = (few: number, many: number): number => (isLong ? many : few);

/** For a test that takes long: `npm test` leaves it out. */
export const onlyLong = { skip: isLong ? false : 'only in npm run test:long' };
