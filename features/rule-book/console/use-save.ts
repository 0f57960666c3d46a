import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { PolicyVersion } from '@shell/api/schema';
import { policiesKey } from '../../../core/policy/console/queries';
import { ringsOf, type Pace } from '../../../core/policy/console/rings';
import { valueOf, type Entry } from './book';
import { codeOf } from './faults';
import type { ShownFault } from './faults-context';
import type { Draft } from './use-draft';

export interface Decision {
  comment: string;
  pace: Pace;
  /** The rules that are sent. */
  entries: readonly Entry[];
}

export interface Refusal {
  /** The key of the rule that it is about; empty where it is about none. */
  key: string;
  fault: ShownFault;
}

/** The server's refusals of what was sent, without those of rules that were changed since. */
export function refusalsOf(error: Error | null, sent: readonly Entry[] | undefined, now: readonly Entry[]): Refusal[] {
  if (!(error instanceof ApiError) || error.problem.code !== 'invalid') return [];
  const all = error.problem.errors.map((one) => {
    const [, at, rest = ''] = /^\/value\/rules\/(\d+)(.*)$/.exec(one.pointer) ?? [];
    const message = one.message ?? one.code;
    const code = codeOf(message);
    const key = at === undefined ? '' : (sent?.[Number(at)]?.key ?? '');
    return { key, fault: { pointer: at === undefined ? one.pointer.replace(/^\/value/, '') : rest, code, message } };
  });
  const same = (key: string): boolean => sent?.find((one) => one.key === key)?.rule === now.find((one) => one.key === key)?.rule;
  return all.filter((one) => one.key === '' || same(one.key));
}

export const isConflict = (error: Error | null): boolean => error instanceof ApiError && error.problem.code === 'conflict';

/** The version before the first: whoever thinks that there is none must not write over one. */
const none = '"0"';

/** Stores the draft as a new version of the group's policy, if nobody has stored one since it was begun. */
export function useSave(draft: Draft, group: string, usual: Record<string, unknown>, onSaved: (version: PolicyVersion) => void): UseMutationResult<PolicyVersion, Error, Decision> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ comment, pace, entries }: Decision) =>
      answered(
        api.PUT('/api/v1/policies/{feature}/{group}', {
          params: { path: { feature: 'rule_book', group } },
          ...ifMatch(draft.base.base?.etag ?? none),
          body: { inherit: draft.base.inherit, value: valueOf(draft.base, entries, draft.calendar, usual), comment: comment.trim(), rings: ringsOf(pace) },
        }),
      ),
    onSuccess: (version) => {
      draft.stored();
      onSaved(version);
      return client.invalidateQueries({ queryKey: policiesKey });
    },
    onError: (error) => {
      // Somebody else's version is wanted at once, so that one's own can be laid over it.
      if (isConflict(error)) void client.invalidateQueries({ queryKey: policiesKey });
    },
  });
}
