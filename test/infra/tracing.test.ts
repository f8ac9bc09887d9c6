import { describe, expect, it } from 'vitest';
import { filledIn, type Synthesized, synthesize } from '../support/synthesize.ts';

const traced = synthesize({ tracing: true });
const untraced = synthesize();

const functionsOf = ({ all }: Synthesized) =>
  all('AWS::Lambda::Function').filter(({ properties }) =>
    /^Runops agent: /.test(String(properties.Description)),
  );
const rolesThatTrace = ({ all }: Synthesized) =>
  all('AWS::IAM::Role').filter(({ properties }) => JSON.stringify(properties).includes('xray:'));

describe('with tracing', () => {
  it('the reporter alone knows where X-Ray is, and may send segments and nothing else of it', () => {
    const told = functionsOf(traced).flatMap(({ properties }) => {
      const { XRAY_URL } = Object(properties.Environment).Variables;
      return XRAY_URL === undefined ? [] : [[properties.Description, filledIn(XRAY_URL)]];
    });
    expect(told).toEqual([
      [
        expect.stringContaining('reports the result'),
        expect.stringMatching(/^https:\/\/xray\.[\w-]+\..*amazonaws/),
      ],
    ]);
    const roles = rolesThatTrace(traced);
    expect(roles.map(({ properties }) => properties.Description)).toEqual(['Runops agent: the reporter']);
    expect(JSON.stringify(roles.map(({ properties }) => properties)).match(/xray:\w+/g)).toEqual([
      'xray:PutTraceSegments',
    ]);
  });

  it('the dashboard and the outputs lead to the traces', () => {
    const page = /#xray:traces\/query/;
    expect(JSON.stringify(traced.all('AWS::CloudWatch::Dashboard'))).toMatch(page);
    expect(filledIn(Object(traced.template.Outputs.Traces).Value)).toMatch(page);
  });
});

describe('without tracing', () => {
  it('nobody knows or may anything of X-Ray', () => {
    expect(JSON.stringify(untraced.template)).not.toMatch(/xray/i);
    expect(functionsOf(untraced).length).toBeGreaterThan(2);
  });
});

it('Lambda itself traces no invocation, with or without', () => {
  for (const { properties } of [...functionsOf(traced), ...functionsOf(untraced)]) {
    expect(properties.TracingConfig).toBeUndefined();
  }
});
