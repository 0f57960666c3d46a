import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { useRows } from '@shell/api/pages';
import type { CreatedIntakeCredential, IntakeCredential } from '@shell/api/schema';
import { useSearchState } from '@shell/address/use-search';
import { useLanguage } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { SidePanel, Split } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { ShownOnce } from '@shell/ui/shown-once';
import { Empty, Failed } from '@shell/ui/states';
import { DataTable, type Column } from '@shell/ui/table';
import { ExactTime, RelativeTime } from '@shell/ui/time';
import { KeyValues, StateWord } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import en from './intake.en.json';
import ja from './intake.ja.json';

const words = ownWords({ ja, en });
const key = ['assets', 'intakes'] as const;

function useIntakeWords(): OwnSay<typeof ja> {
  return words(useLanguage());
}

function useColumns(): Column<IntakeCredential>[] {
  const t = useIntakeWords();
  return [
    { id: 'name', header: t('name'), width: '2fr', cell: (row) => <b>{row.name}</b> },
    {
      id: 'state',
      header: t('state'),
      width: 112,
      cell: (row) => <StateWord tone={row.revoked_at ? 'plain' : 'on'}>{t(row.revoked_at ? 'revoked' : 'active')}</StateWord>,
    },
    { id: 'machines', header: t('machines'), width: 88, num: true, cell: (row) => row.machines },
    { id: 'used', header: t('used'), width: 124, cell: (row) => <RelativeTime at={row.last_used_at} /> },
    { id: 'refused', header: t('refused_at'), width: 168, cell: (row) => <RelativeTime at={row.refused_at} /> },
    { id: 'created', header: t('created'), width: 124, cell: (row) => <RelativeTime at={row.created_at} /> },
    { id: 'by', header: t('by'), width: 124, cell: (row) => row.created_by },
  ];
}

function NewIntake({ onMade }: { onMade: (made: CreatedIntakeCredential) => void }): ReactNode {
  const t = useIntakeWords();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/intakes', { body: { name } })),
    onSuccess: onMade,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Fields>
        <TextInput
          label={t('name')}
          description={t('name_hint')}
          value={name}
          maxLength={64}
          data-autofocus
          onChange={(event) => {
            setName(event.currentTarget.value);
            create.reset();
          }}
        />
        {create.error && <Failed error={create.error} />}
        <Acts>
          <Button main type="submit" busy={create.isPending} disabled={!/^[A-Za-z0-9._-]+$/.test(name)}>
            {t('create')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

function textsFor(made: CreatedIntakeCredential, t: OwnSay<typeof ja>): { label: string; text: string }[] {
  const { server, secret, realm, credential } = made;
  return [
    { label: t('fusion'), text: `server = ${server}\nuser = ${credential.name}\npassword = ${secret}\n` },
    {
      label: t('osquery'),
      text: `--tls_hostname=${new URL(server).host}\n--enroll_secret_path=/etc/osquery/yagura.secret\n--host_identifier=uuid\n--enroll_tls_endpoint=/inventory/osquery/enroll\n--config_plugin=tls\n--config_tls_endpoint=/inventory/osquery/config\n--logger_plugin=tls\n--logger_tls_endpoint=/inventory/osquery/log\n--disable_distributed=true\n`,
    },
    { label: t('osquery_secret'), text: `${secret}\n` },
    { label: t('ocs'), text: `server=${server}\nrealm=${realm}\nuser=${btoa(credential.name)}\npassword=${btoa(secret)}\nssl=1\n` },
  ];
}

function Panel({
  one,
  made,
  onMade,
  onChanged,
  onClose,
}: {
  one: IntakeCredential | null;
  made: CreatedIntakeCredential | null;
  onMade: (made: CreatedIntakeCredential) => void;
  onChanged: () => Promise<void>;
  onClose: () => void;
}): ReactNode {
  const t = useIntakeWords();
  return (
    <SidePanel label={t('panel')} title={made?.credential.name ?? one?.name ?? t('add')} onClose={onClose}>
      {made ? (
        <ShownOnce title={t('made')} hint={t('made_hint')} texts={textsFor(made, t)} />
      ) : one ? (
        <Fields>
          <KeyValues
            facts={[
              { label: t('state'), value: t(one.revoked_at ? 'revoked' : 'active') },
              { label: t('machines'), value: one.machines },
              { label: t('used'), value: <ExactTime at={one.last_used_at} /> },
              { label: t('refused_at'), value: <ExactTime at={one.refused_at} /> },
              { label: t('refused_why'), value: one.refused_why },
              { label: t('created'), value: <ExactTime at={one.created_at} /> },
              { label: t('by'), value: one.created_by },
              { label: t('revoked_at'), value: <ExactTime at={one.revoked_at} /> },
            ]}
          />
          {!one.revoked_at && (
            <ConfirmAct
              act={t('revoke')}
              withReason={false}
              consequence={{
                hits: t('revoke_hits', { name: one.name }),
                stops: t('revoke_stops'),
                stays: t('revoke_stays', { machines: one.machines }),
                undo: t('revoke_undo'),
              }}
              onConfirm={async () => {
                await answered(api.POST('/api/v1/assets/intakes/{id}/revoke', { params: { path: { id: one.id } } }));
                await onChanged();
              }}
            />
          )}
        </Fields>
      ) : (
        <NewIntake onMade={onMade} />
      )}
    </SidePanel>
  );
}

/** Who may send what agents of other makers tell. */
export default function Intakes(): ReactNode {
  const t = useIntakeWords();
  const client = useQueryClient();
  const [search, change] = useSearchState();
  const [made, setMade] = useState<CreatedIntakeCredential | null>(null);
  const rows = useRows(key, () => answered(api.GET('/api/v1/assets/intakes')), { refetchInterval: 60_000 });
  const open = search['open'];
  const one = rows.items.find((row) => row.id === open) ?? null;
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: key });
  return (
    <>
      <PageHead
        room="assets"
        title="assets:intake"
        lead={t('lead')}
        acts={
          <Button
            icon="plus"
            onClick={() => {
              setMade(null);
              change({ open: 'new' });
            }}
          >
            {t('add')}
          </Button>
        }
      />
      <Split
        panel={
          open === 'new' || one ? (
            <Panel
              key={open}
              one={one}
              made={made}
              onMade={(created) => {
                setMade(created);
                void refresh();
              }}
              onChanged={refresh}
              onClose={() => {
                setMade(null);
                change({ open: undefined }, { replace: true });
              }}
            />
          ) : null
        }
      >
        <DataTable
          id="intakes"
          label={t('panel')}
          columns={useColumns()}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          openId={open}
          onOpen={(row) => {
            setMade(null);
            change({ open: row.id }, { replace: true });
          }}
          empty={<Empty>{t('none')}</Empty>}
        />
      </Split>
    </>
  );
}
