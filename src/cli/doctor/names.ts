import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { ConfigError } from '../../config.ts';
import { readCertificate } from '../../http/certificate.ts';
import { type Check, type Finding, ok, type Surroundings, warning, wrong } from './check.ts';
import { duration } from './words.ts';

const loopback = ['localhost', '127.0.0.1', '::1', '[::1]'];
/** Time to renew a certificate. */
const renewMs = 14 * 86_400_000;

/** By which names and through which proxies others reach the service. */
export const names: Check<Surroundings> = {
  name: 'names and proxy',
  look({ config: { HOST, PUBLIC_URL, TLS_CERT, TRUST_PROXY } }) {
    const isLocal = loopback.includes(HOST);
    if (PUBLIC_URL === undefined) {
      if (TRUST_PROXY !== '')
        return [
          wrong(
            'TRUST_PROXY is set, and PUBLIC_URL is not: behind the proxy no name is answered. Set PUBLIC_URL.',
          ),
        ];
      return [
        isLocal
          ? ok('it serves this machine only')
          : warning(
              `HOST is ${HOST} and PUBLIC_URL is not set, so it answers to IP addresses and to no name. Set PUBLIC_URL to the address that people use.`,
            ),
      ];
    }
    const { protocol, hostname } = new URL(PUBLIC_URL);
    if (protocol === 'http:' && !loopback.includes(hostname))
      return [
        wrong(
          `PUBLIC_URL begins with http, so tokens and answers go through the network as they are. Use https: TLS_CERT and TLS_KEY, or a proxy (docs/proxy.md).`,
        ),
      ];
    if (protocol === 'https:' && TLS_CERT === undefined && TRUST_PROXY === '')
      return [
        wrong(
          'PUBLIC_URL begins with https, and there is neither TLS_CERT nor TRUST_PROXY. Without TRUST_PROXY all who come through a proxy share one limit: set it to the address of the proxy.',
        ),
      ];
    return [
      ok(`${PUBLIC_URL}, ${TRUST_PROXY === '' ? 'without a proxy' : `through the proxy at ${TRUST_PROXY}`}`),
    ];
  },
};

/** The certificate of a service that speaks https itself. */
export const certificate: Check<Surroundings> = {
  name: 'certificate',
  async look({ config: { TLS_CERT, TLS_KEY, PUBLIC_URL }, nowMs }) {
    if (TLS_CERT === undefined || TLS_KEY === undefined) return [];
    let text: string;
    try {
      text = (await readCertificate({ cert: TLS_CERT, key: TLS_KEY })).cert;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return [wrong(error.message)];
    }
    const { validFromDate, validToDate, ...one } = read(text);
    const [fromMs, toMs] = [validFromDate.getTime(), validToDate.getTime()];
    const findings: Finding[] = [];
    if (statSync(TLS_KEY).mode & 0o007)
      findings.push(wrong(`every user of this machine can use the private key: chmod 600 ${TLS_KEY}`));
    const until = validToDate.toISOString().slice(0, 10);
    if (nowMs < fromMs)
      findings.push(
        wrong(
          `it is good from ${validFromDate.toISOString()} on only. Look at the clock, or take another one.`,
        ),
      );
    if (nowMs > toMs)
      findings.push(
        wrong(`it ended ${duration(nowMs - toMs)} ago (${until}). Renew it: the service takes it up.`),
      );
    else if (toMs - nowMs < renewMs)
      findings.push(
        warning(`it ends in ${duration(toMs - nowMs)} (${until}). Renew it: the service takes it up.`),
      );
    const hostname = PUBLIC_URL && new URL(PUBLIC_URL).hostname;
    if (hostname !== undefined && !one.isFor(hostname))
      findings.push(wrong(`it is not made out for ${hostname}, the host of PUBLIC_URL. Take one that is.`));
    return findings.length > 0 ? findings : [ok(`good until ${until}, and its key fits`)];
  },
};

function read(text: string) {
  const one = new X509Certificate(text);
  const { validFromDate, validToDate } = one;
  const isFor = (hostname: string): boolean => {
    const host = hostname.replace(/^\[|\]$/g, '');
    return (isIP(host) === 0 ? one.checkHost(host) : one.checkIP(host)) !== undefined;
  };
  return { validFromDate, validToDate, isFor };
}
