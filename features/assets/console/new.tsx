import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import { usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Stack } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { useLedgerWords } from './ledger-words';
import { changeOf, emptyDraft, WrittenFields } from './written';

const noMachine = { name: '', vendor: '', model: '', serial: '', ip: '', mac: '' };

/** One thing that no agent runs on. */
export default function NewAsset(): ReactNode {
  const t = useLedgerWords();
  const { zone } = usePlace();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [machine, setMachine] = useState(noMachine);
  const [draft, setDraft] = useState(emptyDraft);
  const written = changeOf(emptyDraft, draft, zone);
  const { question, release } = useUnsaved(Object.values(machine).some(Boolean) || Object.keys(written).length > 0);
  const save = useMutation({
    mutationFn: () => {
      const said = Object.fromEntries(Object.entries(machine).filter(([, value]) => value.trim() !== ''));
      return answered(api.POST('/api/v1/assets/ledger', { body: { ...said, name: machine.name.trim(), written: { kind: draft.kind, ...written } } }));
    },
    onSuccess: async (made) => {
      release();
      await client.invalidateQueries({ queryKey: ['assets', 'ledger'] });
      await navigate({ to: `/assets/${made.id}` });
    },
  });
  const labels: Record<keyof typeof noMachine, string> = {
    name: t('new.name'),
    vendor: t('new.vendor'),
    model: t('new.model'),
    serial: t('one.serial'),
    ip: t('new.ip'),
    mac: t('new.mac'),
  };
  return (
    <>
      <PageHead room="assets" title="assets:new" lead={t('new.lead')} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {question}
        <Stack>
          <Fields>
            {(Object.keys(labels) as (keyof typeof noMachine)[]).map((name) => (
              <TextInput
                key={name}
                label={labels[name]}
                required={name === 'name'}
                maxLength={200}
                value={machine[name]}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setMachine((now) => ({ ...now, [name]: value }));
                  save.reset();
                }}
              />
            ))}
          </Fields>
          <WrittenFields
            draft={draft}
            readOnly={false}
            set={(changes) => {
              setDraft((now) => ({ ...now, ...changes }));
            }}
          />
          {save.error && <Failed error={save.error} />}
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={machine.name.trim() === ''}>
              {t('new.save')}
            </Button>
          </Acts>
        </Stack>
      </form>
    </>
  );
}
