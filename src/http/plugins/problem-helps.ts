import type { ProblemCode } from '../../errors.ts';

/** What whoever meets a problem can do about it. */
export const helps: Record<ProblemCode, string> = {
  'malformed-json':
    'Send one JSON document in UTF-8 (RFC 8259). It may not have NUL characters, lone surrogates, a key twice in one object, more than 32 levels of nesting (MAX_NESTING), more than 1,000 different keys or more than 100,000 values. A pointer in "errors" says where it is wrong.',
  'invalid-body':
    'Each entry of "errors" points at a part of the body and says what is wrong with it. The shapes are in the OpenAPI document.',
  'malformed-csv':
    'Send CSV (RFC 4180) or a spreadsheet, with a header that names columns of docs/import.md, or with a mapping. If the error names a line, only that row was refused.',
  'invalid-mapping': 'A mapping says how to read the columns of a table. docs/import.md describes its shape.',
  'invalid-request':
    'The detail names the parameter. The parameters of each path are in the OpenAPI document.',
  unauthenticated:
    'Send a token that is valid: `Authorization: Bearer mledger_…`. Tokens end, and an administrator can end them.',
  forbidden:
    'The detail names the right. GET /v1/me says which rights you have; an administrator of the initiative can give others.',
  'host-not-allowed':
    'A ledger without authentication answers only to localhost, 127.0.0.1 and [::1]; another one also to the host of PUBLIC_URL, or to IP addresses where that is not set.',
  'proxied-request':
    'A ledger without authentication serves this machine only. Ask it directly, without a proxy.',
  'cross-origin-request':
    'A browser says which page a request comes from (Sec-Fetch-Site, Origin). A page of another site, port or name may link to the ledger, but it may not record, start anything or embed answers. Use the name under which the page itself was loaded. CORS_ORIGINS allows other origins, whose requests may then have a token and no cookie. Programs send neither header, so this does not concern them.',
  'rebuild-not-allowed':
    'Run the command rebuild with the DATABASE_URL of the role that owns the tables. The service may go on running.',
  'not-found': 'The paths are in the OpenAPI document at /openapi.json.',
  'initiative-not-found':
    'Register it first with an InitiativeRegistered event. If you asked as of a moment before its registration, "knownSince" is the position since which it is known.',
  'record-not-found':
    'A record belongs to one initiative and is never renamed. If you asked as of a moment before it was recorded, "knownSince" is the position since which it is known.',
  'event-not-found':
    'An event id is the UUID in the answer that recorded the event. If you asked as of a moment before it was recorded, "knownSince" is its position.',
  'principal-not-found': 'GET /v1/principals lists them.',
  'token-not-found': 'GET /v1/tokens lists those that you may end.',
  'checkpoint-not-found':
    'The log is signed about once a second while events are recorded, and only the sizes that were signed have a checkpoint. Without size you get the newest.',
  'method-not-allowed': 'The Allow header lists the methods that it serves.',
  'request-timeout':
    'Send it again over a faster connection. While the ledger waits for an imported file, the file must bring 64 KiB in each 30 seconds.',
  'version-conflict':
    'Somebody changed the record since you read it. "actualVersion" is its version now. Read it again and decide again.',
  'record-exists':
    'A record id is never used again, not even after a retraction. Choose another id, or leave it out.',
  'external-id-exists':
    "An externalId is the sender's own key: of the standing MoUs of an initiative only one may have it, and of its projects. The detail names the record that has it: correct that one, or retract it first.",
  'plan-changed':
    'A sync records exactly what its preview said. The file, the options or the records are not those of the preview any more. Preview again, look at what is different, and send the new hash.',
  'alias-taken':
    'A name means one party at most. GET /v1/parties shows which names mean the same. Take it from the other party first: POST /v1/parties with the name of that one and the aliases that it keeps.',
  'event-exists':
    'An event id stands for one content for ever. Use a new id for a new event. After a name in an event was erased, a repeat of it gets this answer too, because nothing is left to recognise it by.',
  'record-retracted': 'A retracted record accepts only RecordReinstated and PersonalDataErased.',
  'record-standing': 'Only a retracted record can be reinstated.',
  'initiative-retracted': 'A retracted initiative accepts only its reinstatement and PersonalDataErased.',
  'rebuild-running': 'One rebuild runs at a time. Wait for it to end; reading goes on meanwhile.',
  'count-differs':
    '"actualCount" is the number of records that `where` matches now. Look at them with dryRun=true, then send the number that is right, or another `where`.',
  'event-in-the-way':
    '"inTheWay" is an event of the same record that came after those to be undone. Undo it, too, or correct the record by an event of its own.',
  'erasure-final': 'Leave the PersonalDataErased event out. What it erased is destroyed.',
  'meeting-in-use': 'Move or retract the milestones of the meeting first.',
  'body-too-large':
    'A request body may have 1 MiB, if nothing else is set (MAX_BODY), a spreadsheet 64 MiB and 200 MiB when it is unpacked, a file 64 MiB without a line end. Send several requests.',
  'event-too-large':
    'The stored form of an event may have 65,535 bytes. Shorten quotes and notes. Post the record with some of its sources and parties, then the others: sources in EvidenceAdded, parties in RecordCorrected with `"changes": { "addParty": { "name": "…" } }`.',
  'uri-too-long': 'Ids have at most 63 characters.',
  'unsupported-media-type':
    'Send application/json; an import takes application/x-ndjson, text/csv, text/tab-separated-values, .xlsx and .ods. Send nothing compressed.',
  'rule-violated': 'The detail names the rule. Nothing was recorded.',
  'meeting-not-found': 'Record the meeting first, or earlier in the same request.',
  'reference-not-found':
    '"renews", "under" and "duplicateOf" must name records of the same initiative that exist when the event is written. The record of "duplicateOf" must also stand.',
  'date-in-future':
    'Only what has happened can be recorded. "validFrom" and "validUntil" may lie in the future.',
  'no-change':
    'A correction must change something, a reclassification must name the other kind, and an erasure must find a name that is not erased yet.',
  'nothing-matches': '"where" must match at least one standing record.',
  'import-refused':
    'With atomic=true, a file is recorded only if every line can be recorded. "errors" names the first 1,000 faults with their lines. Nothing was recorded.',
  'too-many-events':
    'After expansion of "repeat" and "where", a request may make 1,000 events, if no fewer are set (MAX_BATCH), an import with atomic=true 10,000. All "where" of a request together may match 5,000 records, including those that they would not change.',
  'idempotency-key-reused':
    'A key stands for one request. Use a new key for a new request. After a name in a request was erased, a repeat of it gets this answer too.',
  'too-many-requests': 'Wait as long as Retry-After says.',
  'headers-too-large': 'Send shorter headers.',
  'internal-error':
    'The ledger logged it with the request id of this answer. Send the request again with the same Idempotency-Key or eventId: it is recorded once.',
  'clock-behind':
    'Recording waits until the clock has caught up with the last event. If a clock that was far ahead stamped the log, that takes too long: docs/operate.md ("When the clock is wrong") has the way out.',
  'clock-ahead':
    'The clock is more than a year after the last event. A wrong time would stay in the log for ever, so nothing is recorded. The operator sets the clock right. If the clock is right, because nothing was recorded for a year, a restart with ALLOW_CLOCK_JUMP=true accepts it.',
  'clock-differs':
    "With PostgreSQL, each commit compares the clock of the instance with that of the database's server. They are more than 5 seconds apart, so this instance records nothing; others do. Set its clock right, or the server's if all instances say this. The instance then goes on by itself.",
  overloaded: 'Wait as long as Retry-After says, then send the request again.',
  'not-ready': 'Wait until GET /readyz answers 200. The log of the service says what is missing.',
  'history-fork':
    'The database is older than, or different from, the one whose checkpoint was signed last: an older copy was restored, or the log was rewritten. Nothing is recorded or signed. Restore newer data that has the signed checkpoint. If there are none, the command `continue --origin NAME` lets the log go on under a new name: its first event under that name (LogContinued) names the lost checkpoint.',
  'storage-unavailable':
    'Send the request again a little later with the same Idempotency-Key or eventId, because it may have been recorded. The ledger goes on by itself when the database answers, the disk has room, or the other program releases the file. After an I/O error, or after a file of the ledger was deleted or replaced, nothing is recorded until the operator restarts the ledger: its log says what happened and what to do.',
  'identity-provider-unavailable':
    'Send the request again a little later. Tokens of the ledger itself, and sessions that were begun, go on meanwhile.',
  'shutting-down': 'Send the request again a little later.',
};
