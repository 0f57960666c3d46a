import { useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { ApiError, answered } from '@shell/api/client';
import type { Versioned } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Acts, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { at, isWithin, type Bounds } from './place';

/** Settings while somebody changes them: what the fields read and write. */
export interface Edit<T> {
  value: T;
  set: (next: T) => void;
  readOnly: boolean;
  bounds: Bounds<T>;
  /** What the server has against a place, in its own words; it knows more than the fields do. */
  refused: Record<string, string>;
}

type Asked<T> = Parameters<typeof answered<T>>[0];

export interface SettingsOf<T> {
  queryKey: QueryKey;
  read: () => Asked<Versioned<T>>;
  /** Stores what replaces the version `etag`. */
  write: (etag: string, value: T) => Asked<Versioned<T>>;
  /** The numbers that the server takes, by their places. Any other number stops nobody from saving. */
  bounds?: Bounds<T>;
  readOnly: boolean;
  /** Lines of text that the fields are about as tall as. */
  lines?: number;
  /** When something was stored. */
  then?: () => unknown;
  children: (edit: Edit<T>) => ReactNode;
}

function refusals(error: Error | null): Record<string, string> {
  if (!(error instanceof ApiError) || error.problem.code !== 'invalid') return {};
  return Object.fromEntries(error.problem.errors.map(({ pointer, message, code }) => [pointer, message ?? code]));
}

function Form<T>({ of, first, onReload }: { of: SettingsOf<T>; first: Versioned<T>; onReload: () => void }): ReactNode {
  const t = useWords('shell');
  const client = useQueryClient();
  const [seen, setSeen] = useState(first);
  const [value, setValue] = useState(first.value);
  const changed = JSON.stringify(value) !== JSON.stringify(seen.value);
  const { question } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () => answered(of.write(seen.etag, value)),
    onSuccess: (after) => {
      client.setQueryData(of.queryKey, after);
      setSeen(after);
      setValue(after.value);
      return of.then?.();
    },
  });
  const bounds = of.bounds ?? {};
  const good = Object.entries(bounds).every(([place, ends]) => isWithin(at(value, place), ends as readonly [number, number]));
  const refused = refusals(save.error);
  const conflict = save.error instanceof ApiError && save.error.problem.code === 'conflict';
  const set = (next: T): void => {
    setValue(next);
    if (!save.isPending) save.reset();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        {of.children({ value, set, readOnly: of.readOnly, bounds, refused })}
        {save.error && !conflict && Object.keys(refused).every((place) => at(value, place) === undefined) && <Failed error={save.error} />}
        {conflict && (
          <p role="alert" className="sm">
            {t('settings.conflict')}{' '}
            <button type="button" className="t" onClick={onReload}>
              {t('settings.reload')}
            </button>
          </p>
        )}
        {!of.readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !good}>
              {t('save')}
            </Button>
            {changed && !save.isPending && (
              <Button
                onClick={() => {
                  set(seen.value);
                }}
              >
                {t('settings.back')}
              </Button>
            )}
            <span role="status" className="sm sub">
              {save.isSuccess ? t('settings.saved') : changed ? '' : t('settings.asleep')}
            </span>
          </Acts>
        )}
      </Stack>
    </form>
  );
}

/**
 * Settings that everybody shares: they come, are changed in fields, and are stored if nobody has stored others meanwhile. Who has a page of
 * the console for such a value gives the fields only (`Amount` and `Switch` of `fields.tsx`, or its own).
 */
export function SettingsForm<T>(of: SettingsOf<T>): ReactNode {
  const [reading, setReading] = useState(0);
  // What somebody is changing is not replaced under their hands.
  const query = useQuery({ queryKey: of.queryKey, refetchOnWindowFocus: false, queryFn: () => answered(of.read()) });
  const reload = (): void => {
    void query.refetch().then(() => {
      setReading(reading + 1);
    });
  };
  return (
    <Await query={query} lines={of.lines ?? 8}>
      {(first) => <Form key={reading} of={of} first={first} onReload={reload} />}
    </Await>
  );
}
