#!/usr/bin/env node
// Built JavaScript, as Node never strips types under node_modules.
import { run } from './under-node-26.js';

await run(new URL('../dist/src/main.js', import.meta.url));
