import { Checkbox } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Account } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { PersonSelect } from '@shell/pick/person-select';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Go } from '@shell/ui/link';
import { ListPage } from '@shell/ui/list-page';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import type { Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';

function useColumns(): Column<Account>[] {
  const t = useWords('people');
  return [
    { id: 'name', header: t('accounts.name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    { id: 'endpoint', header: t('accounts.endpoint'), width: 160, cell: (row) => row.endpoint.hostname },
    {
      id: 'person',
      header: t('accounts.person'),
      width: '2fr',
      cell: (row) => row.person?.name ?? <span className="dim">{t('accounts.nobody')}</span>,
    },
    { id: 'seen', header: t('accounts.seen'), width: 140, cell: (row) => <RelativeTime at={row.last_seen} /> },
    { id: 'id', header: t('accounts.id'), width: '3fr', chosen: false, cell: (row) => row.account_id },
  ];
}

/** Says whose an account is. The person is looked for by name or kana as one types. */
function MapPanel({ account, readOnly, onClose }: { account: Account; readOnly: boolean; onClose: () => void }): ReactNode {
  const t = useWords('people');
  const s = useWords('shell');
  const client = useQueryClient();
  const [person, setPerson] = useState<string | null>(account.person?.id ?? null);
  const save = useMutation({
    mutationFn: () =>
      answered(api.PUT('/api/v1/accounts/{id}/person', { params: { path: { id: account.id } }, body: { person_id: person } })),
    onSuccess: () => client.invalidateQueries({ predicate: (query) => ['accounts', 'people'].includes(String(query.queryKey[0])) }),
  });
  return (
    <SidePanel label={t('accounts.panel')} title={account.name} onClose={onClose}>
      <Fields>
        <KeyValues
          facts={[
            {
              label: t('accounts.endpoint'),
              value: (
                <Go className="t" to={`/endpoints/${account.endpoint.id}`}>
                  {account.endpoint.hostname}
                </Go>
              ),
            },
            { label: t('accounts.id'), value: account.account_id },
          ]}
        />
        <PersonSelect label={t('accounts.person')} clearable disabled={readOnly} value={account.person ?? null} onChange={setPerson} />
        {save.error && <Failed error={save.error} />}
        <p role="status" className="sm sub">
          {save.isSuccess ? t('accounts.saved') : ''}
        </p>
        {!readOnly && (
          <Acts>
            <Button
              main
              busy={save.isPending}
              onClick={() => {
                save.mutate();
              }}
            >
              {s('save')}
            </Button>
          </Acts>
        )}
      </Fields>
    </SidePanel>
  );
}

export default function Accounts(): ReactNode {
  const t = useWords('people');
  const mayWrite = useCan('people.write');
  const [search, change] = useSearchState();
  const unmapped = search['unmapped'] === 'yes';
  const rows = useRows(['accounts', unmapped], (cursor) =>
    answered(api.GET('/api/v1/accounts', { params: { query: { cursor, ...(unmapped ? { unmapped: true } : {}) } } })),
  );
  return (
    <ListPage
      head={{ room: 'people', title: 'people:accounts.title', lead: t('accounts.lead') }}
      filters={
        <Checkbox
          label={t('accounts.unmapped')}
          checked={unmapped}
          onChange={(event) => {
            change({ unmapped: event.currentTarget.checked ? 'yes' : undefined });
          }}
        />
      }
      narrowing={['unmapped']}
      words={{ none: t('accounts.none'), noneMatch: t('accounts.all_mapped') }}
      panel={(_, row, close) => row && <MapPanel key={row.id} account={row} readOnly={!mayWrite} onClose={close} />}
      id="accounts"
      label={t('accounts.title')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
    />
  );
}
