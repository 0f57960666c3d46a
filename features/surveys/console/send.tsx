import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Survey } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { fromLocalInput } from '@shell/time/local-input';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts, Section } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { surveysKey, useKeep } from './queries';

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
  const t = useWords('surveys');
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
    <Section title={t('draft.send')}>
      <Fields>
        <TextInput
          type="datetime-local"
          label={t('draft.at')}
          description={t('draft.at_hint')}
          value={at}
          onChange={(event) => {
            setAt(event.currentTarget.value);
          }}
        />
        <p className="sm sub">{t(ready ? 'draft.send_hint' : 'draft.unsaved')}</p>
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
            {t(when === null ? 'draft.send_now' : 'draft.send_later')}
          </Button>
          <Button
            busy={remove.isPending}
            onClick={() => {
              remove.mutate();
            }}
          >
            {t('draft.remove_draft')}
          </Button>
        </Acts>
        {remove.error && <Failed error={remove.error} />}
      </Fields>
    </Section>
  );
}
