import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** Why no certificates can be made, or `undefined` where `openssl` is there. */
export const withoutOpenssl = reasonAgainst();

function reasonAgainst(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    const reason = `no openssl to make certificates with: ${(error as Error).message}`;
    console.info(`skipped: ${reason}`);
    return reason;
  }
}

/** An authority of a test's own, in a folder of its own. */
export function authority(folder: string) {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const read = (name: string): Pair => ({
    key: readFileSync(file(`${name}.key`), 'utf8'),
    cert: readFileSync(file(`${name}.crt`), 'utf8'),
  });
  const [caKey, caCert] = [file('ca.key'), file('ca.crt')];
  openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', caCert, '-days', '2', '-subj', '/CN=test ca');
  return {
    ca: read('ca').cert,
    /** A certificate for `name`, e.g. `IP:127.0.0.1` or `DNS:log.example`. */
    issue(id: string, name: string): Pair {
      const [key, request] = [file(`${id}.key`), file(`${id}.csr`)];
      openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${id}`);
      writeFileSync(file(`${id}.ext`), `subjectAltName=${name}\n`);
      openssl(
        ...['x509', '-req', '-in', request, '-CA', caCert, '-CAkey', caKey, '-CAcreateserial'],
        ...['-out', file(`${id}.crt`), '-days', '2', '-extfile', file(`${id}.ext`)],
      );
      return read(id);
    },
  };
}
