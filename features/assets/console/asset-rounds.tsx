import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { usePlace } from '@shell/session/session';
import { exact } from '@shell/time';
import { Go } from '@shell/ui/link';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

/** When an asset was looked for, and whether it was found. */
export function AssetRounds({ asset }: { asset: string }): ReactNode {
  const t = useStockWords();
  const place = usePlace();
  const query = useQuery({
    queryKey: ['assets', 'rounds', 'of', asset],
    queryFn: () => answered(api.GET('/api/v1/assets/ledger/{id}/rounds', { params: { path: { id: asset } } })),
  });
  return (
    <Await query={query} lines={2}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="sub">{t('history_none')}</p>
        ) : (
          <ul className={css['lines']}>
            {items.map((one) => (
              <li key={one.id}>
                <Go to={`/stock-taking/${one.id}`}>{one.name}</Go>
                <p className="sm sub">
                  {one.seen_at
                    ? t('history_found', { at: exact(Date.parse(one.seen_at), place), name: one.seen_by ?? '' })
                    : one.closed_at
                      ? t('history_missing')
                      : t('history_open')}
                  {one.place && ` · ${one.place}`}
                </p>
                {one.note && <p className="sm">{one.note}</p>}
              </li>
            ))}
          </ul>
        )
      }
    </Await>
  );
}
