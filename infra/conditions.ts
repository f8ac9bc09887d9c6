import { CfnCondition, CfnParameter, CfnResource, Fn, Reference, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

/**
 * Whether a text is filled in, where it is a parameter of the template and so may be empty; undefined where it is not,
 * because what is known now is looked at now, and what a resource returns cannot be asked for in a condition.
 */
export function whetherFilled(scope: Construct, id: string, text: string | undefined) {
  if (text === undefined || !isParameter(text)) return undefined;
  return new CfnCondition(scope, id, { expression: Fn.conditionNot(Fn.conditionEquals(text, '')) });
}

function isParameter(text: string): boolean {
  const tokens = Token.isUnresolved(text) ? Tokenization.reverseString(text).tokens : [];
  return tokens.some((token) => Reference.isReference(token) && token.target instanceof CfnParameter);
}

/** One text or the other, as the condition comes out. */
export function either(condition: CfnCondition, then: string, otherwise: string): string {
  return Fn.conditionIf(condition.logicalId, then, otherwise).toString();
}

/** Makes what is in a construct where the condition holds, and nowhere else. */
export function onlyIf(condition: CfnCondition | undefined, construct: IConstruct): void {
  if (!condition) return;
  for (const each of construct.node.findAll()) {
    if (CfnResource.isCfnResource(each)) each.cfnOptions.condition = condition;
  }
}
