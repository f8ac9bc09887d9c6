import { describe, expect, it } from 'vitest';
import { targetNetwork } from '../../infra/network-target.ts';

const own = { securityGroupIds: ['sg-00000000000000001'] };
const group = 'sg-0123456789abcdef0';
const subnet = 'subnet-0123456789abcdef0';

describe("a target's network", () => {
  it("is the agent's own when the target says nothing", () => {
    expect(targetNetwork('orders', own, {})).toEqual({});
  });

  it("has the target's security groups on top of the agent's own", () => {
    expect(targetNetwork('orders', own, { securityGroups: [group] })).toEqual({
      securityGroups: ['sg-00000000000000001', group],
    });
  });

  it("has the target's security groups alone in subnets of its own, which may be in another VPC", () => {
    expect(targetNetwork('orders', own, { securityGroups: [group], subnets: [subnet] })).toEqual({
      securityGroups: [group],
      subnets: [subnet],
      publicIp: false,
    });
  });

  it.each([
    [{ subnets: [subnet] }, 'Target "orders" has subnets of its own and no security groups.'],
    [{ publicIp: true }, 'Target "orders": publicIp is for a target with subnets of its own.'],
    [{ securityGroups: ['orders-db'] }, 'Target "orders": "orders-db" is not the id of a security group.'],
    [{ securityGroups: [] }, 'Target "orders": name at least one id of a security group.'],
    [{ securityGroups: [group], subnets: [group] }, `Target "orders": "${group}" is not the id of a subnet.`],
    [
      { securityGroups: Array.from({ length: 5 }, () => group) },
      'Target "orders" has 6 security groups, with the agent\'s own. ECS takes 5 at most.',
    ],
    [
      { securityGroups: [group], subnets: Array.from({ length: 17 }, () => subnet) },
      'Target "orders" has 17 subnets. ECS takes 16 at most.',
    ],
  ])('is refused in one sentence: %j', (wrong, message) => {
    expect(() => targetNetwork('orders', own, wrong)).toThrow(message);
  });
});
