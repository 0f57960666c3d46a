import { Checkbox, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import type { Saved } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Failed } from '@shell/ui/states';
import { RowTime } from '@shell/ui/time';
import { useState, type ReactNode } from 'react';
import css from './log-search.module.css';

export const savedKey = ['log-search-saved'];

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof days)[number];

/** Addresses as people write them down, one after the other. */
const addresses = (text: string): string[] => text.split(/[\s,;、]+/u).filter((one) => one !== '');

/** What a schedule found the last time, and when it runs next. */
function LastRun({ schedule }: { schedule: NonNullable<Saved['schedule']> }): ReactNode {
  const t = useWords('log-search');
  const { last, failure } = schedule;
  return (
    <p className="xs dim">
      {last && (
        <>
          <RowTime at={last.at} /> {last.exact ? t('schedule.found', { count: last.count }) : t('schedule.foundAtLeast', { count: last.count })}
          {typeof last.new === 'number' && t('schedule.new', { count: last.new })}
          <br />
        </>
      )}
      {failure !== null && (
        <>
          <span role="alert">{t(`schedule.failure.${failure as 'log'}`)}</span>
          <br />
        </>
      )}
      {t('schedule.next')} <RowTime at={schedule.next_at} />
    </p>
  );
}

/** Keeps a question under a name, and changes what is kept; "the last seven days" are other days tomorrow. */
export function SavedForm({ before, question, onDone }: { before?: Saved; question: string; onDone: () => void }): ReactNode {
  const t = useWords('log-search');
  const client = useQueryClient();
  const schedule = before?.schedule ?? null;
  const [name, setName] = useState(before?.name ?? '');
  const [q, setQ] = useState(before?.q ?? question);
  const [shared, setShared] = useState(before?.shared ?? false);
  const [runs, setRuns] = useState(schedule !== null);
  const [on, setOn] = useState<string[]>(schedule?.days ?? []);
  const [at, setAt] = useState(schedule?.at ?? '08:30');
  const [to, setTo] = useState(schedule?.recipients.join(', ') ?? '');
  const [evenIfNone, setEvenIfNone] = useState(schedule?.even_if_none ?? false);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const keep = async (): Promise<void> => {
    const body = { name: name.trim(), q, shared, columns: before?.columns ?? [] };
    const one = before
      ? await answered(api.PUT('/api/v1/log-search/saved/{id}', { params: { path: { id: before.id } }, body }))
      : await answered(api.POST('/api/v1/log-search/saved', { body }));
    const params = { path: { id: one.id } };
    if (runs) {
      const times = { days: on as Day[], at, recipients: addresses(to), even_if_none: evenIfNone };
      await answered(api.PUT('/api/v1/log-search/saved/{id}/schedule', { params, body: times }));
    } else if (schedule !== null) {
      await answered(api.DELETE('/api/v1/log-search/saved/{id}/schedule', { params }));
    }
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await keep();
      onDone();
    } catch (caught) {
      setError(caught as Error);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: savedKey });
    }
  };
  const codes = (pointer: string): readonly string[] => (error instanceof ApiError ? error.codesAt(pointer) : []);
  const taken = error instanceof ApiError && error.problem.code === 'conflict' && !runs;
  const badAddress = error instanceof ApiError && (error.problem.errors ?? []).some((one) => one.pointer.startsWith('/recipients'));
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        label={t('saved.name')}
        value={name}
        maxLength={100}
        error={taken ? t('saved.taken') : undefined}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      {before && (
        <TextInput
          label={t('saved.question')}
          value={q}
          error={codes('/q').length > 0 ? error?.message : undefined}
          onChange={(event) => {
            setQ(event.currentTarget.value);
          }}
        />
      )}
      {before && q !== question && (
        <button
          type="button"
          className="t"
          onClick={() => {
            setQ(question);
          }}
        >
          {t('saved.takeCurrent')}
        </button>
      )}
      <Checkbox
        label={t('saved.shared')}
        checked={shared}
        onChange={(event) => {
          setShared(event.currentTarget.checked);
        }}
      />
      <Checkbox
        label={t('schedule.runs')}
        checked={runs}
        onChange={(event) => {
          setRuns(event.currentTarget.checked);
        }}
      />
      {runs && (
        <fieldset className={css['schedule']}>
          <legend className="sr">{t('schedule.runs')}</legend>
          <Checkbox.Group label={t('schedule.days')} value={on} onChange={setOn}>
            <div className={css['days']}>
              {days.map((day) => (
                <Checkbox key={day} value={day} label={t(`schedule.day.${day}`)} />
              ))}
              {on.length === 0 && <span className="xs dim">{t('schedule.everyDay')}</span>}
            </div>
          </Checkbox.Group>
          <TextInput
            type="time"
            label={t('schedule.at')}
            value={at}
            required
            onChange={(event) => {
              setAt(event.currentTarget.value);
            }}
          />
          <TextInput
            label={t('schedule.to')}
            description={t('schedule.toNote')}
            value={to}
            error={badAddress ? t('schedule.badAddress') : undefined}
            onChange={(event) => {
              setTo(event.currentTarget.value);
            }}
          />
          <Checkbox
            label={t('schedule.evenIfNone')}
            checked={evenIfNone}
            onChange={(event) => {
              setEvenIfNone(event.currentTarget.checked);
            }}
          />
          {schedule && <LastRun schedule={schedule} />}
        </fieldset>
      )}
      <p className="xs dim">{t('saved.relative')}</p>
      {error && !taken && !badAddress && <Failed error={error} />}
      <Button small main type="submit" disabled={busy || name.trim() === '' || (runs && addresses(to).length === 0)}>
        {before ? t('saved.change') : t('saved.keep')}
      </Button>
    </form>
  );
}
