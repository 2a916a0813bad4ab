/** What requests may take of the service. An operator can set each. */
export interface Limits {
  /** Bytes of a body, unless it is a file. */
  bodyBytes: number;
  /** Events that one request makes. */
  events: number;
  /** Levels of JSON in a body, and in a line of a file. */
  levels: number;
  /** Time until all headers of a request have come. */
  headersMs: number;
  /** Time until all of a request has come, unless it is a file. */
  requestMs: number;
  /** Large files that are read at once. */
  files: number;
  /** Requests that wait to be recorded. */
  waiting: number;
}

export const standardLimits: Limits = {
  bodyBytes: 1_048_576,
  events: 1_000,
  levels: 32,
  headersMs: 10_000,
  requestMs: 30_000,
  files: 4,
  waiting: 4_096,
};
