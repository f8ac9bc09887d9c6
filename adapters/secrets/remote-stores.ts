/**
 * The code of the providers that need the network, as one part of a bundle: each part costs a start some tenths of a
 * millisecond. The client libraries below it are further parts, loaded by whoever calls them.
 */
export { awsSecrets } from './aws.ts';
export { gcpSecrets } from './gcp.ts';
export { hashicorpDbSecrets } from './hashicorp-db.ts';
export { hashicorpKvSecrets } from './hashicorp-kv.ts';
export { kubernetesSecrets } from './kubernetes.ts';
export { type Vault, vault } from './vault.ts';
