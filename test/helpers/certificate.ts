import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:ledger.example.org,DNS:office.example.org';

/** Makes a certificate that nobody signed but itself, and its key, in files of these names. Gives the certificate. */
export async function makeCertificate(
  directory: string,
  cert = 'cert.pem',
  key = 'key.pem',
): Promise<string> {
  const files = ['-keyout', join(directory, key), '-out', join(directory, cert)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await run('openssl', [
    'req',
    '-x509',
    ...kind,
    '-days',
    '2',
    '-subj',
    '/CN=test',
    '-addext',
    names,
    ...files,
  ]);
  return readFileSync(join(directory, cert), 'utf8');
}
