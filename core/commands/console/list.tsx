import { Select } from '@mantine/core';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { Filters } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import type { ReactNode } from 'react';
import { CommandList } from './command-list';
import { commandStates } from './states';

export default function Commands(): ReactNode {
  const t = useWords('commands');
  const [search, change] = useSearchState();
  return (
    <>
      <PageHead room="endpoints" title="commands:title" lead={t('lead')} />
      <Filters>
        <Select
          aria-label={t('column.state')}
          placeholder={t('column.state')}
          clearable
          data={commandStates.map((state) => ({ value: state, label: t(`state.${state}`) }))}
          value={search['state'] ?? null}
          onChange={(state) => {
            change({ state: state ?? undefined });
          }}
        />
      </Filters>
      <CommandList />
    </>
  );
}
