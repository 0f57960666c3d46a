import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import { useCan } from '@shell/session/session';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useEffect, type ReactNode } from 'react';
import { roundsKey, useScope } from './stock';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

/** Where the square on a label leads: to the round of stock-taking that is under way, else to the asset. */
export default function LabelTarget(): ReactNode {
  const t = useStockWords();
  const scope = useScope();
  const navigate = useNavigate();
  const { id = '' } = useParams({ strict: false });
  const mayWrite = useCan('assets.write');
  useCrumbs('assets', [{ label: t('history') }]);
  const query = useQuery({ queryKey: roundsKey, enabled: mayWrite, queryFn: () => answered(api.GET('/api/v1/assets/rounds')) });
  const open = query.data?.items.filter((round) => !round.closed_at);
  const [only, ...more] = open ?? [];
  const round = more.length === 0 ? only?.id : undefined;
  const asset = !mayWrite || open?.length === 0;
  useEffect(() => {
    if (round !== undefined) void navigate({ to: `/stock-taking/${round}`, search: { asset: id } as never, replace: true });
    else if (asset) void navigate({ to: `/assets/${id}`, replace: true });
  }, [round, asset, id, navigate]);
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (more.length === 0) return <p aria-busy="true" />;
  return (
    <div className={css['narrow']}>
      <Section title={t('which')}>
        <ul className={css['rounds']}>
          {open?.map((one) => (
            <li key={one.id} className={css['round']}>
              <Go to={`/stock-taking/${one.id}`} search={{ asset: id }}>
                <b>{one.name}</b>
              </Go>
              <span className="sm sub">{scope(one)}</span>
            </li>
          ))}
          <li>
            <Go to={`/assets/${id}`}>{t('just_look')}</Go>
          </li>
        </ul>
      </Section>
    </div>
  );
}
