import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../adapters/aws/metric-names.ts';
import { defaultThresholds } from '../../infra/alarm-thresholds.ts';
import { detailValues, metricsAtMost } from '../../infra/cost/custom-metrics.ts';
import { monitoring } from '../../infra/cost/usage.ts';
import { queries } from '../../infra/saved-queries.ts';
import { filledIn, type Synthesized, synthesize } from '../support/synthesize.ts';

const document = readFileSync('docs/operations.md', 'utf8');
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:oncall';
const alarmsOf = ({ all }: Synthesized) => [
  ...all('AWS::CloudWatch::Alarm'),
  ...all('AWS::CloudWatch::CompositeAlarm'),
];
const agent = synthesize();
const limited = synthesize({ policy: { dailyVcpuMinutes: 600 } });
/** A part of the document in one line, as it is read. */
const flat = (text = '') => text.replaceAll(/\s+/g, ' ');

describe('every alarm', () => {
  const runbooks = alarmsOf(limited).map(({ properties }) => {
    const [, section] =
      /Runbook: docs\/operations\.md#([a-z-]+)$/.exec(String(properties.AlarmDescription)) ?? [];
    return section ?? '';
  });
  const sections = document.slice(document.indexOf('## The alarms')).split('\n### ').slice(1);

  it('links to its section, and every section is of an alarm', () => {
    const titles = sections.map((section) => section.split('\n')[0]);
    expect(titles.toSorted()).toEqual([...new Set(runbooks)].toSorted());
  });

  it('has a section that says what users see, how to confirm it, how to fix and how to prevent it', () => {
    for (const section of sections) {
      const labels = [...section.matchAll(/^- \*\*([A-Z]\w+(?: see)?)\*\*:/gm)].map((match) => match[1]);
      expect([section.split('\n')[0], ...labels]).toEqual([
        ...[section.split('\n')[0], 'Users see', 'Confirm', 'Fix', 'Prevent'],
      ]);
    }
  });

  it('has each of them in words of its own, and a place to look at for confirming it', () => {
    const widgets = [
      ...readFileSync('infra/dashboard.ts', 'utf8').matchAll(/(?:graph\(|table\(|title:)\s*(['"])(.+?)\1/g),
    ];
    const places = [...Object.keys(queries), ...widgets.map((match) => match[2])].map((name) => `*${name}*`);
    for (const section of sections) {
      const [title, ...parts] = section.split(/^- (?=\*\*)/m);
      for (const part of parts) expect(part, title).not.toMatch(/^\*\*.+\*\*:\s*(as )?(there|above)\.?\s*$/i);
      const confirm = flat(parts.find((part) => part.startsWith('**Confirm**')));
      const isConcrete = /the (logs? of|first widget)| → |`(aws|npx) |\]\(#/.test(confirm);
      expect(isConcrete || places.some((place) => confirm.includes(place)), `${title}: ${confirm}`).toBe(
        true,
      );
    }
  });

  it('is explained with events of the log and codes of errors that there are', () => {
    const known = ['core/log.ts', 'core/errors.ts'].flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ {2}\| '([a-z.-]+)'/gm)].map((match) => match[1]),
    );
    const named = sections.flatMap((section) =>
      [...section.matchAll(/`([a-z]+(?:[.-][a-z]+)+)`/g)].map((match) => String(match[1])),
    );
    expect(named.filter((name) => ![...known, ...runbooks].includes(name))).toEqual([]);
    expect(new Set(named).size).toBeGreaterThan(10);
  });

  it('is in the table with the threshold that it has', () => {
    for (const { properties } of limited.all('AWS::CloudWatch::Alarm')) {
      const name = String(properties.AlarmName).replace('runops-agent-', '');
      if (name.startsWith('heartbeat-')) continue;
      const row = document.split('\n').find((line) => line.startsWith(`| [\`${name}\`]`));
      expect(row?.split('|')[2]).toMatch(new RegExp(`^ ${properties.Threshold} `));
    }
  });

  it('has no data for a long time without going off, but for the heartbeat', () => {
    const missing = agent
      .all('AWS::CloudWatch::Alarm')
      .filter(({ properties }) => properties.TreatMissingData !== 'notBreaching')
      .map(({ properties }) => properties.AlarmName);
    expect(missing).toEqual(['runops-agent-heartbeat-silent', 'runops-agent-heartbeat-heard']);
  });

  it('has a name and a description that CloudWatch takes', () => {
    for (const { properties } of alarmsOf(agent)) {
      expect(String(properties.AlarmDescription).length).toBeLessThanOrEqual(1024);
    }
  });

  it('goes off where the deployment says', () => {
    const thresholds = { dailyDollars: 50, silentMinutes: 10, waitSeconds: 600 };
    const other = synthesize({ monitoring: { thresholds } });
    const found = (name: string) =>
      other
        .all('AWS::CloudWatch::Alarm')
        .find(({ properties }) => properties.AlarmName === `runops-agent-${name}`);
    expect(found('daily-cost')?.properties.Threshold).toBe(50);
    expect(found('heartbeat-silent')?.properties.EvaluationPeriods).toBe(10);
    expect(found('kills-waiting')?.properties.Threshold).toBe(600);
    expect(found('start-failures')?.properties.Threshold).toBe(defaultThresholds.startFailures);
  });
});

describe('alarms are told', () => {
  const actionsOf = (given: Synthesized) =>
    alarmsOf(given).flatMap(({ properties }) => properties.AlarmActions ?? []);

  it('to nobody unless the deployment says whom', () => {
    expect(actionsOf(agent)).toEqual([]);
    expect(agent.all('AWS::SNS::Topic')).toEqual([]);
  });

  it('to a topic that is encrypted and closed to anything without TLS, and from there by e-mail and in Slack', () => {
    const told = synthesize({
      monitoring: {
        email: 'oncall@example.com',
        slack: { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' },
      },
    });
    const [topic] = told.all('AWS::SNS::Topic');
    expect(topic?.properties.KmsMasterKeyId).toBeDefined();
    const [policy] = told.all('AWS::SNS::TopicPolicy');
    expect(JSON.stringify(policy?.properties)).toMatch(/"aws:SecureTransport":"false".{1,5}"Effect":"Deny"/);
    expect(JSON.stringify(policy?.properties)).toMatch(/"Allow".*"cloudwatch.amazonaws.com"/);
    expect(told.all('AWS::SNS::Subscription')[0]?.properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'oncall@example.com',
    });
    const [slack] = told.all('AWS::Chatbot::SlackChannelConfiguration');
    expect(slack?.properties).toMatchObject({ SlackChannelId: 'C0123ABCD', SlackWorkspaceId: 'T0123ABCD' });
    expect(filledIn(Object(slack?.properties).GuardrailPolicies[0])).toMatch(/CloudWatchReadOnlyAccess$/);
    const key = told.all('AWS::KMS::Key').find(({ id }) => id.includes('Data'));
    expect(JSON.stringify(key?.properties)).toContain('cloudwatch.amazonaws.com');
  });

  it('to no address that cannot be one', () => {
    expect(() => synthesize({ monitoring: { email: 'oncall' } })).toThrow(/monitoring/);
    expect(() => synthesize({ monitoring: { alarmTopic: 'oncall' } })).toThrow(/monitoring/);
    expect(() => synthesize({ monitoring: { slack: { workspaceId: 'T0123ABCD' } } })).toThrow(/monitoring/);
    expect(() => synthesize({ monitoring: { thresholds: { silentMinutes: 0 } } })).toThrow(/monitoring/);
  });

  it('once for one cause: not by what sums up others, nor by the parts of another one', () => {
    const told = synthesize({ monitoring: { alarmTopic: topicArn } });
    const silent = alarmsOf(told)
      .filter(({ properties }) => properties.AlarmActions === undefined)
      .map(({ properties }) => properties.AlarmName);
    expect(silent).toEqual([
      ...['runops-agent-heartbeat-silent', 'runops-agent-heartbeat-heard', 'runops-agent-agent-unwell'],
    ]);
    expect(new Set(actionsOf(told))).toEqual(new Set([topicArn]));
    expect(told.all('AWS::SNS::Topic')).toEqual([]);
  });

  it('not at all when monitoring was declined', () => {
    const plain = synthesize({ monitoring: false });
    expect(alarmsOf(plain)).toEqual([]);
    expect([...plain.all('AWS::CloudWatch::Dashboard'), ...plain.all('AWS::Logs::QueryDefinition')]).toEqual(
      [],
    );
  });
});

describe('the dashboard', () => {
  const [dashboard] = agent.all('AWS::CloudWatch::Dashboard');
  const body: { widgets: { type: string; properties: { markdown?: string; metrics?: unknown[][] } }[] } =
    JSON.parse(filledIn(dashboard?.properties.DashboardBody));

  it('answers its questions from top to bottom, and ends with links', () => {
    const titles = body.widgets.flatMap(({ properties }) => properties.markdown?.split('\n')[0] ?? []);
    expect(titles).toEqual([
      ...['# Is it well?', '# How long do people wait?', '# What failed, and why?', '# What was refused?'],
      ...['# What does it cost?', '# Where to look next'],
    ]);
    const links = body.widgets.at(-1)?.properties.markdown ?? '';
    for (const page of ['/ecs/v2/clusters/', 'logsV2:log-groups', 'prefix=executions/'])
      expect(links).toContain(page);
  });

  it('shows only metrics that there are', () => {
    const shown = body.widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([name]) => name === 'RunopsAgent');
    expect(shown.length).toBeGreaterThan(10);
    for (const [, name] of shown) expect(Object.keys(metrics)).toContain(name);
    for (const [name] of JSON.stringify(body).matchAll(/(?<=MetricName=\\+")\w+/g)) {
      expect(Object.keys(metrics)).toContain(name);
    }
  });

  it('refers to no resource that is not always there', () => {
    expect(JSON.stringify(dashboard?.properties)).not.toMatch(/"Ref":"[^"]*Alarm|"Fn::GetAtt":\["[^"]*Alarm/);
  });
});

describe('the saved queries', () => {
  it('are those of the document, over the logs of the functions and the runners', () => {
    const saved = agent.all('AWS::Logs::QueryDefinition');
    expect(saved.map(({ properties }) => properties.Name)).toEqual(
      Object.keys(queries).map((name) => `runops-agent/${name}`),
    );
    for (const { properties } of saved) expect(properties.LogGroupNames).toHaveLength(4);
    for (const name of Object.keys(queries)) expect(document).toContain(`*${name}*`);
  });
});

describe('the cost of monitoring', () => {
  it('counts what the template has', () => {
    const simple = agent
      .all('AWS::CloudWatch::Alarm')
      .map(({ properties }) => Object(properties).Metrics ?? [{ MetricStat: {} }]);
    const inAlarms = simple.flat().filter((one: object) => 'MetricStat' in one);
    expect(monitoring).toEqual({
      alarmMetrics: inAlarms.length,
      compositeAlarms: agent.all('AWS::CloudWatch::CompositeAlarm').length,
      dashboards: agent.all('AWS::CloudWatch::Dashboard').length,
    });
    expect(document).toContain(`| metrics in alarms, at 0.10 | ${monitoring.alarmMetrics} | 2.50 |`);
  });

  it('is bounded: every detail of a metric has few values', () => {
    for (const values of Object.values(detailValues)) expect(values.length).toBeLessThanOrEqual(25);
    expect(document).toContain(`There can be ${metricsAtMost} if everything happens that can`);
  });

  it('is told for each metric', () => {
    for (const name of Object.keys(metrics)) {
      expect(document).toMatch(new RegExp(`\`${name.replace(/Milliseconds$/, '')}(…|Milliseconds)?\``));
    }
  });
});
