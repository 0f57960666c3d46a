import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Person } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { SearchField } from '@shell/pick/search-field';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { ListPage } from '@shell/ui/list-page';
import { SidePanel } from '@shell/ui/panel';
import type { Column } from '@shell/ui/table';
import { KeyValues, StateWord } from '@shell/ui/words';
import { useCallback, type ReactNode } from 'react';

function useColumns(): Column<Person>[] {
  const t = useWords('people');
  return [
    { id: 'name', header: t('column.name'), width: 160, cell: (row) => <b>{row.name}</b> },
    { id: 'kana', header: t('column.kana'), width: 180, cell: (row) => row.kana },
    { id: 'department', header: t('column.department'), width: '2fr', cell: (row) => row.department ?? '—' },
    { id: 'number', header: t('column.number'), width: 112, cell: (row) => row.employee_number },
    { id: 'email', header: t('column.email'), width: '2fr', cell: (row) => row.email ?? '—' },
    {
      id: 'accounts',
      header: t('column.accounts'),
      width: '2fr',
      cell: (row) => row.accounts.map((account) => account.endpoint.hostname).join(', ') || <span className="dim">—</span>,
    },
    {
      id: 'active',
      header: t('column.active'),
      width: 96,
      cell: (row) => <StateWord tone={row.active ? 'on' : 'plain'}>{t(row.active ? 'active' : 'left')}</StateWord>,
    },
  ];
}

function PersonPanel({ person, onClose }: { person: Person; onClose: () => void }): ReactNode {
  const t = useWords('people');
  return (
    <SidePanel label={t('panel')} title={person.name} onClose={onClose}>
      <KeyValues
        facts={[
          { label: t('column.kana'), value: person.kana },
          { label: t('column.department'), value: person.department },
          { label: t('column.number'), value: person.employee_number },
          { label: t('column.email'), value: person.email },
          {
            label: t('column.accounts'),
            value: person.accounts.map((account) => (
              <span key={account.id}>
                {account.name}{' '}
                <Go className="t" to={`/endpoints/${account.endpoint.id}`}>
                  {account.endpoint.hostname}
                </Go>
                <br />
              </span>
            )),
          },
          {
            label: t('records'),
            value: (
              <Go className="t" to="/events" search={{ user: person.name, span: '7d' }}>
                {t('records_open')}
              </Go>
            ),
          },
        ]}
      />
    </SidePanel>
  );
}

export default function People(): ReactNode {
  const t = useWords('people');
  const [search, change] = useSearchState();
  const mayWrite = useCan('people.write');
  const q = search['q'];
  const rows = useRows(['people', q], (cursor) => answered(api.GET('/api/v1/people', { params: { query: { q, cursor } } })));
  const setText = useCallback(
    (text: string) => {
      change({ q: text || undefined, open: undefined }, { replace: true });
    },
    [change],
  );
  return (
    <ListPage
      head={{ room: 'people', title: 'people:title' }}
      filters={<SearchField label={t('find')} value={q ?? ''} onChange={setText} />}
      narrowing={['q']}
      words={{ none: t('none'), noneMatch: t('none_match') }}
      first={
        mayWrite && (
          <LinkButton main to="/people/import">
            {t('import.title')}
          </LinkButton>
        )
      }
      panel={(_, row, close) => row && <PersonPanel person={row} onClose={close} />}
      id="people"
      label={t('title')}
      columns={useColumns()}
      rows={rows}
      rowName={(row) => row.name}
    />
  );
}
