import { describe, expect, it } from 'vitest';
import { parseEnv } from '../../containers/runner/env.ts';
import { allFilledIn, synthesize } from '../support/synthesize.ts';

const { all } = synthesize();

describe('task definitions', () => {
  const definitions = all('AWS::ECS::TaskDefinition');

  it.for(definitions)('harden $id', ({ properties, policies }) => {
    const [container, ...others] = Object(properties).ContainerDefinitions;
    expect(others).toEqual([]);
    expect(properties).toMatchObject({
      ...{
        NetworkMode: 'awsvpc',
        RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      },
    });
    expect(container).toMatchObject({
      ...{ Name: 'runner', ReadonlyRootFilesystem: true, Privileged: false, StopTimeout: 60 },
      LogConfiguration: { LogDriver: 'awslogs', Options: { mode: 'blocking' } },
      LinuxParameters: { InitProcessEnabled: true },
    });
    for (const absent of ['Secrets', 'User', 'MountPoints', 'RestartPolicy'])
      expect(container).not.toHaveProperty(absent);
    expect(container.Image).toMatch(/@sha256:/);
    const { Capabilities, Tmpfs } = container.LinuxParameters;
    for (const needed of ['CHOWN', 'KILL', 'SETGID', 'SETUID', 'ALL'])
      expect(Capabilities.Drop).not.toContain(needed);
    expect(Capabilities).not.toHaveProperty('Add');
    expect(Capabilities.Drop).toHaveLength(33);
    expect(Tmpfs.map((mount: { ContainerPath: string }) => mount.ContainerPath)).toEqual([
      '/scratch',
      '/tmp',
    ]);
    expect(policies.UpdateReplacePolicy).toBe('Retain');
  });

  it('tell the runner what its own contract wants', () => {
    for (const { properties } of definitions) {
      const [container] = Object(properties).ContainerDefinitions;
      const entries = container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [
        Name,
        Value,
      ]);
      const environment = allFilledIn(Object.fromEntries(entries));
      expect(parseEnv({ ...environment, RUNOPS_EXECUTION_ID: '1' }).RUNOPS_LEDGER).toMatch(/^s3:/);
      expect(environment.AWS_SDK_UA_APP_ID).toBe('runops-runner');
    }
  });

  it('are for x86-64 when asked', () => {
    const [definition] = synthesize({ architecture: 'x86_64' }).all('AWS::ECS::TaskDefinition');
    expect(definition?.properties.RuntimePlatform).toMatchObject({ CpuArchitecture: 'X86_64' });
  });
});
