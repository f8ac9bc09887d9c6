import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../client-settings.ts';

/** The clients with which `runops doctor` looks. Those of services that may be in another region take it. */
export type DoctorClients = ReturnType<typeof doctorClients>;

/** `endpoint`: another AWS than Amazon's own, which the SDK knows from the environment. */
export function doctorClients(region: string, endpoint: string | undefined) {
  const settings = { ...clientSettings, region };
  return {
    region,
    cloudWatch: new CloudWatchClient(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    quotas: new ServiceQuotasClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: endpoint !== undefined }),
    sqs: new SQSClient(settings),
    sts: new STSClient(settings),
    ec2In: perRegion((region) => new EC2Client({ ...settings, region })),
    ecrIn: perRegion((region) => new ECRClient({ ...settings, region })),
    ecsIn: perRegion((region) => new ECSClient({ ...settings, region })),
    secretsManagerIn: perRegion((region) => new SecretsManagerClient({ ...settings, region })),
  };
}

function perRegion<Client>(make: (region: string) => Client): (region: string) => Client {
  const made = new Map<string, Client>();
  return (region) => {
    const client = made.get(region) ?? make(region);
    made.set(region, client);
    return client;
  };
}
