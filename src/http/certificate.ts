import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config.ts';
import type { App } from './app.ts';

/** The files of a certificate, with those that follow it in its chain, and of its key, in PEM. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** What the files have. Throws a ConfigError where they can't be used together. */
export async function readCertificate(files: CertificateFiles): Promise<CertificateFiles> {
  const cert = await textOf('TLS_CERT', files.cert);
  const key = await textOf('TLS_KEY', files.key);
  const certificate = orWrong('TLS_CERT must be a certificate in PEM.', () => new X509Certificate(cert));
  const privateKey = orWrong('TLS_KEY must be a private key in PEM, without a passphrase.', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw new ConfigError('TLS_KEY must be the key of the certificate in TLS_CERT.');
  // Also of the chain, and of what OpenSSL takes for too weak.
  orWrong('TLS_CERT must be a certificate that OpenSSL takes.', () => createSecureContext({ cert, key }));
  return { cert, key };
}

async function textOf(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${name} must be a file that can be read (${code}).`);
  }
}

function orWrong<T>(message: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new ConfigError(message);
  }
}

/**
 * Takes up what is written to the files, for the connections that begin then. While they don't fit together, because only one is
 * written yet, the service goes on with what it has.
 */
export function renewCertificate(
  app: App,
  files: CertificateFiles,
  inUse: CertificateFiles,
  everyMs = 10_000,
): void {
  const { server } = app;
  if (!(server instanceof Server)) throw new Error('The service does not speak https.');
  let known = inUse;
  let fault = '';
  const look = async (): Promise<void> => {
    try {
      const read = await readCertificate(files);
      fault = '';
      if (read.cert === known.cert && read.key === known.key) return;
      server.setSecureContext(read);
      known = read;
      app.log.info({ validTo: new X509Certificate(read.cert).validTo }, 'the certificate was renewed');
    } catch (error) {
      const { message } = error as Error;
      if (message !== fault) app.log.error({ reason: message }, 'the certificate could not be renewed');
      fault = message;
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  app.closing.addEventListener('abort', () => clearInterval(timer));
}
