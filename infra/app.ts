import { existsSync, readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';
import { messageOf } from '../core/errors.ts';
import { AgentStack } from './agent-stack.ts';
import { parseAppSettings, settingNames } from './app-settings.ts';

/** `npx cdk`: reads the settings and makes the one stack. */
const settingsFile = 'runops-agent.json';

try {
  const app = new App();
  const settings = parseAppSettings(readSettings(), fromCommandLine(app));
  new AgentStack(app, settings.name ?? 'runops-agent', settings);
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app),
    new ServerlessChecks(app),
    new NIST80053R5Checks(app),
    new PCIDSS321Checks(app),
  );
  app.synth();
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  // At once: CDK would write down the half of the stack that there is.
  process.exit(1);
}

function readSettings(): unknown {
  if (!existsSync(settingsFile)) return {};
  try {
    return JSON.parse(readFileSync(settingsFile, 'utf8'));
  } catch (cause) {
    throw new Error(`${settingsFile} is not JSON: ${messageOf(cause)}.`);
  }
}

function fromCommandLine(app: App): Record<string, unknown> {
  const given = settingNames.flatMap((name): [string, unknown][] => {
    const value: unknown = app.node.tryGetContext(name);
    return value === undefined ? [] : [[name, typeof value === 'string' ? parsedText(value) : value]];
  });
  return Object.fromEntries(given);
}

/** Text, unless it is JSON of another kind. */
function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
