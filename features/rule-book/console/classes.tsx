import { useLooseWords } from '@shell/i18n';
import { Icon, type IconName } from '@shell/ui/icons';
import type { ReactNode } from 'react';

const icons: Record<string, IconName> = {
  removable_write: 'device',
  share_read: 'network',
  confidential: 'word',
  out_of_hours: 'night',
  mass_delete: 'files',
  print: 'print',
  program: 'window',
  archive: 'box',
  new_program: 'plus',
  tamper: 'stop',
  unusual_volume: 'up',
  sensor: 'find',
  asset: 'asset',
};

/** The same picture means the same class everywhere; classes of the organisation's own share one. */
export function ClassIcon({ name }: { name: string }): ReactNode {
  return <Icon name={icons[name] ?? 'rules'} />;
}

/** What people call a class; one of the organisation's own is called as it was written. */
export function useClassWord(): (name: string) => string {
  const loose = useLooseWords('rule-book');
  return (name) => loose(`class.${name === '' ? 'none' : name}`, name);
}
