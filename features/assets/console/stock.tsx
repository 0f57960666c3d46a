import { TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { StockRound } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Bar } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { useStockWords } from './stock-words';
import css from './stock.module.css';

export const roundsKey = ['assets', 'rounds'];

/** What a round looks for, in words. */
export function useScope(): (round: StockRound) => string {
  const t = useStockWords();
  return (round) => [round.group === '' ? t('some') : round.group === '/' ? t('whole') : pathWords({ path: round.group, name: round.group }), round.place].filter(Boolean).join(' · ');
}

function Round({ round }: { round: StockRound }): ReactNode {
  const t = useStockWords();
  const scope = useScope();
  const progress = t('progress', { expected: round.expected.toLocaleString('en-US'), found: round.found.toLocaleString('en-US') });
  return (
    <li className={css['round']}>
      <Go to={`/stock-taking/${round.id}`}>
        <b>{round.name}</b>
      </Go>
      <span>
        {progress}
        {round.besides > 0 && ` · ${t('besides', { count: round.besides })}`}
      </span>
      <Bar share={round.found / Math.max(1, round.expected)} label={progress} />
      <span className="sm sub">
        {scope(round)} · <ExactTime at={round.opened_at} /> · {t('by', { name: round.opened_by })}
      </span>
    </li>
  );
}

function Begin(): ReactNode {
  const t = useStockWords();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [group, setGroup] = useState<string | null>(null);
  const [place, setPlace] = useState('');
  const begin = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/rounds', { body: { name: name.trim(), ...(group ? { group } : {}), ...(place.trim() ? { place: place.trim() } : {}) } })),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: roundsKey });
      await navigate({ to: `/stock-taking/${made.id}` });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <Fields>
        <TextInput
          label={t('name')}
          placeholder={t('name_hint')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            begin.reset();
          }}
        />
        <GroupSelect
          label={t('group')}
          clearable
          fixedOnly
          value={group}
          onChange={(id) => {
            setGroup(id);
            begin.reset();
          }}
        />
        <TextInput
          label={t('place')}
          description={t('place_hint')}
          maxLength={200}
          value={place}
          onChange={(event) => {
            setPlace(event.currentTarget.value);
            begin.reset();
          }}
        />
        {begin.error && <Failed error={begin.error} />}
        <Acts>
          <Button main type="submit" busy={begin.isPending} disabled={name.trim() === ''}>
            {t('start')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

/** Rounds of stock-taking: those under way, those that are over, and a new one. */
export default function StockTaking(): ReactNode {
  const t = useStockWords();
  const mayWrite = useCan('assets.write');
  const query = useQuery({ queryKey: roundsKey, queryFn: () => answered(api.GET('/api/v1/assets/rounds')) });
  const list = (rounds: StockRound[]): ReactNode => (
    <ul className={css['rounds']}>
      {rounds.map((round) => (
        <Round key={round.id} round={round} />
      ))}
    </ul>
  );
  return (
    <>
      <PageHead room="assets" title="assets:stock" lead={t('lead')} />
      <div className={css['narrow']}>
        <Await query={query} lines={8}>
          {({ items }) => {
            const open = items.filter((round) => !round.closed_at);
            const closed = items.filter((round) => round.closed_at);
            return (
              <Stack>
                <Section title={t('open')}>{open.length > 0 ? list(open) : <p className="sub">{items.length === 0 ? t('none') : t('none_open')}</p>}</Section>
                {mayWrite && (
                  <Section title={t('begin')}>
                    <Begin />
                  </Section>
                )}
                {closed.length > 0 && <Section title={t('closed')}>{list(closed)}</Section>}
              </Stack>
            );
          }}
        </Await>
      </div>
    </>
  );
}
