import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { SidePanel } from '@shell/ui/panel';
import { lazy, Suspense, type ReactNode } from 'react';
import css from './acts.module.css';
import { useActWords } from './acts-words';
import { usual } from './ledger-columns';
import { queryText, useLedgerFilter, type LedgerFilter } from './ledger-filter';

export const acts = ['labels', 'bulk', 'sheet'] as const;
export type ActName = (typeof acts)[number];

/** So many ids fit into an address that every proxy takes. */
export const mostPicked = 300;

/** What an act is about: the rows that are ticked, or all that the conditions leave. */
export interface ActProps {
  filter: LedgerFilter;
  picked: ReadonlySet<string>;
  /** How many the conditions leave. */
  all: number;
  /** The columns that are shown. */
  columns: readonly string[];
  onDone: () => void;
}

// Who reads the ledger does not fetch what changes it.
const panels = {
  labels: lazy(() => import('./labels-panel')),
  bulk: lazy(() => import('./bulk-panel')),
  sheet: lazy(() => import('./sheet-panel')),
};

/** The acts on many rows, above the list. */
export function ActButtons({
  picked,
  act,
  onAct,
  onNone,
}: {
  picked: ReadonlySet<string>;
  act: ActName | undefined;
  onAct: (name: ActName | undefined) => void;
  onNone: () => void;
}): ReactNode {
  const t = useActWords();
  const mayWrite = useCan('assets.write');
  const filter = useLedgerFilter();
  const icons = { labels: 'print', bulk: 'edit', sheet: 'down' } as const;
  return (
    <>
      {picked.size > 0 && (
        <span className={css['picked']}>
          <span role="status">{t('picked', { count: picked.size })}</span>{' '}
          <button type="button" className="t" onClick={onNone}>
            {t('pick_none')}
          </button>
        </span>
      )}
      {acts
        .filter((name) => name !== 'bulk' || mayWrite)
        .map((name) => (
          <Button
            key={name}
            small
            icon={icons[name]}
            aria-pressed={act === name}
            onClick={() => {
              onAct(act === name ? undefined : name);
            }}
          >
            {t(name)}
          </Button>
        ))}
      <PrintLink filter={filter} picked={picked} />
    </>
  );
}

/** Leads to the list as it stands on paper. */
function PrintLink({ filter, picked }: { filter: LedgerFilter; picked: ReadonlySet<string> }): ReactNode {
  const t = useActWords();
  if (picked.size > mostPicked) return null;
  const columns = new URLSearchParams(location.search).get('columns') ?? usual.join(',');
  return (
    <a className="t" href={`/assets/print?${queryText(filter, picked, { columns })}`} target="_blank" rel="noreferrer">
      {t('print')}
    </a>
  );
}

/** How many the act is about, in words. */
export function About({ picked, all }: { picked: ReadonlySet<string>; all: number }): ReactNode {
  const t = useActWords();
  return <p className={css['about']}>{picked.size > 0 ? t('of_picked', { count: picked.size }) : t('of_all', { count: all.toLocaleString('en-US') })}</p>;
}

/** The panel of an act, beside the list. */
export function Act({ name, onClose, ...props }: ActProps & { name: ActName; onClose: () => void }): ReactNode {
  const t = useActWords();
  const Panel = panels[name];
  return (
    <SidePanel label={t(name)} title={t(name)} onClose={onClose}>
      <Suspense>
        <Panel {...props} />
      </Suspense>
    </SidePanel>
  );
}
