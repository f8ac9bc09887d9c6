import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes `ca.key` and `ca.crt` in the directory. */
export function createAuthority(directory: string) {
  openssl(
    directory,
    'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt',
  );
}

/** Makes `<name>.key` and `<name>.crt`, which the authority of the directory signs. */
export function createCertificate(directory: string, name: string, commonName: string, extension: string) {
  writeFileSync(join(directory, `${name}.ext`), `${extension}\n`);
  openssl(
    directory,
    `req -newkey rsa:2048 -nodes -subj /CN=${commonName} -keyout ${name}.key -out ${name}.csr`,
  );
  openssl(
    directory,
    `x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ${name}.ext -out ${name}.crt`,
  );
}

function openssl(directory: string, words: string) {
  execFileSync('openssl', words.split(' '), { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
}
