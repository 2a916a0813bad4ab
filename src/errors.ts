/** Every problem code with its status and its title. Codes are never renamed or reused. */
export const problems = {
  'malformed-json': [400, 'The body is not JSON'],
  'invalid-body': [400, 'The body has the wrong shape'],
  'malformed-csv': [400, 'The body is not a table that can be imported'],
  'invalid-mapping': [400, 'The mapping has the wrong shape'],
  'invalid-request': [400, 'A parameter or header of the request is not valid'],
  unauthenticated: [401, 'Nobody is known by these credentials'],
  forbidden: [403, 'A right is missing'],
  'host-not-allowed': [403, 'This host name is not served'],
  'proxied-request': [403, 'Requests through a proxy are refused'],
  'cross-origin-request': [403, 'Requests from pages of other origins are refused'],
  'rebuild-not-allowed': [403, 'This instance may not rebuild read models'],
  'not-found': [404, 'Nothing is served at this path'],
  'initiative-not-found': [404, 'No such initiative'],
  'record-not-found': [404, 'No such record'],
  'event-not-found': [404, 'No such event'],
  'principal-not-found': [404, 'No such principal'],
  'token-not-found': [404, 'No such token'],
  'checkpoint-not-found': [404, 'No such checkpoint'],
  'method-not-allowed': [405, 'The path does not serve this method'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'version-conflict': [409, 'The record is at another version'],
  'record-exists': [409, 'The record exists already'],
  'alias-taken': [409, 'The name means another party'],
  'external-id-exists': [409, 'Another standing record has this externalId'],
  'plan-changed': [409, 'The ledger has changed since the preview'],
  'event-exists': [409, 'An event with this id and other content exists'],
  'record-retracted': [409, 'The record is retracted'],
  'record-standing': [409, 'The record is not retracted'],
  'initiative-retracted': [409, 'The initiative is retracted'],
  'rebuild-running': [409, 'A rebuild is running'],
  'count-differs': [409, 'Another number of records matches'],
  'event-in-the-way': [409, 'A later event is in the way'],
  'erasure-final': [409, 'An erasure can not be undone'],
  'meeting-in-use': [409, 'The meeting has standing milestones'],
  'body-too-large': [413, 'The body is too large'],
  'event-too-large': [413, 'The event is too large'],
  'uri-too-long': [414, 'The address is too long'],
  'unsupported-media-type': [415, 'The media type is not supported'],
  'rule-violated': [422, 'A rule of the register refuses this'],
  'meeting-not-found': [422, 'The meeting named is not a standing meeting of the initiative'],
  'reference-not-found': [422, 'A record referred to does not exist'],
  'date-in-future': [422, 'The date lies in the future'],
  'no-change': [422, 'The event would change nothing'],
  'nothing-matches': [422, 'No standing record matches'],
  'import-refused': [422, 'The import was refused as a whole'],
  'too-many-events': [422, 'The request would make too many events'],
  'idempotency-key-reused': [422, 'The idempotency key was used with another body'],
  'too-many-requests': [429, 'Too many requests'],
  'headers-too-large': [431, 'The headers are too large'],
  'internal-error': [500, 'Something went wrong inside the ledger'],
  'clock-behind': [503, 'The clock of the server is behind the log'],
  'clock-ahead': [503, 'The clock of the server is far ahead of the log'],
  'clock-differs': [503, 'The clock of this instance is off'],
  overloaded: [503, 'The ledger is overloaded'],
  'not-ready': [503, 'The ledger is not ready'],
  'history-fork': [503, 'The log does not extend what was signed'],
  'storage-unavailable': [503, 'The storage failed'],
  'identity-provider-unavailable': [503, 'The identity provider does not answer'],
  'shutting-down': [503, 'The ledger is shutting down'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** One part of a body that is wrong. pointer: RFC 6901, into the body as posted. */
export interface ProblemPart {
  pointer: string;
  detail: string;
}

/** A fault in a line of an imported file. pointer: into the event of the line. */
export interface LineError extends ProblemPart {
  /** The refused value, shortened. Absent if there is none, or if it may name a person. */
  value?: string;
  /** The header of the column of a table from which the value is. Absent if it is from none, or from several. */
  column?: string;
  /** The line of the file, from 1. A row of a table is named by the line at which it begins. */
  line: number;
  code: ProblemCode;
}

/** A request is refused for a reason that its sender can act on. Anything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly members: {
    errors?: (ProblemPart | LineError)[];
    actualVersion?: number;
    actualCount?: number;
    inTheWay?: { position: number; eventId: string; recordId: string };
    knownSince?: number;
  };

  constructor(code: ProblemCode, detail: string, members: Refusal['members'] = {}) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.members = members;
  }

  get status(): number {
    return problems[this.code][0];
  }
}
