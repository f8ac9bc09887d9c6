import * as z from 'zod/mini';

const ids = z.array(z.string());
const id = z.string();
const ownVpc = {
  zones: z.exactOptional(z.int().check(z.gte(1), z.lte(6))),
  cidr: z.exactOptional(z.string()),
};

/** The `network` of `runops-agent.json`: what each profile takes, as in `network.ts`. */
export const networkSettings = z.discriminatedUnion('profile', [
  z.strictObject({ profile: z.literal('public'), ...ownVpc }),
  z.strictObject({
    profile: z.literal('private'),
    vpcId: id,
    subnetIds: ids,
    securityGroupIds: z.exactOptional(ids),
    publicIp: z.exactOptional(z.boolean()),
  }),
  z.strictObject({
    profile: z.literal('isolated'),
    ...ownVpc,
    vpc: z.exactOptional(z.strictObject({ vpcId: id, subnetIds: ids, routeTableIds: ids })),
    allowedHosts: z.exactOptional(z.array(z.string())),
    oneZoneEndpoints: z.exactOptional(z.boolean()),
    accounts: z.exactOptional(z.array(z.string())),
    s3PrefixList: z.exactOptional(id),
  }),
]);
