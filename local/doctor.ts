import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { explainAwsFailure } from '../adapters/aws/aws-failure.ts';
import { doctorClients } from '../adapters/aws/checks/clients.ts';
import { clientSettings } from '../adapters/aws/client-settings.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { AgentError } from '../core/errors.ts';
import { type Environment, parseEnvironment } from '../core/parse-environment.ts';
import { doctorEnv } from '../functions/doctor/env.ts';
import { type Examination, examine } from '../functions/doctor/examine.ts';

/** Which agent to look at: the one of a stack, or by the name of its doctor's function. */
export interface Deployed {
  stack: string;
  functionName: string | undefined;
  /** @default that of the environment or the profile */
  region: string | undefined;
  secrets: readonly string[];
}

/**
 * Looks at a deployed agent with the credentials of this machine, by the same checks as the function in the account,
 * from which it learns what there is to look at.
 * @throws AgentError `config-invalid` when the account cannot be read, or there is no such agent.
 */
export async function examineDeployed(wanted: Deployed, env: Environment): Promise<Examination> {
  const given = { ...clientSettings, ...(wanted.region && { region: wanted.region }) };
  const lambda = new LambdaClient(given);
  const region = await lambda.config.region().catch(() => {
    throw unreadable('No region is set. Name it with --region, or set AWS_REGION.');
  });
  const settings = { ...given, region };
  const name =
    wanted.functionName ?? (await doctorOf(new CloudFormationClient(settings), wanted.stack, region));
  const variables = await variablesOf(lambda, name);
  const endpoint = env.AWS_ENDPOINT_URL;
  return examine({
    env: parseEnvironment(doctorEnv, variables, `The function ${name} is no doctor of this version, which`),
    clients: doctorClients(region, endpoint),
    ...{ endpoint, isAgent: false, secrets: wanted.secrets },
    ...{ fetch, clock: systemClock, random: Math.random },
  });
}

/** The name of the doctor's function, by what CDK calls it in the stack. */
async function doctorOf(client: CloudFormationClient, stack: string, region: string): Promise<string> {
  const names: string[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
      for (const {
        ResourceType,
        LogicalResourceId = '',
        PhysicalResourceId,
      } of page.StackResourceSummaries ?? []) {
        const isDoctor = ResourceType === 'AWS::Lambda::Function' && /Doctor/.test(LogicalResourceId);
        if (isDoctor && PhysicalResourceId) names.push(PhysicalResourceId);
      }
    }
  } catch (cause) {
    const call = { action: 'cloudformation:ListStackResources', resource: `the stack ${stack} in ${region}` };
    throw unreadable(
      `${explainAwsFailure(cause, call)} Name the stack with --stack, or the function with --function.`,
    );
  }
  const [name, another] = names;
  if (name === undefined) {
    throw unreadable(`The stack ${stack} in ${region} has no doctor. Deploy this version of the agent.`);
  }
  if (another !== undefined) {
    throw unreadable(`The stack ${stack} has several agents. Choose with --function: ${names.join(', ')}.`);
  }
  return name;
}

async function variablesOf(lambda: LambdaClient, FunctionName: string): Promise<Environment> {
  try {
    const answer = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return answer.Environment?.Variables ?? {};
  } catch (cause) {
    const call = { action: 'lambda:GetFunctionConfiguration', resource: `the function ${FunctionName}` };
    throw unreadable(explainAwsFailure(cause, call));
  }
}

function unreadable(message: string): AgentError {
  return new AgentError('config-invalid', message);
}
