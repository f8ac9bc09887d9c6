import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Code, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { AgentError } from '../core/errors.ts';

/** The customer's module of hooks with all that is beside it, where functions find it. */
export class HooksLayer extends Construct {
  readonly layer: ILayerVersion;
  /** The path of the module in a function. */
  readonly module: string;

  /** @throws AgentError `config-invalid` when there is no such file, or its folder is not its own. */
  constructor(scope: Construct, id: string, path: string) {
    super(scope, id);
    checkModule(path);
    this.layer = new LayerVersion(this, 'Layer', {
      description: 'Runops agent: hooks, as docs/hooks.md has them',
      code: Code.fromAsset(dirname(resolve(path))),
    });
    // https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
    this.module = `/opt/${basename(path)}`;
  }
}

function checkModule(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new AgentError('config-invalid', `hooks is "${path}", which is no file. It must be an ES module.`);
  }
  if (dirname(resolve(path)) !== process.cwd()) return;
  throw new AgentError(
    'config-invalid',
    `hooks is "${path}". Its whole folder is deployed, so move it into one of its own, such as hooks/.`,
  );
}
