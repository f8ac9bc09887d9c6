import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../core/masking.ts';

const secret = `p4ß/w+r d'"\\$&<é>=%`;
const long = Array.from({ length: 90 }, (_, at) => `${at}:key`).join('+');

describe('a secret value is masked', () => {
  const percent = (text: string) => encodeURIComponent(text);
  const everyByte = Buffer.from(secret).toString('hex').replace(/../g, '%$&');
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const printed: Record<string, string> = {
    'as it is': secret,
    'in hex': Buffer.from(secret).toString('hex'),
    'in upper-case hex': Buffer.from(secret).toString('hex').toUpperCase(),
    'as a URL component': percent(secret),
    'as a URL component with lower-case digits': percent(secret).replace(/%../g, (d) => d.toLowerCase()),
    'in a whole URL': encodeURI(secret),
    'as a form field': new URLSearchParams({ x: secret }).toString().slice(2),
    'as a query made by strict libraries': percent(secret).replace("'", '%27').replaceAll('%20', '+'),
    'with every byte as %XX': everyByte.toUpperCase(),
    'with every byte as %xx': everyByte,
    'in JSON': json,
    'in JSON with escaped slashes': json.replaceAll('/', '\\/'),
    'in JSON of nothing but ASCII': ascii,
    'in JSON of nothing but ASCII, upper-case': ascii.replace(
      /u00../g,
      (d) => `u${d.slice(1).toUpperCase()}`,
    ),
    'in JSON that is safe within HTML': json.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    'in single quotes of a shell': secret.replaceAll("'", "'\\''"),
    'in quotes of shlex': secret.replaceAll("'", `'"'"'`),
    'in double quotes of a shell': secret.replace(/["\\$`]/g, '\\$&'),
    'in SQL': secret.replaceAll("'", "''"),
    'in CSV': secret.replaceAll('"', '""'),
    'in HTML': 'p4ß/w+r d&#39;&quot;\\$&amp;&lt;é&gt;=%',
    'in HTML of Go and Jinja': 'p4ß/w+r d&#39;&#34;\\$&amp;&lt;é&gt;=%',
    'in XML': 'p4ß/w+r d&apos;&quot;\\$&amp;&lt;é&gt;=%',
    'in JSON of .NET': 'p4\\u00DF/w\\u002Br d\\u0027\\u0022\\\\$\\u0026\\u003C\\u00E9\\u003E=%',
    'in base64': Buffer.from(secret).toString('base64'),
    'in base64 without padding': Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    'in URL-safe base64': Buffer.from(secret).toString('base64url'),
  };
  it.each(Object.entries(printed))('%s', (_name, text) => {
    expect(masked([secret], `<${text}>`)).toBe('<[SECRET]>');
  });

  it('in each alignment of a longer base64 text, with the characters that hold only some of its bits', () => {
    const around = (before: string) => Buffer.from(`${before}hunter22zz`).toString('base64');
    expect(masked(['hunter22'], around(''))).toBe('[SECRET]6eg==');
    expect(masked(['hunter22'], around('a'))).toBe('Y[SECRET]eno=');
    expect(masked(['hunter22'], around('ab'))).toBe('YW[SECRET]p6');
  });

  it('in base64 that was cut off within the last character of the value', () => {
    expect(masked(['hunter22'], 'YWJodW50ZXIyM')).toBe('YW[SECRET]');
    expect(masked(['hunter22'], 'YWJodW50ZXIyM"')).toBe('YW[SECRET]"');
  });

  it('in base64 whose end is the end of another value', () => {
    expect(masked(['hunter2!', 'ZzaHVudGVyMi'], 'ZzaHVudGVyMiF-')).toBe('[SECRET]-');
  });

  it('in base64 whose lines end within the value, as `env | base64` prints it', () => {
    const environment = Array.from({ length: 60 }, (_, at) => `${'N'.repeat(at)}=hunter22hunter\n`).join('');
    for (const columns of [64, 76]) {
      const text = Buffer.from(environment)
        .toString('base64')
        .replace(new RegExp(`.{${columns}}`, 'g'), '$&\n');
      expect(masked(['hunter22hunter'], text).split('[SECRET]')).toHaveLength(61);
    }
  });

  it.each([60, 64, 76])('in base64 of a long value with lines of %i characters', (columns) => {
    for (const lineEnd of ['\n', '\r\n']) {
      const text = Buffer.from(long)
        .toString('base64')
        .replace(new RegExp(`.{${columns}}(?=.)`, 'g'), `$&${lineEnd}`);
      expect(masked([long], text)).toBe('[SECRET]');
    }
  });

  it('in base64 of a mail, whose lines end within the value', () => {
    const lines = Buffer.from(`${'x'.repeat(40)}hunter22hunter${'y'.repeat(40)}`)
      .toString('base64')
      .replace(/.{60}/, '$&\r\n');
    expect(masked(['hunter22hunter'], lines)).not.toMatch(/aHVudG|VyMjJo|dW50ZXI/);
    expect(masked(['hunter22hunter'], lines)).toContain('[SECRET]');
  });

  it.each(['utf16le', 'utf16be'])('in %s', (encoding) => {
    const bytes = Buffer.from('key=tok_9fj3;', 'utf16le');
    if (encoding === 'utf16be') bytes.swap16();
    expect(masked(['tok_9fj3'], bytes.toString('latin1')).replaceAll('\0', '')).toBe('key=[SECRET];');
  });

  it('as `base64` and a shell that traces its commands print it', () => {
    const script =
      'echo "$KEY" | base64; printf %s "$KEY" | base64; set -x; : "$KEY"; declare -p KEY; printf "%q\\n" "$KEY"';
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { env: { ...process.env, KEY: secret } });
    expect(masked([secret], `${stdout}${stderr}`)).toMatch(
      /^\[SECRET\]Cg==\n\[SECRET\]\ndeclare -x KEY="\[SECRET\]"\n\[SECRET\]\n\+ : '?\[SECRET\]/,
    );
  });

  it('as a terminal prints its lines', () => {
    expect(masked(['first line\nsecond line'], 'first line\r\nsecond line\r\n')).toBe('[SECRET]\r\n');
  });
});

function masked(values: readonly string[], text: string): string {
  const mask = maskSecrets(values);
  return Buffer.concat([mask.push(Buffer.from(text)), mask.end()]).toString();
}
