/** One line of the benchmark's table. Each value is measured beside its baseline, in the same run. */
export interface BenchRow {
  name: string;
  value: string;
  baseline: string;
  ratio: string;
  goal: string;
}
