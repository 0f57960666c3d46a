import type { ComponentProps, ReactNode } from 'react';
import { useSearchState } from '../address/use-search';
import { useWords } from '../i18n';
import { FilterChips, type Chip } from './chips';
import { Filters } from './filters';
import { PageHead } from './page';
import { Split } from './panel';
import { Empty } from './states';
import { DataTable, type TableProps } from './table';

type Table<T> = Omit<TableProps<T>, 'rowId' | 'openId' | 'onOpen' | 'empty'>;

interface Props<T extends { id: string }> extends Table<T> {
  head: ComponentProps<typeof PageHead>;
  filters: ReactNode;
  /** The conditions in force, each under its name in the address. */
  chips?: Chip[];
  /** Every name in the address that narrows the list; taking all conditions off takes these away. */
  narrowing: readonly string[];
  /** What is said of an empty list, and of one that the conditions have emptied. */
  words: { none: ReactNode; noneMatch: ReactNode };
  /** What leads to the first row of an empty list. */
  first?: ReactNode;
  /** The opened row beside its list; a row of a page that is not read yet is known by its id only. Without it, rows are links. */
  panel?: (id: string, row: T | undefined, close: () => void) => ReactNode;
  /** What stands beside the list, whatever row is opened: an act on many rows. */
  beside?: ReactNode;
}

/** A page that is a list: title, conditions, rows, and beside them the row somebody opened. All of its state is in the address. */
export function ListPage<T extends { id: string }>({
  head,
  filters,
  chips = [],
  narrowing,
  words,
  first,
  panel,
  beside,
  ...table
}: Props<T>): ReactNode {
  const t = useWords('shell');
  const [search, change] = useSearchState();
  const openId = search['open'];
  const clear = (): void => {
    change(Object.fromEntries(narrowing.map((name) => [name, undefined])));
  };
  const close = (): void => {
    change({ open: undefined }, { replace: true });
  };
  const narrowed = narrowing.some((name) => search[name] !== undefined);
  const list = (
    <DataTable<T>
      {...table}
      rowId={(row) => row.id}
      {...(panel
        ? {
            openId,
            onOpen: (row: T) => {
              change({ open: row.id }, { replace: true });
            },
          }
        : {})}
      empty={
        narrowed ? (
          <Empty
            act={
              <button type="button" className="t" onClick={clear}>
                {t('filters.clear_all')}
              </button>
            }
          >
            {words.noneMatch}
          </Empty>
        ) : (
          <Empty act={first}>{words.none}</Empty>
        )
      }
    />
  );
  return (
    <>
      <PageHead {...head} />
      <Filters>{filters}</Filters>
      <FilterChips
        chips={chips}
        onRemove={(name) => {
          change({ [name]: undefined });
        }}
        onClear={clear}
      />
      {panel ? (
        <Split
          panel={
            openId === undefined
              ? null
              : panel(
                  openId,
                  table.rows.items.find((row) => row.id === openId),
                  close,
                )
          }
        >
          {list}
        </Split>
      ) : beside !== undefined ? (
        <Split panel={beside}>{list}</Split>
      ) : (
        list
      )}
    </>
  );
}
