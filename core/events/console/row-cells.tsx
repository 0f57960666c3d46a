import type { EventView } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { Icon } from '@shell/ui/icons';
import type { ReactNode } from 'react';
import css from './events.module.css';
import { splitMatches, splitPath } from './kinds';

/** recorded has no picture, alarm a bell, prohibited a shield; the word is there for who cannot see it. */
export function LevelIcon({ level }: { level: EventView['level'] }): ReactNode {
  const t = useWords('events');
  if (level === 'recorded') return <span />;
  return (
    <span title={t(`level.${level}`)}>
      <Icon name={level === 'alarm' ? 'bell' : 'shield'} />
      <span className="sr">{t(`level.${level}`)}</span>
    </span>
  );
}

/** An account without its domain, which is nearly always the same; the whole name is there on hover. */
export function Account({ name }: { name: string | null | undefined }): ReactNode {
  if (!name) return <span className="dim">—</span>;
  return <span title={name}>{name.slice(name.lastIndexOf('\\') + 1)}</span>;
}

export function useKindWord(): (kind: string) => string {
  const loose = useLooseWords('events');
  return (kind) => loose(`kinds.${kind}`, kind);
}

function Marked({ text, wanted }: { text: string; wanted: string }): ReactNode {
  return splitMatches(text, wanted).map((part, at) =>
    part.hit ? (
      <mark key={at} className={css['mark']}>
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}

/** The program's name and then its whole command line: a command line is no path, so it is not taken apart. */
function program(row: EventView, image: string): { name: string; folder: string } {
  const { name, folder } = splitPath(image);
  return { name, folder: row.command_line ?? folder };
}

/** What it was about: the file's name first and its folder in grey, or the program, the page, the window, the device. */
export function Subject({ row, wanted }: { row: EventView; wanted: string }): ReactNode {
  const whole = row.subject ?? row.command_line ?? row.image ?? '';
  const { name, folder } =
    !row.subject && row.image ? program(row, row.image) : splitPath(whole);
  return (
    <span title={[whole, row.target].filter(Boolean).join(' → ')}>
      <Marked text={name} wanted={wanted} />
      {(row.count ?? 1) > 1 && <span className="dim"> ×{row.count}</span>}
      {folder !== '' && <span className={css['folder']}>{folder}</span>}
      {row.target && <span className={css['folder']}>→ {row.target}</span>}
    </span>
  );
}
