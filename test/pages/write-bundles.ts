import { writeFileSync } from 'node:fs';
import { bundled, bundleFile, bundleNames } from './bundles.ts';

for (const name of bundleNames) writeFileSync(bundleFile(name), await bundled(name));
