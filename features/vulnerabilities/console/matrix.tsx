import { pathWords } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Icon } from '@shell/ui/icons';
import { Go } from '@shell/ui/link';
import { useState, type ReactNode } from 'react';
import type { Board, BoardCell, Column, Filter, Severity } from './api';
import { cellSearch, filterOf, remedyTarget } from './filter';
import css from './matrix.module.css';
import { number } from './number';
import { columns, severities, useBoardWords, useTerms, wordOf } from './own-words';

const machines = '/vulnerabilities/machines';
/** So many groups are drawn at first; an organisation may have a thousand. */
const mostGroups = 30;

/** One count of machines: red with a dot and the worst found among them, or a grey 0 that leads nowhere. */
function Cell({ cell, column, group, search }: { cell: BoardCell | undefined; column: Column; group: string; search: Record<string, string> }): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  const mayRollOut = useCan('distribution.write');
  const name = terms(`column.${column}`);
  if (!cell || cell.machines === 0) {
    return (
      <td>
        <span className={css['none']} aria-hidden="true">
          0
        </span>
        <span className="sr">{t('cell_none', { group, column: name })}</span>
      </td>
    );
  }
  const worst = wordOf(severities, cell.worst ?? 'unknown', (known) => terms(`severity.${known}`));
  return (
    <td>
      <Go className={css['cell']} to={machines} search={search} aria-label={t('cell', { group, column: name, count: number(cell.machines), severity: worst })}>
        <span className={css['count']}>
          <span className={css['dot']} />
          {number(cell.machines)}
        </span>
        <span className={css['worst']}>{worst}</span>
      </Go>
      {mayRollOut && (
        // The keyboard finds the same on the page that the number leads to.
        <Go {...remedyTarget(filterOf(search))} className={css['remedy']} tabIndex={-1} aria-label={t('cell_remedy', { group, column: name })} title={terms('remedy_hint')}>
          <Icon name="down" />
        </Go>
      )}
    </td>
  );
}

/** All groups laid together, as the board counts them by part. */
function allOf(board: Board): BoardCell[] {
  const worstOf = (column: Column): Severity | null => severities.find((severity) => board.groups.some((group) => group.cells.some((cell) => cell.column === column && cell.worst === severity))) ?? null;
  return [
    ...board.parts.map(({ part, machines: count, findings }) => ({ column: part, machines: count, findings, worst: worstOf(part) })),
    { column: 'emergency', machines: board.emergency.machines, findings: board.emergency.findings, worst: worstOf('emergency') },
  ];
}

/** Groups against the parts of looking after machines; each count leads to exactly its machines. */
export function Matrix({ board, filter }: { board: Board; filter: Filter }): ReactNode {
  const t = useBoardWords();
  const terms = useTerms();
  const [whole, setWhole] = useState(false);
  // The group that holds all others, or the one that is asked about, is the first line already.
  const groups = board.groups.filter((group) => group.path !== '/' && group.id !== filter.group);
  const shown = whole ? groups : groups.slice(0, mostGroups);
  const row = (key: string, name: string, cells: BoardCell[], behind: number, all: number, group?: string): ReactNode => (
    <tr key={key} className={group === undefined ? css['all'] : undefined}>
      <th scope="row">
        <Go className="t" to={machines} search={group === undefined ? cellBase(filter) : { ...cellBase(filter), group }}>
          {name}
        </Go>
        <span className={css['of']}>{t('group_machines', { behind: number(behind), machines: number(all) })}</span>
      </th>
      {columns.map((column) => (
        <Cell key={column} cell={cells.find((one) => one.column === column)} column={column} group={name} search={cellSearch(filter, column, group)} />
      ))}
    </tr>
  );
  return (
    // On a narrow screen the table is moved sideways, by keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={css['frame']} role="region" aria-label={t('matrix')} tabIndex={0}>
      <table className={css['matrix']}>
        <thead>
          <tr>
            <th scope="col">{t('group')}</th>
            {columns.map((column) => (
              <th key={column} scope="col" title={terms(`column_hint.${column}`)}>
                {terms(`column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row('all', t('matrix_all'), allOf(board), board.behind, board.machines)}
          {shown.map((group) => row(group.id, pathWords(group), group.cells, group.behind, group.machines, group.id))}
        </tbody>
      </table>
      {shown.length < groups.length && (
        <p className={css['more']}>
          <button
            type="button"
            className="t sm"
            onClick={() => {
              setWhole(true);
            }}
          >
            {t('matrix_more', { count: groups.length - shown.length })}
          </button>
        </p>
      )}
    </div>
  );
}

function cellBase(filter: Filter): Record<string, string> {
  return { ...(filter.group === undefined ? {} : { group: filter.group }), ...(filter.kind === undefined ? {} : { kind: filter.kind }) };
}
