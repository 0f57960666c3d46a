import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Admin } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { AdminPanel } from './admin-panel';

export function AdminState({ admin }: { admin: Admin }): ReactNode {
  const t = useWords('admins');
  if (admin.disabled) return <StateWord tone="plain">{t('list.disabled')}</StateWord>;
  if (admin.locked_until && Date.parse(admin.locked_until) > now()) {
    return <StateWord tone="open">{t('list.locked')}</StateWord>;
  }
  if (admin.must_change_password) return <StateWord tone="half">{t(admin.last_sign_in ? 'list.renewing' : 'list.invited')}</StateWord>;
  return <StateWord tone="on">{t('list.active')}</StateWord>;
}

function useColumns(): Column<Admin>[] {
  const t = useWords('admins');
  const s = useWords('shell');
  const marks = useMarks();
  return [
    { id: 'display', header: t('list.display_name'), width: 160, cell: (row) => <b>{row.display_name}</b> },
    { id: 'name', header: t('list.name'), width: 120, cell: (row) => row.name },
    { id: 'state', header: t('list.state'), width: 116, cell: (row) => <AdminState admin={row} /> },
    { id: 'role', header: t('list.role'), width: 120, cell: (row) => s(`roles.${row.role}`) },
    {
      id: 'groups',
      header: t('list.groups'),
      width: '2fr',
      cell: (row) => (row.groups ? marks.list(row.groups.map((group) => group.name)) : s('all_groups')),
    },
    { id: 'totp', header: t('list.totp'), width: 112, cell: (row) => t(row.totp_enabled ? 'list.totp_on' : 'list.totp_off') },
    { id: 'last', header: t('list.last_sign_in'), width: 140, cell: (row) => <RelativeTime at={row.last_sign_in} /> },
    { id: 'email', header: t('list.email'), width: '2fr', chosen: false, cell: (row) => row.email ?? '—' },
  ];
}

export default function Admins(): ReactNode {
  const t = useWords('admins');
  const client = useQueryClient();
  const [search, change] = useSearchState();
  const rows = useRows(['admins'], () => answered(api.GET('/api/v1/admins')));
  const openId = search['open'];
  const admin = rows.items.find((row) => row.id === openId);
  return (
    <>
      <PageHead
        room="settings"
        title="admins:list.title"
        acts={
          <Button
            icon="plus"
            onClick={() => {
              change({ open: 'new' });
            }}
          >
            {t('list.add')}
          </Button>
        }
      />
      <Split
        panel={
          openId === 'new' || admin ? (
            <AdminPanel
              key={`${openId ?? ''}${admin?.etag ?? ''}`}
              admin={admin ?? null}
              onChanged={() => client.invalidateQueries({ queryKey: ['admins'] })}
              onClose={() => {
                change({ open: undefined }, { replace: true });
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="admins"
          label={t('list.title')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.display_name}
          openId={openId}
          onOpen={(row) => {
            change({ open: row.id }, { replace: true });
          }}
          empty={<Empty>{t('list.none')}</Empty>}
        />
      </Split>
    </>
  );
}
