import { useRouterState } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import type { Room, Word } from '../feature';
import { pagesOf } from '../features';
import { setCrumbs, type Crumb } from '../frame/crumbs';
import { useWords, type WordKey } from '../i18n';
import { useAnyWord } from '../i18n/any-word';
import { useSession } from '../session/session';
import { Go } from './link';
import css from './page.module.css';

/** Sets the way shown at the top and the name of the browser's tab. */
export function useCrumbs(room: Room, trail: Crumb[]): void {
  const t = useWords('shell');
  const roomName = t(`rooms.${room}` as WordKey<'shell'>);
  const key = trail.map((crumb) => `${crumb.label}>${crumb.to ?? ''}`).join('|');
  useEffect(() => {
    const first = pagesOf(room)[0]?.path ?? '/';
    setCrumbs([{ label: roomName, to: first }, ...trail.filter((crumb) => crumb.label !== roomName)]);
    document.title = `${trail.at(-1)?.label ?? roomName} - Yagura`;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the trail
  }, [room, roomName, key]);
}

/** The pages of one room in a line beside the title. */
export function RoomPages({ room }: { room: Room }): ReactNode {
  const t = useWords('shell');
  const word = useAnyWord();
  const { permissions } = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const open = pagesOf(room).filter((page) => page.permission === null || permissions.includes(page.permission));
  if (open.length < 2) return null;
  return (
    <nav aria-label={t('room_pages')} className={css['pages']}>
      {open.map((page) => (
        <Go key={page.path} to={page.path} aria-current={page.path === path ? 'page' : undefined}>
          {word(page.title)}
        </Go>
      ))}
    </nav>
  );
}

/** The title of a page in a room's line of pages, with what can be done here at the right. */
export function PageHead({
  room,
  title,
  trail,
  lead,
  acts,
}: {
  room: Room;
  title: Word;
  trail?: Crumb[];
  lead?: ReactNode;
  acts?: ReactNode;
}): ReactNode {
  const word = useAnyWord();
  const name = word(title);
  useCrumbs(room, trail ?? [{ label: name }]);
  return (
    <header className={css['head']}>
      <div className={css['line']}>
        <h1>{name}</h1>
        <RoomPages room={room} />
        {acts !== undefined && <div className={css['acts']}>{acts}</div>}
      </div>
      {lead !== undefined && <p className={css['lead']}>{lead}</p>}
    </header>
  );
}
