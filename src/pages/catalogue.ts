import type { Pages } from '../answers/page.ts';
import { assets } from './assets.ts';
import { initiativePage } from './initiative.ts';
import { refusal } from './refusal.ts';

/** Every page, and what pages load. */
export const pages: Pages = {
  pages: [initiativePage],
  assets,
  refusal,
};
