import { describe, expect, it } from 'vitest';
import { awsFailure, explainAwsFailure, explanations, mayPass } from '../../../adapters/aws/aws-failure.ts';
import { networkError, sdkError } from './sdk-error.ts';

const call = { action: 's3:GetObject', resource: 'the bucket x' };

describe('an error of AWS', () => {
  it.each([
    [sdkError('AccessDenied', 403), 'denied'],
    [sdkError('KMS.NotFoundException', 400), 'denied'],
    [sdkError('Unknown', 403), 'denied'],
    [sdkError('NoSuchBucket', 404), 'missing'],
    [sdkError('AWS.SimpleQueueService.NonExistentQueue', 400), 'missing'],
    [sdkError('SlowDown', 503), 'busy'],
    [sdkError('ThrottlingException', 400), 'busy'],
    [sdkError('ConditionalRequestConflict', 409), 'busy'],
    [sdkError('InternalError', 500), 'broken'],
    [sdkError('ServerException', 500), 'broken'],
    [sdkError('RequestTimeout', 400), 'unreachable'],
    [sdkError('SyntaxError', 200), 'unreachable'],
    [networkError('ENOTFOUND'), 'unreachable'],
    ['thrown by somebody', 'unreachable'],
    [Object.assign(new Error(), { name: 'CredentialsProviderError' }), 'credentials'],
    [sdkError('ExpiredToken', 400), 'credentials'],
    [sdkError('InvalidArgument', 400), 'refused'],
  ])('%s is %s', (thrown, kind) => {
    expect(awsFailure(thrown).kind).toBe(kind);
    expect(mayPass(thrown)).toBe(['busy', 'broken', 'unreachable'].includes(kind));
  });

  it('is named with its status, and its words are not passed on', () => {
    const thrown = sdkError('InvalidArgument', 400, 'The value planted is not valid');
    expect(explainAwsFailure(thrown, call)).toBe(
      'AWS did not accept s3:GetObject on the bucket x (InvalidArgument, 400). ' +
        'Look at the call in CloudTrail, and compare it with the settings of the deployment.',
    );
    expect(explainAwsFailure(sdkError('a name: planted', 400), call)).not.toContain('planted');
  });
});

describe('every kind of failure', () => {
  it.each(Object.entries(explanations))('%s says what happened to what, and what to do', (_, row) => {
    expect(row.sentence(call)).toMatch(/s3:GetObject.*the bucket x|the bucket x.*s3:GetObject/);
    expect(row.remedy).toMatch(/^(Check|Allow|Deploy|Try|Look)\b.*[^.]$/);
  });
});
