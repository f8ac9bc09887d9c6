import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricName, metricNamespace, metrics } from '../adapters/aws/metric-names.ts';

/** The metrics that the functions of one agent write: `adapters/aws/metric-names.ts`. */
export interface AgentMetrics {
  /** Of the whole agent, or of one value of the metric's detail. */
  metric(name: MetricName, options: { statistic: string; minutes: number; detail?: string }): Metric;
  /** One line for each value of the metric's detail that has been seen. */
  byDetail(name: MetricName, options: { minutes: number }): IMetric;
}

/** `service` is the name of the agent. */
export function agentMetrics(service: string): AgentMetrics {
  return {
    metric(name, { statistic, minutes, detail }) {
      const { by } = metrics[name];
      return new Metric({
        namespace: metricNamespace,
        metricName: name,
        dimensionsMap: { service, ...(by !== null && detail !== undefined && { [by]: detail }) },
        statistic,
        period: Duration.minutes(minutes),
      });
    },
    byDetail(name, { minutes }) {
      const schema = `{${metricNamespace},service,${metrics[name].by}}`;
      return new MathExpression({
        expression: `SEARCH('${schema} MetricName="${name}" service="${service}"', 'Sum', ${minutes * 60})`,
        label: '',
        period: Duration.minutes(minutes),
      });
    },
  };
}
