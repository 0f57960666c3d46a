import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { PolicyVersion } from '@shell/api/schema';
import { policiesKey } from '../../../core/policy/console/queries';
import { ringsOf, type Pace } from '../../../core/policy/console/rings';
import { valueOf } from './book';
import { codeOf } from './faults';
import type { ShownFault } from './faults-context';
import type { Draft } from './use-draft';

export interface Decision {
  comment: string;
  pace: Pace;
}

/** The server's refusals, by the key of the rule that each is about; those about no rule under an empty key. */
export function refusalsOf(error: Error | null, draft: Draft): { key: string; fault: ShownFault }[] {
  if (!(error instanceof ApiError) || error.problem.code !== 'invalid') return [];
  return error.problem.errors.map((one) => {
    const [, at, rest = ''] = /^\/value\/rules\/(\d+)(.*)$/.exec(one.pointer) ?? [];
    const message = one.message ?? one.code;
    const code = codeOf(message);
    const key = at === undefined ? '' : (draft.entries[Number(at)]?.key ?? '');
    return { key, fault: { pointer: at === undefined ? one.pointer.replace(/^\/value/, '') : rest, code, message } };
  });
}

export const isConflict = (error: Error | null): boolean => error instanceof ApiError && error.problem.code === 'conflict';

/** Stores the draft as a new version of the group's policy, if nobody has stored one since it was begun. */
export function useSave(draft: Draft, group: string, usual: Record<string, unknown>, onSaved: (version: PolicyVersion) => void): UseMutationResult<PolicyVersion, Error, Decision> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ comment, pace }: Decision) =>
      answered(
        api.PUT('/api/v1/policies/{feature}/{group}', {
          params: { path: { feature: 'rule_book', group } },
          ...(draft.base.base ? ifMatch(draft.base.base.etag) : {}),
          body: { inherit: draft.base.inherit, value: valueOf(draft.base, draft.entries, draft.calendar, usual), comment: comment.trim(), rings: ringsOf(pace) },
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
