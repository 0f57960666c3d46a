import { Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { NewScript, ShelfView, ShelfWhole } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import css from './distribution.module.css';

function Form({ from, onSaved }: { from: ShelfWhole | null; onSaved: (saved: ShelfView) => void }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const [before] = useState<Required<NewScript>>({ name: from?.name ?? '', text: from?.text ?? '#!/bin/sh\n', interpreter: from?.interpreter ?? '/bin/sh', note: '' });
  const [draft, setDraft] = useState(before);
  const { question, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(before));
  const save = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/distribution/scripts', { body: draft })),
    onSuccess: async (saved) => {
      release();
      await client.invalidateQueries({ queryKey: ['distribution', 'items'] });
      onSaved(saved);
    },
  });
  const line = (name: 'name' | 'interpreter' | 'note', hint?: string): ReactNode => (
    <TextInput
      label={t(`script.${name}`)}
      description={hint}
      disabled={name === 'name' && from !== null}
      value={draft[name]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setDraft((now) => ({ ...now, [name]: value }));
      }}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Fields>
        {line('name', t('script.name_hint'))}
        {line('interpreter', t('script.interpreter_hint'))}
        <Textarea
          className={css['code']}
          label={t('script.text')}
          autosize
          minRows={12}
          maxRows={30}
          spellCheck={false}
          value={draft.text}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setDraft((now) => ({ ...now, text: value }));
          }}
        />
        {line('note')}
        {save.error && <Failed error={save.error} />}
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={draft.name.trim() === '' || draft.text.trim() === ''}>
            {t('script.save')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

/** A script is written: a new one, or with `from` the next version of one. */
export function ScriptPanel({ from, onClose, onSaved }: { from: string | undefined; onClose: () => void; onSaved: (saved: ShelfView) => void }): ReactNode {
  const t = useWords('distribution');
  const query = useQuery({
    queryKey: ['distribution', 'item-text', from ?? ''],
    queryFn: async () => ({ item: from === undefined ? null : await answered(api.GET('/api/v1/distribution/items/{id}', { params: { path: { id: from } } })) }),
  });
  return (
    <SidePanel label={t('script.title')} title={t('script.title')} onClose={onClose}>
      <Await query={query} lines={12}>
        {({ item }) => <Form key={item?.id ?? ''} from={item} onSaved={onSaved} />}
      </Await>
    </SidePanel>
  );
}
