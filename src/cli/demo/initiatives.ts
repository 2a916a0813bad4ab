import { chongqing } from './chongqing.ts';
import { egyptJordan } from './egypt-jordan.ts';
import type { RealInitiative } from './requests.ts';
import { shenzhen } from './shenzhen.ts';

/** What README.md beside this says about where it comes from and how it is entered. */
export const initiatives: RealInitiative[] = [shenzhen, chongqing, egyptJordan];
