import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { ChangeView } from '@shell/api/schema';
import { PlainTable } from '@shell/ui/plain-table';
import { Await, Empty } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import type { ReactNode } from 'react';
import { parts, useLedgerWords, wordOf } from './ledger-words';

/** What changed: the part, and which one of it. */
export function What({ change }: { change: ChangeView }): ReactNode {
  const t = useLedgerWords();
  const part = wordOf(parts, change.part, (known) => t(`part.${known}`));
  const named = (['vendor', 'model', 'serial', 'uuid'] as const).find((name) => change.part === 'machine' && name === change.name);
  const name = named ? t(`machine_part.${named}`) : change.name;
  return name === '' ? part : `${part} ${name}`;
}

/** The last changes of one asset. */
export function History({ asset }: { asset: string }): ReactNode {
  const t = useLedgerWords();
  const query = useQuery({
    queryKey: ['assets', 'changes', asset, 'last'],
    queryFn: () => answered(api.GET('/api/v1/assets/changes', { params: { query: { asset, limit: 20 } } })),
  });
  return (
    <Await query={query} lines={6}>
      {(page) =>
        page.items.length === 0 ? (
          <Empty>{t('one.history_none')}</Empty>
        ) : (
          <PlainTable heads={(['at', 'part', 'before', 'after'] as const).map((head) => t(`history.${head}`))}>
              {page.items.map((change) => (
                <tr key={change.id}>
                  <td>
                    <ExactTime at={change.at} />
                  </td>
                  <td>
                    <What change={change} />
                  </td>
                  <td>{change.before ?? <span className="dim">—</span>}</td>
                  <td>{change.after ?? <span className="dim">—</span>}</td>
                </tr>
              ))}
          </PlainTable>
        )
      }
    </Await>
  );
}
