import { packageVersion } from '../package-files.ts';
import { imageRepository } from '../plain/plain-synthesizer.ts';
import { type BuiltTemplate, templateFile } from './build-template.ts';

const templateKey = `${packageVersion}/${templateFile}`;

/** What comes before the installation: the files in a bucket of its region, and perhaps the images. */
export function uploadNotes({ folder, bucket, expectedImages }: BuiltTemplate): string {
  const upload = [
    '# In each region, with credentials of the account that has the bucket:',
    ...variables(bucket),
    'aws s3 mb "s3://$BUCKET" --region "$REGION"',
    `aws s3 cp --recursive ${folder}/assets "s3://$BUCKET/assets" --region "$REGION"`,
    `aws s3 cp ${folder}/${templateFile} "s3://$BUCKET/${templateKey}" --region "$REGION"`,
  ];
  return [...upload, ...imageNotes(expectedImages)].join('\n');
}

/** The same for a release, of which nothing is ever overwritten: S3 refuses a key that is there. */
export function publishingNotes({ folder, bucket, expectedImages }: BuiltTemplate): string {
  const put = (key: string, file: string) =>
    `aws s3api put-object --if-none-match '*' --region "$REGION" --bucket "$BUCKET" --key ${key} --body ${file}`;
  const publish = [
    '# In each region, with credentials of the account that has the bucket:',
    ...variables(bucket),
    `(cd ${folder} && find assets -type f) | while read -r key; do`,
    `  ${put('"$key"', `"${folder}/$key"`)}`,
    'done',
    `for file in ${templateFile} SHA256SUMS sbom.cdx.json provenance.json INSTALL.md; do`,
    `  ${put(`"${packageVersion}/$file"`, `"${folder}/$file"`)}`,
    'done',
  ];
  return [...publish, ...imageNotes(expectedImages)].join('\n');
}

/** How the stack is made: by a link, or by a command. */
export function installationNotes({ bucket }: BuiltTemplate): string {
  return `# Runops agent ${packageVersion}

Check what you have, then open the link or run the commands. docs/install.md explains each step.

\`\`\`sh
sha256sum --check SHA256SUMS
\`\`\`

With REGION and what else is written in capitals filled in, this link opens the console with the template:

${quickCreateLink(bucket)}

Any parameter but the token can be in the link: \`&param_Tags=prod&param_AlarmEmail=oncall%40example.com\`.

Or by the AWS CLI:

\`\`\`sh
${createCommands(bucket).join('\n')}
\`\`\`
`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html */
export function quickCreateLink(bucket: string): string {
  const named = bucket.replace('${AWS::AccountId}', 'ACCOUNT').replace('${AWS::Region}', 'REGION');
  const template = encodeURIComponent(`https://${named}.s3.REGION.amazonaws.com/${templateKey}`);
  const stack = `templateURL=${template}&stackName=runops-agent`;
  return `https://console.aws.amazon.com/cloudformation/home?region=REGION#/stacks/quickcreate?${stack}`;
}

function createCommands(bucket: string): string[] {
  return [
    ...variables(bucket),
    'aws cloudformation create-stack --stack-name runops-agent --region "$REGION" \\',
    `  --template-url "https://$BUCKET.s3.$REGION.amazonaws.com/${templateKey}" \\`,
    '  --capabilities CAPABILITY_IAM --parameters ParameterKey=AgentToken,ParameterValue="$AGENT_TOKEN"',
    'aws cloudformation wait stack-create-complete --stack-name runops-agent --region "$REGION"',
  ];
}

function variables(bucket: string): string[] {
  const account = '$(aws sts get-caller-identity --query Account --output text)';
  const name = bucket.replace('${AWS::AccountId}', account).replace('${AWS::Region}', '$REGION');
  return ['REGION=eu-west-1', `BUCKET=${name}`];
}

/** How the images get where the template looks for them. */
function imageNotes(expected: ReadonlyMap<string, string>): string[] {
  if (expected.size === 0) return [];
  return [
    '',
    '# The images, in the account and the region of the agent: the template names them by what they are built of.',
    'REGISTRY=$(aws sts get-caller-identity --query Account --output text).dkr.ecr.$REGION.amazonaws.com',
    `aws ecr create-repository --repository-name ${imageRepository} --region "$REGION" \\`,
    '  --image-tag-mutability IMMUTABLE',
    'aws ecr get-login-password --region "$REGION" | docker login --username AWS --password-stdin "$REGISTRY"',
    `DOCKER_DEFAULT_PLATFORM=linux/arm64 VERSION=${packageVersion} \\`,
    `  containers/images/build.sh ${[...expected.keys()].join(' ')}`,
    `for tag in ${[...expected.values()].join(' ')}; do`,
    `  docker tag "runops/\${tag%-*}:${packageVersion}" "$REGISTRY/${imageRepository}:$tag"`,
    `  docker push "$REGISTRY/${imageRepository}:$tag"`,
    'done',
  ];
}
