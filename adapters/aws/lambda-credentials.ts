/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles of the functions. Lambda puts the credentials of
 * the role into the environment; the rest of that chain (SSO, profiles, processes …) would be a fifth of a bundle.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
