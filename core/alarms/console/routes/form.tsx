import { useMutation } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AlarmRouteView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Acts, Stack } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { Aside } from './aside';
import { Conflict } from './conflict';
import { draftOf, isChanged, isReady, routeOf, type Draft } from './draft';
import { faultsOf, type Fault, type Field } from './faults';
import { NameFields } from './name-fields';
import { OwnWords } from './own-words';
import css from './routes.module.css';
import { useFaultWords } from './use-faults';
import { useKeep } from './use-routes';
import { WhenFields } from './when-fields';
import { WhereFields } from './where-fields';
import { WhichFields } from './which-fields';

export interface PartProps {
  draft: Draft;
  change: (changes: Partial<Draft>) => void;
  /** What the server said of a field, as it is shown beside it. */
  fault: (field: Field) => string | undefined;
}

interface Props {
  /** The route as it was seen, or null for a new one. */
  seen: AlarmRouteView | null;
  onMade?: (id: string) => void;
  onReload?: () => Promise<void>;
  onRemoved?: () => void;
}

/** Making a route or changing one: which alarms, where to, when, and in which words. */
export function RouteForm({ seen: given, onMade, onReload, onRemoved }: Props): ReactNode {
  const t = useWords('alarms');
  const s = useWords('shell');
  const keep = useKeep();
  const words = useFaultWords();
  // What is read again meanwhile does not change what somebody is writing, nor which version they have seen.
  const [seen, setSeen] = useState(given);
  const [draft, setDraft] = useState(() => draftOf(given));
  const changed = isChanged(draft, seen);
  const { question, release } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () =>
      seen
        ? answered(api.PUT('/api/v1/alarm-routes/{id}', { params: { path: { id: seen.id } }, ...ifMatch(seen.etag), body: routeOf(draft) }))
        : answered(api.POST('/api/v1/alarm-routes', { body: routeOf(draft) })),
    onSuccess: async (after) => {
      if (!seen) release();
      setSeen(after);
      setDraft(draftOf(after));
      await keep(after);
      if (!seen) onMade?.(after.id);
    },
  });
  const { faults, whole } = faultsOf(save.error);
  const conflict = whole instanceof ApiError && whole.problem.code === 'conflict' && seen !== null;
  const part: PartProps = {
    draft,
    change: (changes) => {
      setDraft((now) => ({ ...now, ...changes }));
      // What was refused, or saved, was something else.
      if (!save.isPending) save.reset();
    },
    fault: (field) => {
      const found: Fault | undefined = faults[field];
      return found && words(field, found, draft);
    },
  };
  const ready = isReady(draft, seen);
  const note = save.isSuccess ? t('routes.one.saved') : seen && !changed ? t('routes.one.nothing') : ready ? '' : t('routes.one.asleep');
  return (
    <div className={css['two']}>
      {question}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <NameFields {...part} title={seen?.name ?? t('routes.one.new')} />
          <WhichFields {...part} />
          <WhereFields {...part} seen={seen} />
          <WhenFields {...part} />
          {draft.place === 'mail' && <OwnWords {...part} />}
          {conflict ? <Conflict onReload={onReload} /> : whole && <Failed error={whole} />}
          <Acts>
            <Button type="submit" main busy={save.isPending} disabled={!ready || (seen !== null && !changed)}>
              {seen ? s('save') : t('routes.one.save_new')}
            </Button>
            <span role="status" className="sm sub">
              {note}
            </span>
          </Acts>
        </Stack>
      </form>
      <aside className={css['aside']} aria-label={t('routes.one.does')}>
        <Aside
          draft={draft}
          seen={seen}
          live={given ?? seen}
          changed={changed}
          onRemoved={() => {
            release();
            onRemoved?.();
          }}
        />
      </aside>
    </div>
  );
}
