/** What is used of the client: an import of the whole package would put every call of the service into a bundle. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
