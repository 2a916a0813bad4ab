import type { TProperties } from 'typebox';
import type { Access } from '../access/access.ts';
import type { Granted } from '../access/rights.ts';
import type { Visible } from '../access/visible.ts';
import type { At } from '../views/at.ts';
import type { RouteServed } from './access.ts';
import type { Answer } from './answer.ts';
import type { Ledger } from './ledger.ts';

/** Who reads a page. */
export interface Reader {
  /** The id of the principal; undefined: nobody is known. */
  principal: string | undefined;
  /** Whether the ledger is open to everybody on its machine. */
  open: boolean;
  /** Whether one may log in with a browser. */
  canLogIn: boolean;
  /** What they may do now. */
  grants: Granted;
}

/** What a page is made from: it knows neither a request nor a reply, as answers do. */
export interface PageAsked {
  ledger: Ledger;
  at: At;
  /** The last position of the log. */
  end: number;
  /** The newest signed checkpoint: the number of events that it covers, and when it was signed (milliseconds). */
  checkpoint: { size: number; signedAt: number } | undefined;
  visible: Visible;
  reader: Reader;
  /** Checked against their schema. */
  parameters: { [name: string]: unknown };
  /** The address of the page below the base path, and its query as it was sent. */
  path: string;
  query: string;
  /** What addresses on the page begin with: '' or `/ledger`. */
  base: string;
  /** What stands before that where an address leaves the site, as in a feed: `https://ledger.example.org`. */
  origin: string;
  /** The same for programs. */
  alternates: readonly Alternate[];
  /** What each route of the API needs of whoever asks. */
  routes: () => readonly RouteServed[];
}

/** Something that a page is there as, too. */
export interface Alternate {
  /** Its path below the base path, and its query. */
  to: string;
  type: string;
  title?: string;
}

/** A page for people: HTML that is computed from answers. */
export interface Page {
  path: `/${string}`;
  access: Access;
  /** Parts of the path, and of the query. */
  parameters: TProperties;
  /** The answer of the API that it shows, which is there under its path with `.json`, and `.csv` where it is a list. */
  answer?: Answer;
  /** What else tells of the same, with the same parts of its path. */
  files?: readonly Described[];
  html(asked: PageAsked): Promise<string>;
}

/** A file as others link to it. */
export interface Described {
  path: `/${string}`;
  /** Those of its path, and those of its query. */
  parameters: TProperties;
  type: string;
  title: string;
}

/** What is computed from answers for programs that are none of ours: a chart, a feed, a calendar. */
export interface PageFile extends Described {
  access: Access;
  /** With what a browser opens it, where it needs more than nothing. */
  policy?: string;
  text(asked: PageAsked): Promise<string>;
}

/** A file that pages load. */
export interface Asset {
  path: `/${string}`;
  type: string;
  bytes: Uint8Array;
}

/** All that is for people. */
export interface Pages {
  pages: readonly Page[];
  files: readonly PageFile[];
  assets: readonly Asset[];
  /** What a browser is shown where a page is refused. */
  refusal(
    problem: { status: number; title: string; detail?: string; code: string },
    asked: Pick<PageAsked, 'base' | 'path' | 'query' | 'reader'>,
  ): string;
}
