import { Checkbox, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Token, Permission } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { useSession } from '@shell/session/session';
import { now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { ShownOnce } from '@shell/ui/shown-once';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { tokenState, useScopes } from './tokens';

export interface MadeToken {
  token: Token;
  secret: string;
}

const lifetimes = ['604800', '2592000', '7776000', '31536000'] as const;
const aboutPeople: Permission[] = ['events.read', 'audit.read'];

function NewToken({ onMade }: { onMade: (made: MadeToken) => void }): ReactNode {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  const { permissions } = useSession();
  const [label, setLabel] = useState('');
  const [scopes, setScopes] = useState<Permission[]>(['endpoints.read']);
  const [lifetime, setLifetime] = useState<string>('2592000');
  const [purpose, setPurpose] = useState('');
  const needsPurpose = scopes.some((scope) => aboutPeople.includes(scope));
  const create = useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/tokens', {
          body: { label, scopes, expires_in_s: Number(lifetime), ...(purpose.trim() ? { purpose: purpose.trim() } : {}) },
        }),
      ),
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
          label={t('tokens.label')}
          value={label}
          onChange={(event) => {
            setLabel(event.currentTarget.value);
          }}
        />
        <Checkbox.Group
          label={t('tokens.scopes')}
          description={t('tokens.scopes_hint')}
          value={scopes}
          onChange={(chosen) => {
            setScopes(chosen as Permission[]);
          }}
        >
          <Fields>
            {permissions
              .filter((permission) => permission !== 'own.read')
              .map((permission) => (
                <Checkbox
                  key={permission}
                  value={permission}
                  label={
                    <>
                      {loose(`tokens.scope.${permission}`, permission)} <span className="xs dim">{permission}</span>
                    </>
                  }
                />
              ))}
          </Fields>
        </Checkbox.Group>
        {needsPurpose && (
          <TextInput
            label={t('tokens.purpose')}
            description={t('tokens.purpose_hint')}
            value={purpose}
            onChange={(event) => {
              setPurpose(event.currentTarget.value);
            }}
          />
        )}
        <Select
          label={t('tokens.expires')}
          data={lifetimes.map((value) => ({ value, label: t(`tokens.lifetime.${value}`) }))}
          value={lifetime}
          onChange={(value) => {
            setLifetime(value ?? '2592000');
          }}
        />
        {create.error && <Failed error={create.error} />}
        <Acts>
          <Button
            main
            type="submit"
            busy={create.isPending}
            disabled={!label.trim() || scopes.length === 0 || (needsPurpose && !purpose.trim())}
          >
            {t('tokens.create')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

export function TokenPanel({
  token,
  made,
  onMade,
  onChanged,
  onClose,
}: {
  token: Token | null;
  made: MadeToken | null;
  onMade: (made: MadeToken) => void;
  onChanged: () => Promise<void>;
  onClose: () => void;
}): ReactNode {
  const t = useWords('admins');
  const words = useScopes();
  return (
    <SidePanel label={t('tokens.panel')} title={made?.token.label ?? token?.label ?? t('tokens.add')} onClose={onClose}>
      {made ? (
        <ShownOnce title={t('tokens.made')} hint={t('tokens.made_once')} texts={[{ label: t('tokens.secret'), text: made.secret }]} />
      ) : token ? (
        <Fields>
          <KeyValues
            facts={[
              { label: t('tokens.scopes'), value: words(token.scopes) },
              { label: t('tokens.purpose'), value: token.purpose },
              { label: t('tokens.created'), value: <ExactTime at={token.created_at} /> },
              { label: t('tokens.by'), value: token.created_by },
              { label: t('tokens.used'), value: <ExactTime at={token.last_used_at} /> },
              { label: t('tokens.expires'), value: <ExactTime at={token.expires_at} /> },
              { label: t('tokens.revoked'), value: <ExactTime at={token.revoked_at} /> },
            ]}
          />
          {tokenState(token, now()) === 'active' && (
            <ConfirmAct
              act={t('tokens.revoke')}
              withReason={false}
              consequence={{
                hits: t('tokens.revoke_hits'),
                stops: t('tokens.revoke_stops'),
                stays: t('tokens.revoke_stays'),
                undo: t('tokens.revoke_undo'),
              }}
              onConfirm={async () => {
                await answered(api.POST('/api/v1/tokens/{id}/revoke', { params: { path: { id: token.id } } }));
                await onChanged();
              }}
            />
          )}
        </Fields>
      ) : (
        <NewToken onMade={onMade} />
      )}
    </SidePanel>
  );
}
