import type { ComparedView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { chainOf } from './comparison-question';
import type { Asked } from './comparison-asked';

/** Whether a row stands for the endpoints that are in the compared group itself. */
export function isOwn(item: ComparedView, asked: Asked): boolean {
  if (asked.by !== 'group') return false;
  const top = asked.group ?? asked.groups.find((group) => !group.parent_id)?.id;
  return top !== undefined && item.id === top;
}

/** What a row is called. */
export function useRowName(asked: Asked): (item: ComparedView) => string {
  const t = useWords('rule-book');
  return (item) => (isOwn(item, asked) ? t('comparison.own', { name: chainOf(asked.groups, asked.group).at(-1)?.name ?? item.name }) : item.name);
}
