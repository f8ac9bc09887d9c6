import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { type Finding, ill, well } from '../../../core/finding.ts';
import { ask, askForExisting, looking } from './look.ts';

/** Whether Lambda can run a function of the agent. */
export function lambdaFunction(lambda: LambdaClient, FunctionName: string): Promise<Finding[]> {
  const check = `function ${FunctionName}`;
  return looking(check, async () => {
    const resource = `the function ${FunctionName}`;
    const answer = lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const configuration = await askForExisting('lambda:GetFunctionConfiguration', resource, answer);
    if (!configuration) return [ill(check, 'The function is gone.', 'Deploy the agent again.')];
    const { State, StateReasonCode, LastUpdateStatus, LastUpdateStatusReasonCode } = configuration;
    if (State === 'Failed' || State === 'Inactive') {
      return [ill(check, `Its state is ${State}${because(StateReasonCode)}.`, 'Deploy the agent again.')];
    }
    if (LastUpdateStatus === 'Failed') {
      const sentence = `Its last update failed${because(LastUpdateStatusReasonCode)}, so older code runs.`;
      return [ill(check, sentence, 'Deploy the agent again, and mend what the stack says.')];
    }
    const concurrency = lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }));
    const reserved = await ask('lambda:GetFunctionConcurrency', resource, concurrency);
    if (reserved.ReservedConcurrentExecutions === 0) {
      const remedy = `Run: aws lambda delete-function-concurrency --function-name ${FunctionName}`;
      return [ill(check, 'Its reserved concurrency is 0, so it never runs.', remedy)];
    }
    return [well(check, `It is active, last changed ${configuration.LastModified ?? 'at an unknown time'}.`)];
  });
}

function because(code: string | undefined): string {
  return code ? ` (${code})` : '';
}
