import { Checkbox, Popover } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import {
  flexRender,
  getCoreRowModel,
  useReactTable,
  type ColumnDef,
  type VisibilityState,
} from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Rows } from '../api/pages';
import { useWords } from '../i18n';
import { Button } from './button';
import { Icon } from './icons';
import { Go, type Target } from './link';
import { Failed } from './states';
import { Count } from './count';
import { fitted, type Width } from './fitted';
import css from './table.module.css';

export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T, above: T | undefined) => ReactNode;
  /** Pixels, or a share of what is left. */
  width: Width;
  num?: boolean;
  /** The name the server sorts by. */
  sort?: string;
  /** Columns that are there from the start; others are chosen. The first column cannot be taken away. */
  chosen?: boolean;
  /** Its name is read aloud but not written, for a column of icons. */
  quiet?: boolean;
}

export interface TableProps<T> {
  id: string;
  label: string;
  columns: Column<T>[];
  rows: Rows<T>;
  rowId: (row: T) => string;
  /** What the row's name leads to: an address, or an act that opens it beside the list. */
  rowName: (row: T) => string;
  link?: (row: T) => Target;
  onOpen?: (row: T) => void;
  openId?: string | undefined;
  sort?: { value: string | undefined; onChange: (value: string) => void };
  rowHeight?: number;
  empty: ReactNode;
  tools?: ReactNode;
  /** The columns that are shown, in the place of those that this browser remembers. */
  shownColumns?: { value: readonly string[] | undefined; onChange: (columns: string[]) => void };
  /** Rows that are ticked, for acts on many. `label` names the box of a row, `all` that of all rows that have been read. */
  picked?: { ids: ReadonlySet<string>; onChange: (ids: ReadonlySet<string>) => void; label: (name: string) => string; all: string } | undefined;
}

/** The width of the column of boxes. */
const boxes = 36;

function useChosen<T>(id: string, columns: Column<T>[], from: TableProps<T>['shownColumns']): [VisibilityState, (column: string, shown: boolean) => void] {
  const key = `yagura-columns-${id}`;
  const [state, setState] = useState<VisibilityState>(() => {
    const initial = Object.fromEntries(columns.map((column) => [column.id, column.chosen ?? true]));
    try {
      return { ...initial, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as VisibilityState) };
    } catch {
      return initial;
    }
  });
  const value = from?.value;
  if (from && value) {
    const visibility = Object.fromEntries(columns.map((column) => [column.id, value.includes(column.id)]));
    const choose = (column: string, shown: boolean): void => {
      from.onChange(columns.map((one) => one.id).filter((one) => (one === column ? shown : value.includes(one))));
    };
    return [visibility, choose];
  }
  const choose = (column: string, shown: boolean): void => {
    const next = { ...state, [column]: shown };
    setState(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  };
  return [state, choose];
}

/**
 * A long list: pages come from the server as far as one scrolls, only the rows in view are drawn, the header stays.
 * Up and down (or K and J) walk the rows, Enter opens.
 */
