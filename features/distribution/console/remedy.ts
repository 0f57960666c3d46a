import { ApiError } from '@shell/api/client';
import type { Problem } from '@shell/api/schema';

/** Which endpoints and packages a list of weaknesses is about, as far as an update can do something about it. */
export interface Remedy {
  machines: number;
  endpoints: string[];
  without_agent: number;
  packages: string[];
}

/** Asks for what the filter of the list of weaknesses (`search`, without `from`) leads to. */
export async function remedyOf(search: Record<string, string>): Promise<Remedy> {
  const query = new URLSearchParams(Object.entries(search).filter(([name]) => name !== 'from'));
  const answer = await fetch(`/api/v1/vulnerabilities/remedy?${query.toString()}`, { credentials: 'same-origin' });
  if (!answer.ok) throw new ApiError((await answer.json()) as Problem);
  return (await answer.json()) as Remedy;
}
