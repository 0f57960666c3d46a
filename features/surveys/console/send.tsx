import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Survey } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { fromLocalInput } from '@shell/time/local-input';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { surveysKey, useKeep } from './queries';
import { usePageWords } from './page-words';

interface Props {
  survey: Survey;
  /** Whether what stands in the form is what was saved. */
  ready: boolean;
  /** Faults are shown at their fields. */
  onRefused: (error: Error) => void;
  onRemoved: () => void;
  release: () => void;
}

/** Sending a draft, now or at a time, or throwing it away. */
export function SendPart({ survey, ready, onRefused, onRemoved, release }: Props): ReactNode {
  const p = usePageWords();
  const { zone } = usePlace();
  const keep = useKeep();
  const client = useQueryClient();
  const [at, setAt] = useState('');
  const when = fromLocalInput(at, zone);
  const params = { params: { path: { id: survey.id } }, ...ifMatch(survey.etag) };
  const send = useMutation({
    mutationFn: () =>
      answered(api.POST('/api/v1/surveys/{id}/send', { ...params, body: when === null ? {} : { at: new Date(when).toISOString() } })),
    onError: onRefused,
    onSuccess: keep,
  });
  const remove = useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/surveys/{id}', params)),
    onSuccess: async () => {
      release();
      await client.invalidateQueries({ queryKey: surveysKey });
      onRemoved();
    },
  });
  return (
    <Section title={p('draft.send')}>
      <Fields>
        <TextInput
          type="datetime-local"
          label={p('draft.at')}
          description={p('draft.at_hint')}
          value={at}
          onChange={(event) => {
            setAt(event.currentTarget.value);
          }}
        />
        <p className="sm sub">{p(ready ? 'draft.send_hint' : 'draft.unsaved')}</p>
        <Acts>
          <Button
            main
            icon="message"
            disabled={!ready}
            busy={send.isPending}
            onClick={() => {
              send.mutate();
            }}
          >
            {p(when === null ? 'draft.send_now' : 'draft.send_later')}
          </Button>
          <Button
            busy={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            {p('draft.remove_draft')}
          </Button>
        </Acts>
        {remove.error && <Failed error={remove.error} />}
      </Fields>
    </Section>
  );
}