export function DataTable<T>({
  id,
  label,
  columns,
  rows,
  rowId,
  rowName,
  link,
  onOpen,
  openId,
  sort,
  rowHeight = 36,
  empty,
  tools,
  shownColumns,
  picked,
}: TableProps<T>): ReactNode {
  const t = useWords('shell');
  const [visibility, choose] = useChosen(id, columns, shownColumns);
  const body = useRef<HTMLTableSectionElement>(null);
  const [margin, setMargin] = useState(0);
  const definitions: ColumnDef<T>[] = columns.map((column) => ({ id: column.id, header: column.header }));
   
  const table = useReactTable({
    data: rows.items,
    columns: definitions,
    state: { columnVisibility: visibility },
    getCoreRowModel: getCoreRowModel(),
    getRowId: rowId,
    manualSorting: true,
  });
  const { ref: frame, width: room } = useElementSize();
  const fit = fitted(
    columns.filter((column, at) => at === 0 || visibility[column.id] !== false),
    picked ? room - boxes : room,
  );
  const shown = fit.map(({ column }) => column);

  useLayoutEffect(() => {
    if (body.current) setMargin(body.current.getBoundingClientRect().top + window.scrollY);
  }, [rows.items.length]);

  const virtual = useWindowVirtualizer({
    count: rows.items.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (at) => {
      const row = rows.items[at];
      return row === undefined ? at : rowId(row);
    },
  });
  const drawn = virtual.getVirtualItems();
  const first = drawn[0];
  const last = drawn.at(-1);
  const before = first ? first.start - margin : 0;
  const after = last ? virtual.getTotalSize() - (last.end - margin) : 0;
  const lastIndex = last?.index ?? -1;

  const { loadMore, hasMore } = rows;
  useEffect(() => {
    if (hasMore && lastIndex >= rows.items.length - 20) loadMore();
  }, [hasMore, lastIndex, rows.items.length, loadMore]);

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const names = [...(body.current?.querySelectorAll<HTMLElement>('[data-row-name]') ?? [])];
    const at = names.findIndex((name) => name === document.activeElement);
    const next = names[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
    if (openId !== undefined && onOpen) next.click();
  };

  const sorted = sort?.value?.replace(/^-/, '');
  const descending = sort?.value?.startsWith('-') ?? false;
  const name = (row: T, content: ReactNode): ReactNode => {
    const aria = rowName(row);
    if (link) {
      const target = link(row);
      return (
        <Go {...target} className={css['name']} data-row-name="" title={aria}>
          {content}
        </Go>
      );
    }
    if (onOpen) {
      return (
        <button
          type="button"
          className={css['name']}
          data-row-name=""
          aria-label={aria}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(row);
          }}
        >
          {content}
        </button>
      );
    }
    return content;
  };

  const tick = (ids: readonly string[], on: boolean): void => {
    if (!picked) return;
    const next = new Set(picked.ids);
    for (const one of ids) {
      if (on) next.add(one);
      else next.delete(one);
    }
    picked.onChange(next);
  };
  const read = picked ? rows.items.map(rowId) : [];
  const span = shown.length + (picked ? 1 : 0);

  return (
    <div className={css['frame']} ref={frame}>
      <div className={css['tools']}>
        <Count count={rows.count} pending={rows.isPending} />
        <div className={css['right']}>
          {tools}
          <Popover>
            <Popover.Target>
              <Button small icon="columns">
                {t('table.columns')}
              </Button>
            </Popover.Target>
            <Popover.Dropdown>
              <fieldset className={css['chooser']}>
                <legend className="sr">{t('table.columns')}</legend>
                {columns.slice(1).map((column) => (
                  <Checkbox
                    key={column.id}
                    label={column.header}
                    checked={visibility[column.id] !== false}
                    onChange={(event) => {
                      choose(column.id, event.currentTarget.checked);
                    }}
                  />
                ))}
              </fieldset>
            </Popover.Dropdown>
          </Popover>
        </div>
      </div>
      <div className={css['scroll']}>
        <table
          className={css['table']}
          aria-label={label}
          aria-rowcount={rows.count?.exact ? rows.count.value + 1 : -1}
          aria-busy={rows.isPending || rows.isRefreshing}
        >
          <colgroup>
            {picked && <col style={{ width: boxes }} />}
            {fit.map(({ column, width }) => (
              <col key={column.id} style={{ width }} />
            ))}
          </colgroup>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} aria-rowindex={1}>
                {picked && (
                  <th scope="col" className={css['box']}>
                    <input
                      type="checkbox"
                      aria-label={picked.all}
                      title={picked.all}
                      checked={read.length > 0 && read.every((one) => picked.ids.has(one))}
                      onChange={(event) => {
                        tick(read, event.currentTarget.checked);
                      }}
                    />
                  </th>
                )}
                {group.headers.map((header) => {
                  const column = columns.find((candidate) => candidate.id === header.column.id);
                  if (!column || !shown.includes(column)) return null;
                  const words = flexRender(header.column.columnDef.header, header.getContext());
                  const by = column.sort;
                  const state = by !== undefined && sorted === by ? (descending ? 'descending' : 'ascending') : undefined;
                  return (
                    <th key={header.id} scope="col" className={column.num ? 'num' : undefined} aria-sort={state}>
                      {by !== undefined && sort ? (
                        <button
                          type="button"
                          className={css['sort']}
                          onClick={() => {
                            sort.onChange(state === 'ascending' ? `-${by}` : by);
                          }}
                        >
                          {words}
                          <span className={state === undefined ? css['unsorted'] : css['sorted']} data-up={!descending}>
                            <Icon name="expand" size={12} />
                          </span>
                        </button>
                      ) : (
                        <span className={column.quiet ? 'sr' : undefined}>{words}</span>
                      )}
                    </th>
                  );
                })}
              </tr>
            ))}
          </thead>
          {/* The keys walk between the links in the rows, which take the focus themselves. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <tbody ref={body} onKeyDown={walk} className={rows.isRefreshing ? css['stale'] : undefined}>
            {rows.isPending &&
              Array.from({ length: 14 }, (_, at) => (
                <tr key={at} style={{ height: rowHeight }}>
                  {picked && <td />}
                  {shown.map((column) => (
                    <td key={column.id}>
                      <span className={css['ghost']} style={{ width: `${String(50 + ((at * 13) % 40))}%` }} />
                    </td>
                  ))}
                </tr>
              ))}
            {before > 0 && (
              <tr aria-hidden="true" style={{ height: before }}>
                <td colSpan={span} className={css['space']} />
              </tr>
            )}
            {drawn.map((item) => {
              const row = rows.items[item.index];
              if (row === undefined) return null;
              const current = openId !== undefined && rowId(row) === openId;
              return (
                // A click anywhere in the row does what its first cell does; the keyboard has that cell.
                 
                <tr
                  key={item.key}
                  aria-rowindex={item.index + 2}
                  aria-current={current ? 'true' : undefined}
                  style={{ height: rowHeight }}
                  className={link || onOpen ? css['opens'] : undefined}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a,button,input')) return;
                    event.currentTarget.querySelector<HTMLElement>('[data-row-name]')?.click();
                  }}
                >
                  {picked && (
                    <td className={css['box']}>
                      <input
                        type="checkbox"
                        aria-label={picked.label(rowName(row))}
                        checked={picked.ids.has(rowId(row))}
                        onChange={(event) => {
                          tick([rowId(row)], event.currentTarget.checked);
                        }}
                      />
                    </td>
                  )}
                  {shown.map((column, at) => {
                    const content = column.cell(row, rows.items[item.index - 1]);
                    return (
                      <td
                        key={column.id}
                        className={column.num ? 'num' : undefined}
                        title={typeof content === 'string' ? content : undefined}
                      >
                        {at === 0 ? name(row, content) : content}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
            {after > 0 && (
              <tr aria-hidden="true" style={{ height: after }}>
                <td colSpan={span} className={css['space']} />
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {rows.error && rows.items.length === 0 && <Failed error={rows.error} retry={rows.retry} />}
      {!rows.isPending && !rows.error && rows.items.length === 0 && empty}
      {rows.hasMore && (
        <p className={css['more']}>
          <Button small onClick={rows.loadMore} busy={rows.isLoadingMore}>
            {t('table.more')}
          </Button>
        </p>
      )}
    </div>
  );
}
