import type { AlarmView } from '@shell/api/schema';

const minute = 60_000;

/**
 * Where the log search shows the event of a rule's alarm among the rows five minutes before and after it on that endpoint;
 * nothing for alarms of other kinds. Questions are asked by the minute, so the stretch is widened to whole ones.
 */
export function aroundOf({ endpoint, detail }: Pick<AlarmView, 'endpoint' | 'detail'>): Record<string, string> | undefined {
  const { event, occurred_at } = detail;
  if (!endpoint || typeof event !== 'string' || typeof occurred_at !== 'string') return undefined;
  const at = Date.parse(occurred_at);
  const whole = (ms: number, round: (value: number) => number): string => new Date(round(ms / minute) * minute).toISOString();
  return { endpoint: endpoint.hostname, since: whole(at - 5 * minute, Math.floor), until: whole(at + 5 * minute, Math.ceil), event };
}
