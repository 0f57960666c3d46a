import { MultiSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Discovery } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { Bar, KeyValues, Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { useCredentials } from './device-credentials';
import css from './devices.module.css';
import { jobStates, useDeviceWords } from './devices-words';
import { wordOf } from './ledger-words';

function Shown({ job, onAnother }: { job: Discovery; onAnother: () => void }): ReactNode {
  const t = useDeviceWords();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/discoveries/{id}/cancel', { params: { path: { id: job.id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['assets', 'discoveries', job.id] }),
  });
  const progress = t('progress', { done: job.done, total: job.total });
  const running = job.state === 'running';
  return (
    <>
      <div className={css['progress']} role="status">
        <b>{wordOf(jobStates, job.state, (state) => t(`job.${state}`))}</b>
        {job.state !== 'done' && (
          <>
            <Bar share={job.total > 0 ? job.done / job.total : 0} label={progress} />
            <span className="sm sub">{progress}</span>
          </>
        )}
      </div>
      <KeyValues
        facts={[
          { label: t('range'), value: job.addresses },
          { label: t('added'), value: job.added },
          { label: t('known'), value: job.known },
          { label: t('refused'), value: job.refused },
        ]}
      />
      {cancel.error && <Failed error={cancel.error} />}
      <Acts>
        {running ? (
          <Button
            busy={cancel.isPending}
            onClick={() => {
              cancel.mutate();
            }}
          >
            {t('cancel')}
          </Button>
        ) : (
          <Button onClick={onAnother}>{t('again')}</Button>
        )}
      </Acts>
    </>
  );
}

function Job({ id, onAnother }: { id: string; onAnother: () => void }): ReactNode {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['assets', 'discoveries', id],
    queryFn: async () => {
      const job = await answered(api.GET('/api/v1/assets/discoveries/{id}', { params: { path: { id } } }));
      await client.invalidateQueries({ queryKey: ['assets', 'devices'] });
      return job;
    },
    refetchInterval: (now) => (now.state.data?.state === 'running' || !now.state.data ? 1_000 : false),
  });
  return (
    <Await query={query} lines={4}>
      {(job) => <Shown job={job} onAnother={onAnother} />}
    </Await>
  );
}

/** Looking for devices in a range of the network: checked first, begun by a press, cancelled by another. */
export function Discover(): ReactNode {
  const t = useDeviceWords();
  const credentials = useCredentials();
  const [addresses, setAddresses] = useState('');
  const [tried, setTried] = useState<string[]>([]);
  const [group, setGroup] = useState<string | null>(null);
  const look = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/discoveries/preview', { body: { addresses } })),
  });
  const start = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/discoveries', { body: { addresses, credentials: tried, ...(group === null ? {} : { group }) } })),
  });
  if (start.data) {
    return (
      <Job
        id={start.data.id}
        onAnother={() => {
          start.reset();
          look.reset();
        }}
      />
    );
  }
  const seen = look.data;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (seen) start.mutate();
        else look.mutate();
      }}
    >
      <Fields>
        <TextInput
          label={t('range')}
          description={t('range_hint')}
          value={addresses}
          maxLength={100}
          data-autofocus
          onChange={(event) => {
            setAddresses(event.currentTarget.value);
            look.reset();
            start.reset();
          }}
        />
        <MultiSelect
          label={t('try')}
          description={credentials.items.length === 0 ? t('credential_none') : t('try_hint')}
          searchable
          maxValues={3}
          data={credentials.items.map((one) => ({ value: one.id, label: one.name }))}
          value={tried}
          onChange={setTried}
        />
        <GroupSelect fixedOnly clearable label={t('group')} value={group} onChange={setGroup} />
        {seen && <Remark>{t('range_seen', { first: seen.first, last: seen.last, count: seen.count, known: seen.known })}</Remark>}
        {look.error && <Failed error={look.error} />}
        {start.error && <Failed error={start.error} />}
        <Acts>
          <Button main type="submit" busy={look.isPending || start.isPending} disabled={addresses.trim() === '' || (seen !== undefined && tried.length === 0)}>
            {seen ? t('start') : t('check')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}
