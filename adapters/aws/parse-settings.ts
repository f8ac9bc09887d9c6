import { AgentError } from '../../core/errors.ts';
import { problemsOf } from '../../core/problems.ts';
import { type DispatcherSettings, dispatcherSettings } from './dispatcher-settings.ts';

/**
 * Reads the settings from the text of their secret.
 * @throws AgentError `config-invalid` that names each bad field.
 */
export function parseSettings(text: string): DispatcherSettings {
  const parsed = dispatcherSettings.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, 'it');
  throw new AgentError(
    'config-invalid',
    `The secret of SETTINGS_SECRET is not valid: ${problems}. Deploy the agent again; it is not written by hand.`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
