/** Every kind of fault that a long enough simulation must have injected, besides those of each port. */
export const faultKinds: readonly string[] = [
  'API 429 or 500 instead',
  'API 500 after it did it',
  'API down',
  'RunTask: conflict of clientToken',
  'RunTask: failures[]',
  'RunTask: throttled',
  'S3: 409',
  'S3: 412',
  'S3: 503',
  'STOPPED event early',
  'STOPPED event late',
  'STOPPED event lost',
  'STOPPED event twice',
  'a new version in the middle',
  'audit down',
  'clientToken ignored',
  'clock that differs',
  'command told to stop',
  'container could not start',
  'dead letter',
  'key server down',
  'kill wanted',
  'lock lost by the API',
  'lock refused: a rival has it',
  'log store down',
  'message days late',
  'message delivered twice',
  'message redelivered: its deletion was lost',
  'redaction down',
  'result event late',
  'result event lost',
  'result event twice',
  'result refused for good',
  'result without STOPPED',
  'runner killed: STOPPED without result',
  'stale list of tasks',
  'the day is used up',
  'two pollers',
  ...portFaults('ledger api uploads ecs logs audit detector keys secrets dispatch report'),
  ...crashes('poll dispatch look sweep report kill runner'),
];

function portFaults(ports: string): string[] {
  const ways = [
    'failed instead of',
    'failed after',
    'carried out twice',
    'carried out late',
    'answered late',
  ];
  return ports.split(' ').flatMap((port) => ways.map((way) => `${way}: ${port}`));
}

function crashes(kinds: string): string[] {
  return kinds.split(' ').flatMap((kind) => [`crash before a call: ${kind}`, `crash after a call: ${kind}`]);
}
