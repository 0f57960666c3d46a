import { Select, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { OwnCase } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { clockTime, exact } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Section } from '@shell/ui/section';
import { Failed, Skeleton } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './log-search.module.css';

const key = ['log-search-case'];

function Ask(): ReactNode {
  const t = useWords('log-search');
  const client = useQueryClient();
  const [purpose, setPurpose] = useState('');
  const [hours, setHours] = useState('8');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const open = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const body = { purpose: purpose.trim(), hours: Number(hours) };
      client.setQueryData<OwnCase>(key, await answered(api.POST('/api/v1/events/case', { body })));
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <Section title={t('case.title')}>
      <form
        className={css['case']}
        onSubmit={(event) => {
          event.preventDefault();
          void open();
        }}
      >
        <p className="sub">{t('case.why')}</p>
        <Textarea
          label={t('case.purpose')}
          description={t('case.example')}
          autosize
          minRows={2}
          maxLength={500}
          value={purpose}
          onChange={(event) => {
            setPurpose(event.currentTarget.value);
          }}
        />
        <Select
          label={t('case.hours')}
          data={['1', '4', '8', '24'].map((value) => ({ value, label: t('case.for', { count: Number(value) }) }))}
          value={hours}
          allowDeselect={false}
          onChange={(value) => {
            setHours(value ?? '8');
          }}
        />
        {error && <Failed error={error} />}
        <div>
          <Button main type="submit" busy={busy} disabled={purpose.trim() === ''}>
            {t('case.open')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** Other people's logs are read for a purpose, said once for a case. What follows is shown while one is open. */
export function ForPurpose({ children }: { children: (line: ReactNode) => ReactNode }): ReactNode {
  const t = useWords('log-search');
  const place = usePlace();
  const client = useQueryClient();
  const found = useQuery({
    queryKey: key,
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/events/case')),
  });
  if (found.error && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton lines={12} />;
  const one = found.data.case;
  if (!one) return <Ask />;
  const until = Date.parse(one.expires_at);
  return children(
    <p className={css['purpose']}>
      <span className="dim">{t('case.line')}</span> <span>{one.purpose}</span>{' '}
      <span className="dim" title={exact(until, place)}>
        {t('case.until', { time: clockTime(until, place, false) })}
      </span>{' '}
      <button
        type="button"
        className="t"
        onClick={() => {
          void api.DELETE('/api/v1/events/case').then(() => client.invalidateQueries({ queryKey: key }));
        }}
      >
        {t('case.end')}
      </button>
    </p>,
  );
}
