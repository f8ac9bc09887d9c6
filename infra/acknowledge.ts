import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why a rule of cdk-nag does not hold for a construct and what is in it. The reason stands in the code. */
export function acknowledge(construct: IConstruct, reason: string, ids: readonly string[]): void {
  Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
}

/** The same rule in the packs of NIST and PCI DSS. */
export function inBothStandards(...rules: string[]): string[] {
  return rules.flatMap((rule) => [`NIST.800.53.R5-${rule}`, `PCI.DSS.321-${rule}`]);
}
