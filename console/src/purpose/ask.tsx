import { Select, Textarea } from '@mantine/core';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { answered, api } from '../api/client';
import type { OwnCase } from '../api/schema';
import { useWords } from '../i18n';
import { Button } from '../ui/button';
import css from './purpose.module.css';

export const ownCaseKey = ['events-case'] as const;

/** The case that one has open, and whether one is needed. */
export function useOwnCase(): UseQueryResult<OwnCase> {
  return useQuery({ queryKey: ownCaseKey, refetchInterval: 60_000, queryFn: () => answered(api.GET('/api/v1/events/case')) });
}

/** Says why one reads other people's logs. It holds for everything that is asked after, on every page. */
export function AskPurpose({ onSaid }: { onSaid?: () => void }): ReactNode {
  const t = useWords('shell');
  const client = useQueryClient();
  const longest = useOwnCase().data?.longest_h ?? 24;
  const [purpose, setPurpose] = useState('');
  const [hours, setHours] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const choices = [...new Set([1, 4, 8, 24, longest])].filter((value) => value <= longest).sort((a, b) => a - b);
  const chosen = hours ?? String(Math.min(8, longest));
  const open = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const body = { purpose: purpose.trim(), hours: Number(chosen) };
      client.setQueryData<OwnCase>(ownCaseKey, await answered(api.POST('/api/v1/events/case', { body })));
      onSaid?.();
      // Whatever was refused for want of a purpose is asked for again.
      await client.invalidateQueries();
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <form
      className={css['ask']}
      onSubmit={(event) => {
        event.preventDefault();
        // Portals bubble: a form around the one who asks must not be sent along.
        event.stopPropagation();
        void open();
      }}
    >
      <p className="sub">{t('purpose.why')}</p>
      <Textarea
        label={t('purpose.purpose')}
        description={t('purpose.example')}
        autosize
        minRows={2}
        maxLength={500}
        value={purpose}
        onChange={(event) => {
          setPurpose(event.currentTarget.value);
        }}
      />
      <Select
        label={t('purpose.hours')}
        data={choices.map((value) => ({ value: String(value), label: t('purpose.for', { count: value }) }))}
        value={chosen}
        allowDeselect={false}
        onChange={setHours}
      />
      {error && (
        <p role="alert" className="sm">
          {t('purpose.failed')} <span className="dim">{error.message}</span>
        </p>
      )}
      <div>
        <Button main type="submit" busy={busy} disabled={purpose.trim() === ''}>
          {t('purpose.open')}
        </Button>
      </div>
    </form>
  );
}
