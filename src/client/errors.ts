import type { Schemas } from './operations.ts';

/** The ledger refused the request, and nothing was recorded; or something else answered, such as a proxy. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** What the ledger said (RFC 9457); undefined: it was not a ledger that answered. */
  readonly problem: Schemas['Problem'] | undefined;
  /** The wait that the answer asks for. */
  readonly retryAfterMs: number | undefined;
  /** Where the answer leads, if it is a redirect. The client follows none, as the token is for one host. */
  readonly location: string | undefined;

  constructor(
    request: string,
    { status, headers }: Pick<Response, 'status' | 'headers'>,
    problem: Schemas['Problem'] | undefined,
  ) {
    super(
      problem
        ? `${request}: ${status} ${problem.code}: ${problem.detail ?? problem.title}`
        : `${request} gave ${status}`,
    );
    this.status = status;
    this.problem = problem;
    // The ledger gives seconds. A date, which a proxy may give, counts as none.
    const seconds = headers.get('retry-after') ?? '';
    this.retryAfterMs = /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
    this.location = headers.get('location') ?? undefined;
  }

  /** Which problem it is; `/problems` explains each. */
  get code(): string | undefined {
    return this.problem?.code;
  }
}

/** No answer came, or not to the end. A post may have been recorded: with the same Idempotency-Key it is safe to send it again. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
