import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const app = `
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RunopsAgent } from 'runops-agent-aws';

const app = new App();
const stack = new Stack(app, 'ours');
new RunopsAgent(stack, 'Agent', {
  tokenSecret: new Secret(stack, 'Token'),
  targets: { orders: { secrets: [new Secret(stack, 'Orders').secretArn], types: ['postgres'] } },
});
const { Resources } = app.synth().getStackByName('ours').template;
const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
console.log(types.includes('AWS::Lambda::Function') && types.includes('Custom::RunopsPreflight'));
`;

const compilerOptions = { target: 'esnext', module: 'nodenext', strict: true, noEmit: true, types: ['node'] };

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runops-library-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (program: string, args: string[], cwd = folder) =>
    execFileSync(program, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

  it("is a construct in somebody else's app, with its types, its functions and its images", () => {
    const modules = join(folder, 'node_modules');
    const own = join(modules, 'runops-agent-aws');
    mkdirSync(own, { recursive: true });
    for (const name of ['aws-cdk-lib', 'constructs', 'zod', '@types']) {
      symlinkSync(resolve('node_modules', name), join(modules, name));
    }
    run('tsc', ['-p', 'infra'], resolve('.'));
    const packed = run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder],
      resolve('.'),
    );
    run('tar', ['xzf', packed.trim(), '--strip-components', '1', '-C', own]);
    writeFileSync(join(folder, 'app.ts'), app);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));

    expect(run('tsc', ['-p', '.'])).toBe('');
    expect(run(process.execPath, ['--disable-warning=ExperimentalWarning', 'app.ts'])).toBe('true\n');
  }, 300_000);
});
