import { Checkbox, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { RolloutWork, ShelfKind } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import type { Draft } from './draft';

export interface PartProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

const works: RolloutWork['kind'][] = ['security_updates', 'all_updates', 'package_updates', 'install', 'script'];

/** What can be chosen from the shelf. */
function useItems(): { value: string; label: string; kind: ShelfKind }[] {
  const query = useQuery({
    queryKey: ['distribution', 'items', 'choice'],
    queryFn: () => answered(api.GET('/api/v1/distribution/items', { params: { query: { limit: 1000 } } })),
  });
  return (query.data?.items ?? []).map((item) => ({ value: item.id, label: `${item.name} ${item.version}`, kind: item.kind }));
}

/** What is done. */
export function FormWhat({ draft, set }: PartProps): ReactNode {
  const t = useWords('distribution');
  const items = useItems();
  const packages = items.filter((item) => item.kind !== 'script');
  const scripts = items.filter((item) => item.kind === 'script');
  const area = (name: 'args' | 'packages'): ReactNode => (
    <Textarea
      label={t(`form.${name}`)}
      description={t(`form.${name}_hint`)}
      autosize
      minRows={3}
      maxRows={10}
      spellCheck={false}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <Section title={t('form.what')}>
      <Fields>
        <TextInput
          label={t('form.name')}
          required
          maxLength={200}
          value={draft.name}
          onChange={(event) => {
            set({ name: event.currentTarget.value });
          }}
        />
        <Select
          label={t('form.work')}
          allowDeselect={false}
          data={works.map((one) => ({ value: one, label: t(`works.${one}`) }))}
          value={draft.work}
          onChange={(next) => {
            set({ work: works.find((one) => one === next) ?? 'security_updates' });
          }}
        />
        {draft.work === 'install' && (
          <MultiSelect
            label={t('form.items')}
            searchable
            data={packages}
            value={draft.items}
            onChange={(next) => {
              set({ items: next });
            }}
          />
        )}
        {draft.work === 'script' && (
          <>
            <Select
              label={t('form.script')}
              searchable
              data={scripts}
              value={draft.script}
              onChange={(next) => {
                set({ script: next });
              }}
            />
            {area('args')}
          </>
        )}
        {draft.work === 'package_updates' && area('packages')}
        <Checkbox
          label={t('form.dry')}
          checked={draft.dry}
          onChange={(event) => {
            set({ dry: event.currentTarget.checked });
          }}
        />
        {draft.work !== 'script' && (
          <Checkbox
            label={t('form.roll_back')}
            checked={draft.rollBack}
            onChange={(event) => {
              set({ rollBack: event.currentTarget.checked });
            }}
          />
        )}
      </Fields>
    </Section>
  );
}
