import type { RolloutObstacle } from '@shell/api/schema';
import { useWords } from '@shell/i18n';

/** What the server and endpoints write down where something cannot be had, as the API and its exports say it; the console says it in the reader's words. */
export const obstacleOf: Record<string, RolloutObstacle> = {
  "the endpoint's policy (distribution: allowed) does not allow it": 'not_allowed',
  "the endpoint's policy (distribution: interpreters) does not allow this interpreter": 'interpreter',
  "the rollout's windows and those of the endpoint's policy are never open at the same time": 'no_window',
  "the endpoint's agent is too old for this": 'too_old',
  'the packages are for another package system': 'other_system',
  "the endpoint waits for an administrator's approval": 'not_in_service',
  'the policy of this endpoint does not allow it (distribution: allowed)': 'not_allowed',
  'the policy of this endpoint does not allow scripts with this interpreter (distribution: interpreters)': 'interpreter',
  "the rollout's windows and those of this endpoint's policy are never open at the same time": 'no_window',
};

/** Why an endpoint is where it is. What no words are for, such as what a package's own script said, stays as it was told. */
export function useWhy(): (why: string) => string {
  const t = useWords('distribution');
  return (why) => {
    const known = obstacleOf[why];
    return known === undefined ? why : t(`obstacles.${known}`);
  };
}
