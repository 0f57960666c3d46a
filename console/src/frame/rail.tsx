import { useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Room } from '../feature';
import { filledRooms, pages, pagesOf } from '../features';
import { useWords, type WordKey } from '../i18n';
import { useMarks } from '../i18n/marks';
import { useSession } from '../session/session';
import { Icon, type IconName } from '../ui/icons';
import { Go } from '../ui/link';
import css from './frame.module.css';

const pictures: Record<Room, IconName> = {
  today: 'today',
  me: 'records',
  endpoints: 'endpoint',
  records: 'records',
  protection: 'shield',
  assets: 'asset',
  weaknesses: 'weakness',
  rules: 'rules',
  people: 'people',
  guideline: 'guideline',
  settings: 'settings',
};

/** The room a path lies in: that of the longest page address it begins with. */
export function roomOf(path: string): Room | null {
  if (path === '/') return 'today';
  let best: { room: Room; length: number } | null = null;
  for (const page of pages) {
    const stem = page.path.split('/$')[0] ?? page.path;
    if ((path === stem || path.startsWith(`${stem}/`)) && stem.length > (best?.length ?? 0)) {
      best = { room: page.room, length: stem.length };
    }
  }
  return best?.room ?? null;
}

export function Rail(): ReactNode {
  const t = useWords('shell');
  const marks = useMarks();
  const { admin, organisation, permissions } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = roomOf(path);
  const employee = admin.role === 'employee';
  const open = filledRooms.flatMap((room): { room: Room; to: string }[] => {
    if (room === 'today') return employee ? [] : [{ room, to: '/' }];
    const first = pagesOf(room).find((page) => page.permission === null || permissions.includes(page.permission));
    if (!first || (room === 'me' && !employee)) return [];
    return [{ room, to: first.path }];
  });
  return (
    <nav className={css['rail']} aria-label={t('menu')}>
      <Go to="/" className={css['brand']} aria-label={`Yagura ${organisation.name}`}>
        <span className={css['seal']} aria-hidden="true">
          櫓
        </span>
        <span className={css['names']}>
          <b>Yagura</b>
          <span>{organisation.name}</span>
        </span>
      </Go>
      <ul>
        {open.map(({ room, to }) => {
          const name = t(`rooms.${room}` as WordKey<'shell'>);
          return (
            <li key={room}>
              <Go to={to} className={css['room']} title={name} aria-current={here === room ? 'page' : undefined}>
                <Icon name={pictures[room]} />
                <span>{name}</span>
              </Go>
            </li>
          );
        })}
      </ul>
      <p className={css['foot']}>
        <span>{admin.display_name}</span>
        <br />
        <span className="dim">
          {marks.facts([
            t(`roles.${admin.role}`),
            employee ? null : admin.groups ? t('some_groups', { count: admin.groups.length }) : t('all_groups'),
          ])}
        </span>
      </p>
    </nav>
  );
}
