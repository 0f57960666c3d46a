import { useSearchState, type Changes } from '@shell/address/use-search';
import type { Search } from '@shell/address/query-string';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { FilterChips, type Chip } from '@shell/ui/chips';
import { useCallback, type ReactNode } from 'react';
import { EventTable } from './event-table';
import { names } from './filter';
import { FourWords } from './four-words';
import { useEvents } from './use-events';

/** Conditions that the four words do not show. */
function useChips(search: Search): Chip[] {
  const t = useWords('events');
  return (['image', 'process_guid', 'hash'] as const).flatMap((name) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, label: t(`chip.${name}`), value: value.length > 24 ? `${value.slice(0, 24)}…` : value }];
  });
}

/** The records of one endpoint with their conditions, the list and the opened row. */
export function EventList({ endpoint }: { endpoint: string }): ReactNode {
  const t = useWords('events');
  const [address, change] = useSearchState();
  const search = { ...address, endpoint };
  const chips = useChips(search);

  const narrow = (changes: Changes): void => {
    change({ ...changes, event: undefined });
  };
  const setText = useCallback(
    (text: string) => {
      change({ text: text || undefined, event: undefined }, { replace: true });
    },
    [change],
  );
  const clear = (): void => {
    change(Object.fromEntries([...names, 'event'].map((name) => [name, undefined])));
  };
  return (
    <>
      <SearchField label={t('find')} value={address['text'] ?? ''} onChange={setText} />
      <FourWords search={search} change={narrow} fixedEndpoint />
      <FilterChips
        chips={chips}
        onRemove={(name) => {
          change({ [name]: undefined });
        }}
        onClear={clear}
      />
      <EventTable
        id="endpoint-events"
        search={search}
        events={useEvents(search, true)}
        wanted={address['text'] ?? ''}
        oneEndpoint
        openId={address['event']}
        onOpen={(event) => {
          change({ event }, { replace: true });
        }}
        narrow={narrow}
        clear={clear}
      />
    </>
  );
}
