import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { Token } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Split } from '@shell/ui/panel';
import { Empty } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { TokenPanel, type MadeToken } from './token-panel';

export function tokenState(token: Token, nowMs: number): 'active' | 'expired' | 'revoked' {
  if (token.revoked_at) return 'revoked';
  return Date.parse(token.expires_at) <= nowMs ? 'expired' : 'active';
}

/** What a list of scopes lets its holder do. */
export function useScopes(): (scopes: Token['scopes']) => string {
  const loose = useLooseWords('admins');
  const marks = useMarks();
  return (scopes) => marks.list(scopes.map((scope) => loose(`tokens.scope.${scope}`, scope)));
}

function useColumns(): Column<Token>[] {
  const t = useWords('admins');
  const words = useScopes();
  return [
    { id: 'label', header: t('tokens.label'), width: '2fr', cell: (row) => <b>{row.label}</b> },
    {
      id: 'state',
      header: t('list.state'),
      width: 104,
      cell: (row) => {
        const state = tokenState(row, now());
        return <StateWord tone={state === 'active' ? 'on' : 'plain'}>{t(`tokens.state.${state}`)}</StateWord>;
      },
    },
    { id: 'scopes', header: t('tokens.scopes'), width: '3fr', cell: (row) => words(row.scopes) },
    { id: 'used', header: t('tokens.used'), width: 128, cell: (row) => <RelativeTime at={row.last_used_at} /> },
    { id: 'expires', header: t('tokens.expires'), width: 128, cell: (row) => <RelativeTime at={row.expires_at} /> },
    { id: 'by', header: t('tokens.by'), width: 128, cell: (row) => row.created_by },
  ];
}

export default function Tokens(): ReactNode {
  const t = useWords('admins');
  const client = useQueryClient();
  const [search, change] = useSearchState();
  const [made, setMade] = useState<MadeToken | null>(null);
  const rows = useRows(['tokens'], () => answered(api.GET('/api/v1/tokens')));
  const openId = search['open'];
  const token = rows.items.find((row) => row.id === openId);
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['tokens'] });
  const open = (id: string | undefined): void => {
    setMade(null);
    change({ open: id }, { replace: id !== 'new' });
  };
  return (
    <>
      <PageHead
        room="settings"
        title="admins:tokens.title"
        lead={t('tokens.lead')}
        acts={
          <Button
            icon="plus"
            onClick={() => {
              open('new');
            }}
          >
            {t('tokens.add')}
          </Button>
        }
      />
      <Split
        panel={
          openId === 'new' || token ? (
            <TokenPanel
              key={openId}
              token={token ?? null}
              made={made}
              onMade={(created) => {
                setMade(created);
                void refresh();
              }}
              onChanged={refresh}
              onClose={() => {
                open(undefined);
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="tokens"
          label={t('tokens.title')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.label}
          openId={openId}
          onOpen={(row) => {
            open(row.id);
          }}
          empty={<Empty>{t('tokens.none')}</Empty>}
        />
      </Split>
    </>
  );
}
