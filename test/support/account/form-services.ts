import type { AwsReply, AwsRequest, FakeService } from './fake-account.ts';
import type { AccountState } from './state.ts';

/** The services that take a form and answer with XML: EC2, IAM, STS, CloudFormation. */
export const formServices: Record<string, FakeService> = {
  ec2: (state, request) => unlessDenied(state, 'ec2', request, (form) => ec2(state, request.operation, form)),
  iam: (state, request) => unlessDenied(state, 'iam', request, (form) => iam(state, request.operation, form)),
  sts: (state, request) =>
    unlessDenied(state, 'sts', request, () => result('GetCallerIdentity', '<Account>123456789012</Account>')),
  cloudformation: (state, request) =>
    unlessDenied(state, 'cloudformation', request, (form) => stackResources(state, form)),
};

type Form = URLSearchParams;

function unlessDenied(
  { denied }: AccountState,
  prefix: string,
  { operation, body }: AwsRequest,
  answer: (form: Form) => AwsReply | undefined,
): AwsReply | undefined {
  if (denied.has(`${prefix}:${operation}`))
    return error(prefix === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied', 403);
  return answer(new URLSearchParams(body));
}

function error(code: string, status = 400, message = ''): AwsReply {
  const one = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<Response><Errors>${one}</Errors>${one}<RequestId>1</RequestId></Response>` };
}

function result(operation: string, content: string): AwsReply {
  const inner = `<${operation}Result>${content}</${operation}Result>`;
  return { body: `<${operation}Response>${inner}<ResponseMetadata/></${operation}Response>` };
}

const list = (name: string, items: readonly string[]) =>
  `<${name}>${items.map((item) => `<item>${item}</item>`).join('')}</${name}>`;

function ec2(state: AccountState, operation: string, form: Form): AwsReply | undefined {
  const answer = (content: string) => ({ body: `<${operation}Response>${content}</${operation}Response>` });
  const vpc = form.get('Filter.1.Value.1');
  switch (operation) {
    case 'DescribeSubnets': {
      const ids = [...form].flatMap(([name, value]) => (name.startsWith('SubnetId.') ? [value] : []));
      if (ids.some((id) => !state.subnets.has(id))) return error('InvalidSubnetID.NotFound');
      const items = ids.map((id) => {
        const { vpc = '', zone = '' } = state.subnets.get(id) ?? {};
        return `<subnetId>${id}</subnetId><vpcId>${vpc}</vpcId><availabilityZone>${zone}</availabilityZone>`;
      });
      return answer(list('subnetSet', items));
    }
    case 'DescribeRouteTables': {
      const own = [...state.subnets].flatMap(([id, subnet]) => {
        const route = state.routes.get(id);
        return route && subnet.vpc === vpc ? [tableOf(subnet.vpc, `<subnetId>${id}</subnetId>`, route)] : [];
      });
      return answer(list('routeTableSet', [tableOf(vpc ?? '', '<main>true</main>'), ...own]));
    }
    case 'DescribeVpcEndpoints': {
      const names = state.endpoints.map(
        (name) => `<serviceName>com.amazonaws.eu-west-1.${name}</serviceName>`,
      );
      return answer(list('vpcEndpointSet', names));
    }
    default:
      return undefined;
  }
}

function tableOf(vpc: string, association: string, route?: { gateway: string; state: string }): string {
  const local = '<destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId>';
  const { gateway = '', state = '' } = route ?? {};
  const field = gateway.startsWith('nat-')
    ? 'natGatewayId'
    : gateway.startsWith('tgw-')
      ? 'transitGatewayId'
      : 'gatewayId';
  const out =
    '<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>' +
    `<${field}>${gateway}</${field}><state>${state}</state>`;
  const routes = list('routeSet', route ? [local, out] : [local]);
  return `<vpcId>${vpc}</vpcId>${list('associationSet', [association])}${routes}`;
}

function iam(state: AccountState, operation: string, form: Form): AwsReply | undefined {
  switch (operation) {
    case 'GetRole': {
      const name = form.get('RoleName') ?? '';
      return state.roles.has(name)
        ? result(operation, `<Role><RoleName>${name}</RoleName></Role>`)
        : error('NoSuchEntity', 404);
    }
    case 'CreateServiceLinkedRole': {
      const name = 'AWSServiceRoleForECS';
      if (state.roles.has(name)) {
        return error('InvalidInput', 400, `Service role name ${name} has been taken in this account`);
      }
      state.roles.add(name);
      return result(operation, `<Role><RoleName>${name}</RoleName></Role>`);
    }
    case 'SimulatePrincipalPolicy': {
      const [role, action, resource] = [
        'PolicySourceArn',
        'ActionNames.member.1',
        'ResourceArns.member.1',
      ].map((name) => form.get(name));
      const isDenied = state.simulatedDenials.has(`${role} ${action} ${resource}`);
      const decision = `<EvalDecision>${isDenied ? 'implicitDeny' : 'allowed'}</EvalDecision>`;
      const member = `<member><EvalActionName>${action}</EvalActionName>${decision}</member>`;
      return result(operation, `<EvaluationResults>${member}</EvaluationResults>`);
    }
    default:
      return undefined;
  }
}

function stackResources({ stacks }: AccountState, form: Form): AwsReply {
  const functions = stacks.get(form.get('StackName') ?? '');
  if (!functions) return error('ValidationError', 400, 'Stack does not exist');
  const members = Object.entries(functions).map(
    ([logical, physical]) =>
      `<member><LogicalResourceId>${logical}</LogicalResourceId><PhysicalResourceId>${physical}` +
      '</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></member>',
  );
  return result('ListStackResources', `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>`);
}
