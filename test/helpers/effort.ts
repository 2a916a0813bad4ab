/** Whether these are the long tests. */
export const isLong = process.env['TEST_LONG'] === 'true';

/** How much of something a test tries: few in `npm test`, many in `npm run test:long`. Such a test is marked with `moreInLong`. */
export const effort = (few: number, many: number): number => (isLong ? many : few);

/** Where only marked tests run, this one does, and all in it. */
const marked = { only: true, runOnly: false };

/** For a test that tries more in `npm run test:long`. */
export const moreInLong = isLong ? marked : {};

/** For a test that takes long: `npm test` leaves it out. */
export const onlyLong = isLong ? marked : { skip: 'only in npm run test:long' };
