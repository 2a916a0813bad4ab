import { unzipSync } from 'fflate';

/** The files of a zip by their names. */
export const unzipped = (zip: Uint8Array): Map<string, string> =>
  new Map(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
