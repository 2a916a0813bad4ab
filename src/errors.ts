/** Every problem code with its status, its title and what to do about it. Codes are never renamed or reused. */
export const problems = {
  'malformed-json': [
    400,
    'The body is not JSON',
    'Send one JSON document in UTF-8 (RFC 8259), without NUL characters, lone surrogates or more than 32 levels of nesting.',
  ],
  'invalid-body': [
    400,
    'The body does not have the shape asked for',
    'Each entry of "errors" points at a part of the body and says what is wrong with it. The shapes are in the OpenAPI document.',
  ],
  'malformed-csv': [
    400,
    'The body is not a table that can be imported',
    'Send CSV (RFC 4180) in UTF-8, with a header that names columns of IMPORT.md. Of one line: only this row was not taken.',
  ],
  'invalid-mapping': [
    400,
    'The mapping does not have the shape asked for',
    'A mapping says how the columns of a table are read. Its shape is in IMPORT.md.',
  ],
  'invalid-request': [
    400,
    'A parameter or header of the request is not valid',
    'The detail names the parameter. The parameters of each path are in the OpenAPI document.',
  ],
  'host-not-allowed': [
    403,
    'This host name is not served',
    'A ledger without authentication answers only to localhost, 127.0.0.1 and [::1].',
  ],
  'proxied-request': [
    403,
    'Requests through a proxy are refused',
    'A ledger without authentication serves this machine only. Ask it directly, without a proxy in between.',
  ],
  'rebuild-not-allowed': [
    403,
    'This instance may not rebuild read models',
    'Run the command rebuild with the DATABASE_URL of the role that owns the tables, also beside the running service.',
  ],
  'not-found': [
    404,
    'Nothing is served at this path',
    'The paths are in the OpenAPI document at /openapi.json.',
  ],
  'initiative-not-found': [
    404,
    'No such initiative',
    'Register it first with an InitiativeRegistered event, or ask for a later moment if "asOf" lies before its registration.',
  ],
  'record-not-found': [
    404,
    'No such record',
    'Records belong to one initiative and are never renamed. With "asOf", the record may not have been known yet.',
  ],
  'event-not-found': [
    404,
    'No such event',
    'Event ids are UUIDs, as given by the answer that recorded them.',
  ],
  'checkpoint-not-found': [
    404,
    'No such checkpoint',
    'Checkpoints are signed about once a second while events are recorded, and only those sizes can be asked for. Without size the newest is given.',
  ],
  'method-not-allowed': [
    405,
    'The path does not serve this method',
    'The Allow header lists the methods that it serves.',
  ],
  'request-timeout': [
    408,
    'The request took too long to arrive',
    'Send it again, over a connection that is fast enough.',
  ],
  'version-conflict': [
    409,
    'The record is at another version',
    'Somebody changed the record since you read it. "actualVersion" is its version now: read it again, decide again.',
  ],
  'record-exists': [
    409,
    'The record exists already',
    'Record ids are never used again, not even after a retraction. Choose another id, or leave it out.',
  ],
  'event-exists': [
    409,
    'An event with this id and other content exists',
    'An event id stands for one content for ever. Use a new id for a new event. After a name in an event was erased, its repeats are answered like this too, as nothing is left to know them by.',
  ],
  'record-retracted': [
    409,
    'The record is retracted',
    'A retracted record accepts only RecordReinstated and PersonalDataErased.',
  ],
  'record-standing': [409, 'The record is not retracted', 'Only a retracted record can be reinstated.'],
  'initiative-retracted': [
    409,
    'The initiative is retracted',
    'A retracted initiative accepts nothing but its reinstatement, and PersonalDataErased.',
  ],
  'rebuild-running': [
    409,
    'A rebuild is running',
    'One rebuild runs at a time. Wait for it to end; the read models are served all the while.',
  ],
  'meeting-in-use': [
    409,
    'The meeting has standing milestones',
    'Move or retract the milestones of the meeting first.',
  ],
  'body-too-large': [
    413,
    'The body is too large',
    'A request body has at most 1 MiB. Send several requests.',
  ],
  'event-too-large': [
    413,
    'The event is too large',
    'The stored form of one event has at most 65,535 bytes. Shorten quotes and notes.',
  ],
  'uri-too-long': [414, 'The address is too long', 'Ids have at most 63 characters.'],
  'unsupported-media-type': [
    415,
    'The media type is not supported',
    'Send application/json; an import takes application/x-ndjson and text/csv. Nothing is taken compressed.',
  ],
  'rule-violated': [
    422,
    'A rule of the register refuses this',
    'The detail names the rule. Nothing was recorded.',
  ],
  'meeting-not-found': [
    422,
    'The meeting named is not a standing meeting of the initiative',
    'Record the meeting first, or earlier in the same request.',
  ],
  'reference-not-found': [
    422,
    'A record referred to does not exist',
    '"renews", "under" and "duplicateOf" name records of the same initiative that exist when the event is written.',
  ],
  'date-in-future': [
    422,
    'The date lies in the future',
    'What has not happened yet cannot be recorded. "validFrom" and "validUntil" may lie in the future.',
  ],
  'no-change': [
    422,
    'The event would change nothing',
    'A correction must change something, a reclassification must name the other kind, and an erasure must find a name that is not erased yet.',
  ],
  'nothing-matches': [422, 'No standing record matches', '"where" must match at least one standing record.'],
  'import-refused': [
    422,
    'The import was refused as a whole',
    'With atomic=true, one line that can not be recorded keeps all others from it. Each entry of "errors" names a line (the first 1,000). Nothing was recorded.',
  ],
  'too-many-events': [
    422,
    'The request would make too many events',
    'A request makes at most 1,000 events after expansion of "repeat" and "where", an import with atomic=true at most 10,000.',
  ],
  'idempotency-key-reused': [
    422,
    'The idempotency key was used with another body',
    'A key stands for one request. Use a new key for a new request. After a name in a request was erased, its repeats are answered like this too.',
  ],
  'too-many-requests': [429, 'Too many requests', 'Wait as long as Retry-After says.'],
  'headers-too-large': [431, 'The headers are too large', 'Send shorter headers.'],
  'internal-error': [
    500,
    'Something went wrong inside the ledger',
    'It was logged with the request id of this answer. Nothing was recorded unless an answer said so; with the same Idempotency-Key or eventId the request can be sent again safely.',
  ],
  'clock-behind': [
    503,
    'The clock of the server is behind the log',
    'Recording waits until the clock has caught up with the last event.',
  ],
  overloaded: [
    503,
    'The ledger is overloaded',
    'Wait as long as Retry-After says, then send the request again.',
  ],
  'not-ready': [
    503,
    'The ledger is not ready',
    'Wait until GET /readyz answers 200. The log of the server says what is missing.',
  ],
  'history-fork': [
    503,
    'The log does not extend what was signed',
    'The database is older than, or different from, the one whose checkpoint was signed last: an older copy was restored, or the log was rewritten. Nothing is recorded or signed. Ways out: restore newer data that holds the signed checkpoint; or, if there is none, let the log go on under a new name with the command `continue --origin NAME`: its first event under that name (LogContinued) names the checkpoint that is lost.',
  ],
  'storage-unavailable': [
    503,
    'The storage failed',
    'With PostgreSQL the ledger goes on by itself when the database answers again: send the request again a little later, with the same Idempotency-Key or eventId, since it may have been recorded. With SQLite nothing can be recorded until the operator has looked at the storage and restarted the ledger.',
  ],
  'shutting-down': [503, 'The ledger is shutting down', 'Send the request again a little later.'],
} as const satisfies Record<string, readonly [status: number, title: string, help: string]>;

export type ProblemCode = keyof typeof problems;

/** One part of a body that is wrong. pointer: RFC 6901, into the body as posted. */
export interface ProblemPart {
  pointer: string;
  detail: string;
}

/** What is wrong with a line of an imported file. pointer: into the event of the line. */
export interface LineError extends ProblemPart {
  /** The line of the file, from 1; of a row of a table, that at which it begins. */
  line: number;
  code: ProblemCode;
}

/** A request that is refused, for a reason its sender can act on. Anything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly members: { errors?: (ProblemPart | LineError)[]; actualVersion?: number };

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
