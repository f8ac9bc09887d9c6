/** What is used of the client: an import of the whole package would put every call of the service into a bundle. */
export { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
