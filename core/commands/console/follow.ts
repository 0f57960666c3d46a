import type { QueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Command } from '@shell/api/schema';
import { changeJob, startJob } from '@shell/jobs/jobs';
import { isWaiting } from './states';

const everyMs = 3000;
const givesUpAfterMs = 10 * 60_000;

/** Shows commands that were just sent in the tray until each is over, or they are left to themselves. */
export function followInTray(client: QueryClient, commands: Command[], name: string, who: string, words: { done: string; waits: string }): void {
  const first = commands[0];
  if (!first) return;
  let stopped = false;
  const id = startJob({
    name,
    who,
    total: commands.length,
    target: { to: '/commands', search: { command: first.id } },
    cancel: () => {
      stopped = true;
      for (const command of commands) void api.POST('/api/v1/commands/{id}/cancel', { params: { path: { id: command.id } } });
    },
  });
  const begun = Date.now();
  const look = async (): Promise<void> => {
    if (stopped) return;
    const now = await Promise.all(
      commands.map((command) => answered(api.GET('/api/v1/commands/{id}', { params: { path: { id: command.id } } }))),
    );
    const over = now.filter((command) => !isWaiting(command.state) && command.state !== 'accepted');
    const failed = over.find((command) => command.state === 'failed');
    changeJob(id, { done: over.length });
    if (over.length === now.length) {
      changeJob(id, failed ? { state: 'failed', result: failed.error ?? '' } : { state: 'done', result: words.done });
      await client.invalidateQueries({ queryKey: ['commands'] });
    } else if (Date.now() - begun > givesUpAfterMs) changeJob(id, { state: 'done', result: words.waits });
    else setTimeout(() => void look().catch(() => undefined), everyMs);
  };
  setTimeout(() => void look().catch(() => undefined), everyMs);
}
