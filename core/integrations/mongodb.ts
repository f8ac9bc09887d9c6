import { AgentError } from '../errors.ts';
import type { SecretMap } from '../ports.ts';
import type { Integration } from './integration.ts';
import { decodeKey } from './key-files.ts';
import { mongoPrelude, mongoProgram } from './mongo-prelude.ts';

/**
 * JavaScript for mongosh, which prints the result of each of its statements. The script can do what a script of the
 * type `node` can: mongosh is Node.js, and what keeps it in is the container.
 */
export const mongodb: Integration = {
  requiredKeys: ['MONGO_CONNECTION_URI'],
  publicKeys: [],
  missingKeys: 'Mongodb type requires all the following secrets: MONGO_CONNECTION_URI',
  command({ script, secrets, directory }) {
    const files = KEYS.filter(({ key }) => secrets[key]).map(({ key, name }) => ({
      name,
      content: decodeKey(key, secrets[key] ?? ''),
    }));
    return {
      argv: ['mongosh', '--nodb', '--norc', '--quiet', '--file', `${directory}/prelude.js`],
      env: {
        // https://www.mongodb.com/docs/mongodb-shell/telemetry/ asks whoever starts it; here nobody is asked.
        MONGOSH_FORCE_DISABLE_TELEMETRY_FOR_TESTING: 'true',
      },
      stdin: null,
      files: [
        ...files,
        { name: 'uri', content: connectionUri(secrets, directory) },
        { name: 'prelude.js', content: mongoPrelude },
        { name: 'program.cjs', content: mongoProgram },
        { name: 'script.js', content: script },
      ],
    };
  },
};

const KEYS = [
  { key: 'MONGO_TLS_CA', option: 'tlsCAFile', name: 'mongo-ca.pem' },
  { key: 'MONGO_TLS_CERT_KEY', option: 'tlsCertificateKeyFile', name: 'mongo-client.pem' },
];

/** The secret's URI, to which options for the files of the TLS keys are added. */
function connectionUri(secrets: SecretMap, directory: string): string {
  const uri = (secrets.MONGO_CONNECTION_URI ?? '').trim();
  if (!/^mongodb(?:\+srv)?:\/\/./.test(uri)) {
    throw new AgentError(
      'secrets-invalid',
      'MONGO_CONNECTION_URI must begin with mongodb:// or mongodb+srv://. Correct it in the secret.',
    );
  }
  const options = KEYS.filter(({ key }) => secrets[key]).map(
    ({ option, name }) => `${option}=${encodeURIComponent(`${directory}/${name}`)}`,
  );
  if (options.length === 0) return uri;
  const [place = '', query = ''] = uri.split(/\?(.*)/s);
  const withPath = place.replace(/^(mongodb(?:\+srv)?:\/\/[^/]*)$/, '$1/');
  return `${withPath}?${[query, 'tls=true', ...options].filter((option) => option !== '').join('&')}`;
}
