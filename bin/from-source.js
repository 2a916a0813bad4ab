// What the npm scripts of a checkout start.
import { run } from './under-node-26.js';

await run(new URL('../src/main.ts', import.meta.url));
