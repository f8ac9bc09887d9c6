/** The `group` of an agent's ECS tasks, by which the console and the rules of EventBridge know them. */
export function taskGroup(agentName: string): string {
  return `runops:${agentName}`;
}
