import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useSearchState } from '@shell/address/use-search';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { RoundAsset, StockRound } from '@shell/api/schema';
import { useCan, usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Bar } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { roundsKey, useScope } from './stock';
import { Find } from './stock-find';
import { Here } from './stock-here';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

type State = 'missing' | 'found' | 'besides';

function Lines({ round, state, none, onPick }: { round: StockRound; state: State; none: string; onPick?: ((id: string) => void) | undefined }): ReactNode {
  const t = useStockWords();
  const rows = useRows<RoundAsset>([...roundsKey, round.id, state], (cursor) =>
    answered(api.GET('/api/v1/assets/rounds/{id}/assets', { params: { path: { id: round.id }, query: { state, cursor } } })),
  );
  if (rows.error) return <Failed error={rows.error} retry={rows.retry} />;
  if (!rows.isPending && rows.items.length === 0) return <p className="sub">{none}</p>;
  return (
    <>
      <ul className={css['lines']} aria-busy={rows.isPending}>
        {rows.items.map((one) => (
          <li key={one.id}>
            {onPick ? (
              <button
                type="button"
                className="t"
                onClick={() => {
                  onPick(one.id);
                }}
              >
                {one.name}
              </button>
            ) : (
              <Go to={`/assets/${one.id}`}>{one.name}</Go>
            )}{' '}
            <span className="sub">{one.inventory_number || one.serial}</span>
            <p className="sm sub">
              {[one.place ?? one.place_before, one.person ?? one.person_before].filter(Boolean).join(' · ')}
              {one.seen_at && (
                <>
                  {' '}
                  · <ExactTime at={one.seen_at} />
                </>
              )}
            </p>
            {one.note && <p className="sm">{one.note}</p>}
          </li>
        ))}
      </ul>
      {rows.hasMore && (
        <Button small busy={rows.isLoadingMore} onClick={rows.loadMore}>
          {t('more')}
        </Button>
      )}
    </>
  );
}

function Whole({ round }: { round: StockRound }): ReactNode {
  const t = useStockWords();
  const scope = useScope();
  const { language } = usePlace();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const [search, change] = useSearchState();
  const [done, setDone] = useState<{ name: string; changed: boolean } | null>(null);
  const open = !round.closed_at;
  const missing = round.expected - round.found;
  const asset = search['asset'];
  const settle = (): Promise<void> => client.invalidateQueries({ queryKey: roundsKey });
  const pick = (id: string | undefined): void => {
    change({ asset: id }, { replace: true });
  };
  const close = useMutation({ mutationFn: () => answered(api.POST('/api/v1/assets/rounds/{id}/close', { params: { path: { id: round.id } } })), onSettled: settle });
  const progress = t('progress', { expected: round.expected.toLocaleString('en-US'), found: round.found.toLocaleString('en-US') });
  const may = open && mayWrite;
  return (
    <>
      <p className={css['count']}>{progress}</p>
      <Bar share={round.found / Math.max(1, round.expected)} label={progress} />
      <p className="sm sub">
        {scope(round)}
        {round.besides > 0 && ` · ${t('besides', { count: round.besides })}`}
        {!open && ` · ${t('ended')}`}
      </p>
      {done && asset === undefined && (
        <p role="status" className={css['done']}>
          {t('marked', { name: done.name })} {done.changed && <span className="sub">{t('changed')}</span>}
        </p>
      )}
      {may &&
        (asset === undefined ? (
          <Find onFound={pick} />
        ) : (
          <Here
            key={asset}
            round={round}
            asset={asset}
            onCancel={() => {
              pick(undefined);
            }}
            onMarked={(name, changed) => {
              setDone({ name, changed });
              pick(undefined);
              void settle();
            }}
          />
        ))}
      <Stack>
        <Section title={open ? t('missing') : t('missing_closed')} note={missing.toLocaleString('en-US')}>
          <Lines round={round} state="missing" none={t('missing_none')} onPick={may ? pick : undefined} />
        </Section>
        {round.besides > 0 && (
          <Section title={t('besides_title')} note={round.besides.toLocaleString('en-US')}>
            <Lines round={round} state="besides" none="" />
          </Section>
        )}
        <Section title={t('found')} note={round.found.toLocaleString('en-US')}>
          <Lines round={round} state="found" none={t('found_none')} />
        </Section>
        <p>
          <a className="t" href={`/api/v1/assets/rounds/${round.id}/report?language=${language}`} download>
            {t('report')}
          </a>
        </p>
        {may && round.whole && (
          <ConfirmAct
            act={t('close')}
            withReason={false}
            consequence={{ hits: t('close_hits', { name: round.name, count: missing }), stops: t('close_stops'), stays: t('close_stays'), undo: t('close_undo') }}
            onConfirm={() => close.mutateAsync()}
          />
        )}
      </Stack>
    </>
  );
}

/** A round of stock-taking, for a phone that is carried along. */
export default function StockRoundPage(): ReactNode {
  const t = useStockWords();
  const { id = '' } = useParams({ strict: false });
  const query = useQuery({
    queryKey: [...roundsKey, id],
    queryFn: () => answered(api.GET('/api/v1/assets/rounds/{id}', { params: { path: { id } } })),
  });
  useCrumbs('assets', [{ label: t('history'), to: '/stock-taking' }, { label: query.data?.name ?? '' }]);
  return (
    <div className={css['narrow']}>
      <Await query={query} lines={12}>
        {(round) => (
          <>
            <header>
              <h1>{round.name}</h1>
            </header>
            <Whole round={round} />
          </>
        )}
      </Await>
    </div>
  );
}
