import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import type { RolloutView } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useCan } from '@shell/session/session';
import { duration } from '@shell/time';
import { Button } from '@shell/ui/button';
import { bytes } from '@shell/ui/bytes';
import { ConfirmAct } from '@shell/ui/confirm';
import { useCrumbs } from '@shell/ui/page';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './distribution.module.css';
import { Parts } from './parts';
import { Rings } from './rings';
import { ahead, bad, countOf, RolloutStateWord, useWorkWords } from './states';
import { windowText } from './window-text';

type Verb = 'stop' | 'go-on' | 'again' | 'take-back';

const steer = (id: string, verb: Verb): Promise<RolloutView> => {
  const params = { params: { path: { id } } };
  switch (verb) {
    case 'stop':
      return answered(api.POST('/api/v1/distribution/rollouts/{id}/stop', params));
    case 'go-on':
      return answered(api.POST('/api/v1/distribution/rollouts/{id}/go-on', params));
    case 'again':
      return answered(api.POST('/api/v1/distribution/rollouts/{id}/again', params));
    case 'take-back':
      return answered(api.POST('/api/v1/distribution/rollouts/{id}/take-back', params));
  }
};

/** What waits for a person, and what they can do about the rollout. */
function Steering({ seen }: { seen: RolloutView }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const act = useMutation({ mutationFn: (verb: Verb) => steer(seen.id, verb), onSettled: () => client.invalidateQueries({ queryKey: ['distribution'] }) });
  const held = seen.rings.find((ring) => ring.state === 'held');
  const stopped = seen.rings.find((ring) => ring.state === 'stopped');
  const failed = countOf(seen.rings, bad);
  const button = (verb: Verb, word: 'stop' | 'go' | 'go_on' | 'again', main = false): ReactNode => (
    <Button
      main={main}
      busy={act.isPending && act.variables === verb}
      onClick={() => {
        act.mutate(verb);
      }}
    >
      {t(`act.${word}`)}
    </Button>
  );
  return (
    <div className={css['blocks']}>
      {seen.state === 'running' && held && <Remark>{t('act.held', { ring: held.name })}</Remark>}
      {seen.state === 'stopped' && <Remark>{seen.stopped_by ? t('act.stopped_by', { name: seen.stopped_by }) : t('act.stopped_failing', { ring: stopped?.name ?? '' })}</Remark>}
      {act.error && <Failed error={act.error} />}
      <Acts>
        {seen.state === 'running' && held && button('go-on', 'go', true)}
        {seen.state === 'stopped' && button('go-on', 'go_on', true)}
        {seen.state === 'running' && button('stop', 'stop')}
        {(seen.state === 'running' || seen.state === 'stopped') && failed > 0 && button('again', 'again')}
      </Acts>
    </div>
  );
}

function Facts({ seen }: { seen: RolloutView }): ReactNode {
  const t = useWords('distribution');
  const language = useLanguage();
  const work = useWorkWords();
  const marks = useMarks();
  const { notice } = seen;
  return (
    <Section title={t('one.facts')}>
      <KeyValues
        facts={[
          { label: t('one.what'), value: work(seen) },
          { label: t('one.starts'), value: <ExactTime at={seen.starts_at} /> },
          { label: t('one.deadline'), value: <ExactTime at={seen.deadline} /> },
          { label: t('one.windows'), value: seen.windows.length === 0 ? t('one.any_hour') : marks.list(seen.windows.map(windowText)) },
          { label: t('one.notice'), value: notice.seconds ? t('one.notice_text', { minutes: Math.round(notice.seconds / 60), times: notice.postpone_times ?? 0 }) : t('one.notice_none') },
          { label: t('one.speed'), value: seen.bytes_per_second === 0 ? t('one.speed_none') : `${bytes(seen.bytes_per_second)}/s` },
          { label: t('one.roll_back'), value: t(seen.roll_back ? 'one.yes' : 'one.no') },
          { label: t('one.timeout'), value: duration(seen.timeout_s, language) },
          { label: t('one.retries'), value: t('one.retries_text', { count: seen.retries }) },
          { label: t('one.reason'), value: seen.reason },
          { label: t('one.by'), value: seen.created_by },
        ]}
      />
    </Section>
  );
}

function Whole({ seen }: { seen: RolloutView }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const writes = useCan('distribution.write');
  const open = seen.state === 'running' || seen.state === 'stopped';
  return (
    <Stack>
      <Columns
        wide
        main={
          <Section title={t('one.rings')}>
            {writes && <Steering seen={seen} />}
            <Rings rings={seen.rings} id={seen.id} />
          </Section>
        }
        side={
          <>
            <Facts seen={seen} />
            {writes && open && (
              <ConfirmAct
                act={t('act.take_back')}
                withReason={false}
                consequence={{
                  hits: t('act.take_back_hits', { count: countOf(seen.rings, ahead).toLocaleString('en-US') }),
                  stops: t('act.take_back_stops'),
                  stays: t('act.take_back_stays'),
                  undo: t('act.take_back_undo'),
                }}
                onConfirm={async () => {
                  await steer(seen.id, 'take-back');
                  await client.invalidateQueries({ queryKey: ['distribution'] });
                }}
              />
            )}
          </>
        }
      />
      <Section
        title={t('one.endpoints')}
        note={
          <a className="t" href={`/api/v1/distribution/rollouts/${seen.id}/export`} download>
            {t('one.export')}
          </a>
        }
      >
        <Parts rollout={seen} />
      </Section>
    </Stack>
  );
}

/** One rollout: its rings, what waits for a person, and every endpoint. */
export default function Rollout(): ReactNode {
  const t = useWords('distribution');
  const { id = '' } = useParams({ strict: false });
  const work = useWorkWords();
  const query = useQuery({
    queryKey: ['distribution', 'one', id],
    queryFn: () => answered(api.GET('/api/v1/distribution/rollouts/{id}', { params: { path: { id } } })),
    refetchInterval: (now) => (now.state.data && ['done', 'recalled'].includes(now.state.data.state) ? false : 3_000),
  });
  useCrumbs('weaknesses', [{ label: t('title'), to: '/distribution' }, { label: query.data?.name ?? '' }]);
  return (
    <Await query={query} lines={14}>
      {(seen) => (
        <>
          <header className={css['head']}>
            <h1>{seen.name}</h1>
            <p className="sub">
              <RolloutStateWord rollout={seen} /> · {work(seen)}
            </p>
          </header>
          <Whole seen={seen} />
        </>
      )}
    </Await>
  );
}
