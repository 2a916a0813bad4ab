import type { Pages } from '../answers/page.ts';
import { aboutPage } from './about.ts';
import { accessPage, whoPage } from './access.ts';
import { assets } from './assets.ts';
import { changesPage } from './changes.ts';
import { claimsOfInitiativePage, claimsPage } from './claims.ts';
import { correctingPage } from './correcting.ts';
import { countsPage } from './counts.ts';
import { eventPage } from './event.ts';
import { files } from './files.ts';
import { homePage } from './home.ts';
import { importPage } from './importing.ts';
import { initiativePage } from './initiative.ts';
import { mousPage, projectsPage } from './lists.ts';
import { logPage } from './log.ts';
import { mePage } from './me.ts';
import { meetingPage } from './meeting.ts';
import { meetingsPage } from './meetings.ts';
import { proofPage } from './proof.ts';
import { recordPage } from './record.ts';
import { recordingPage } from './recording.ts';
import { refusal } from './refusal.ts';

/** Every page, every file for other programs, and what pages load. */
export const pages: Pages = {
  pages: [
    homePage,
    initiativePage,
    recordPage,
    changesPage,
    logPage,
    eventPage,
    mePage,
    accessPage,
    whoPage,
    proofPage,
    recordingPage,
    correctingPage,
    importPage,
    meetingsPage,
    meetingPage,
    mousPage,
    projectsPage,
    countsPage,
    claimsPage,
    claimsOfInitiativePage,
    aboutPage,
  ],
  files,
  assets,
  refusal,
};
