import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Admin, Role } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { pathWords, useGroups } from '@shell/pick/groups';
import { now } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { ShownOnce } from '@shell/ui/shown-once';
import { Failed } from '@shell/ui/states';
import { KeyValues } from '@shell/ui/words';
import { ExactTime } from '@shell/ui/time';
import { YourPassword, isPasswordError } from '@shell/ui/your-password';
import { useState, type ReactNode } from 'react';
import { AdminState } from './list';

const roles: Role[] = ['administrator', 'operator', 'approver', 'auditor', 'employee'];

interface Props {
  /** The one shown, or null for a new one. */
  admin: Admin | null;
  onChanged: () => Promise<void>;
  onClose: () => void;
}

type Act = 'save' | 'unlock' | 'reset';

/** Who somebody is and what they may do. Every change asks for one's own password. */
export function AdminPanel({ admin, onChanged, onClose }: Props): ReactNode {
  const t = useWords('admins');
  const s = useWords('shell');
  const { data: groups = [] } = useGroups();
  const [name, setName] = useState(admin?.name ?? '');
  const [display, setDisplay] = useState(admin?.display_name ?? '');
  const [email, setEmail] = useState(admin?.email ?? '');
  const [role, setRole] = useState<Role>(admin?.role ?? 'operator');
  const [limited, setLimited] = useState(Boolean(admin?.groups));
  const [within, setWithin] = useState<string[]>(admin?.groups?.map((group) => group.id) ?? []);
  const [disabled, setDisabled] = useState(admin?.disabled ?? false);
  const [renew, setRenew] = useState(admin?.must_change_password ?? false);
  const [password, setPassword] = useState('');
  const [link, setLink] = useState<string | null>(null);

  const act = useMutation({
    mutationFn: async (what: Act) => {
      const your_password = password;
      if (admin === null) {
        const made = await answered(
          api.POST('/api/v1/admins', {
            body: { name, display_name: display, role, your_password, ...(email ? { email } : {}), ...(limited ? { groups: within } : {}) },
          }),
        );
        return made.link;
      }
      const path = { id: admin.id };
      if (what === 'reset') return (await answered(api.POST('/api/v1/admins/{id}/reset', { params: { path }, body: { your_password } }))).link;
      if (what === 'unlock') await answered(api.POST('/api/v1/admins/{id}/unlock', { params: { path }, body: { your_password } }));
      else {
        await answered(
          api.PATCH('/api/v1/admins/{id}', {
            params: { path },
            ...ifMatch(admin.etag),
            body: { display_name: display, role, groups: limited ? within : [], disabled, your_password, ...(renew && !admin.must_change_password ? { must_change_password: true } : {}) },
          }),
        );
      }
      return null;
    },
    onSuccess: async (made) => {
      setPassword('');
      setLink(made);
      if (made === null) await onChanged();
    },
  });
  const button = (what: Act, words: string, main = false): ReactNode => (
    <Button
      main={main}
      busy={act.isPending}
      disabled={password === '' || display.trim() === '' || name.trim() === ''}
      onClick={() => {
        act.mutate(what);
      }}
    >
      {words}
    </Button>
  );
  const locked = typeof admin?.locked_until === 'string' && Date.parse(admin.locked_until) > now();

  return (
    <SidePanel
      label={t('list.panel')}
      title={admin?.display_name ?? t('list.add')}
      state={admin && <AdminState admin={admin} />}
      onClose={() => {
        if (link !== null) void onChanged();
        onClose();
      }}
    >
      {link === null ? (
        <Fields>
          {admin === null ? (
            <TextInput
              label={t('list.name')}
              description={t('list.name_hint')}
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
            />
          ) : (
            <KeyValues
              facts={[
                { label: t('list.name'), value: admin.name },
                { label: t('list.email'), value: admin.email },
                { label: t('list.totp'), value: t(admin.totp_enabled ? 'list.totp_on' : 'list.totp_off') },
                { label: t('list.last_sign_in'), value: <ExactTime at={admin.last_sign_in} /> },
                ...(locked ? [{ label: t('list.locked_until'), value: <ExactTime at={admin.locked_until} /> }] : []),
              ]}
            />
          )}
          <TextInput
            label={t('list.display_name')}
            value={display}
            onChange={(event) => {
              setDisplay(event.currentTarget.value);
            }}
          />
          {admin === null && (
            <TextInput
              label={t('list.email')}
              description={s('optional')}
              value={email}
              onChange={(event) => {
                setEmail(event.currentTarget.value);
              }}
            />
          )}
          <Select
            label={t('list.role')}
            description={t(`role_hint.${role}`)}
            data={roles.map((one) => ({ value: one, label: s(`roles.${one}`) }))}
            value={role}
            onChange={(one) => {
              setRole((one ?? role) as Role);
            }}
          />
          <Checkbox
            label={t('list.limit')}
            checked={limited}
            onChange={(event) => {
              setLimited(event.currentTarget.checked);
            }}
          />
          {limited && (
            <MultiSelect
              label={t('list.groups')}
              searchable
              data={groups.map((group) => ({ value: group.id, label: pathWords(group) }))}
              value={within}
              onChange={setWithin}
            />
          )}
          {admin && (
            <Checkbox
              label={t('list.renew')}
              description={t('list.renew_hint')}
              checked={renew}
              disabled={admin.must_change_password}
              onChange={(event) => {
                setRenew(event.currentTarget.checked);
              }}
            />
          )}
          {admin && (
            <Checkbox
              label={t('list.disable')}
              description={t('list.disable_hint')}
              checked={disabled}
              onChange={(event) => {
                setDisabled(event.currentTarget.checked);
              }}
            />
          )}
          <YourPassword value={password} onChange={setPassword} error={act.error} />
          {act.error && !isPasswordError(act.error) && <Failed error={act.error} />}
          <Acts>
            {button('save', admin ? s('save') : t('list.create'), true)}
            {locked && button('unlock', t('list.unlock'))}
            {admin && button('reset', t('list.reset'))}
          </Acts>
        </Fields>
      ) : (
        <ShownOnce title={t('list.link_title')} hint={t('list.link_hint')} texts={[{ label: t('list.link_title'), text: link }]} />
      )}
    </SidePanel>
  );
}
