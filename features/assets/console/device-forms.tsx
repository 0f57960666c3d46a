import { NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { DeviceDetail } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { useCredentials } from './device-credentials';
import { every, useDeviceWords } from './devices-words';

const intervals = [60, 300, 600, 1800, 3600, 21_600, 86_400];

interface Asking {
  host: string;
  port: number;
  credential: string | null;
  interval_s: number;
  group: string | null;
}

/** Where a device is, with what and how often it is asked: for a new one and for one that is known. */
function AskingForm({ start, known, act, busy, error, onSubmit, onChange }: { start: Asking; known: boolean; act: string; busy: boolean; error: Error | null; onSubmit: (value: Asking) => void; onChange: () => void }): ReactNode {
  const t = useDeviceWords();
  const credentials = useCredentials();
  const [value, setValue] = useState(start);
  const set = (change: Partial<Asking>): void => {
    setValue((now) => ({ ...now, ...change }));
    onChange();
  };
  const none = credentials.items.length === 0;
  const changed = JSON.stringify(value) !== JSON.stringify(start);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(value);
      }}
    >
      <Fields>
        <TextInput
          label={t('host')}
          description={t('host_hint')}
          value={value.host}
          maxLength={253}
          {...(known ? {} : { 'data-autofocus': true })}
          onChange={(event) => {
            set({ host: event.currentTarget.value });
          }}
        />
        <NumberInput
          label={t('port')}
          min={1}
          max={65_535}
          allowDecimal={false}
          value={value.port}
          onChange={(port) => {
            set({ port: Number(port) });
          }}
        />
        <Select
          label={t('credential')}
          {...(none ? { description: t('credential_none') } : {})}
          disabled={none}
          allowDeselect={false}
          data={credentials.items.map((one) => ({ value: one.id, label: one.name }))}
          value={value.credential}
          onChange={(credential) => {
            set({ credential });
          }}
        />
        <Select
          label={t('interval')}
          allowDeselect={false}
          data={[...new Set([...intervals, start.interval_s])].sort((a, b) => a - b).map((one) => ({ value: String(one), label: every(one, t) }))}
          value={String(value.interval_s)}
          onChange={(seconds) => {
            set({ interval_s: Number(seconds) });
          }}
        />
        <GroupSelect
          fixedOnly
          clearable={!known}
          label={t('group')}
          value={value.group}
          onChange={(group) => {
            set({ group });
          }}
        />
        {error && <Failed error={error} />}
        <Acts>
          <Button main={!known} type="submit" busy={busy} disabled={value.host.trim() === '' || value.credential === null || value.port < 1 || (known && !changed)}>
            {act}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}

export function NewDevice({ onMade }: { onMade: (made: DeviceDetail) => Promise<void> }): ReactNode {
  const t = useDeviceWords();
  const create = useMutation({
    mutationFn: ({ credential, group, ...rest }: Asking) =>
      answered(api.POST('/api/v1/assets/devices', { body: { ...rest, credential: credential ?? '', ...(group === null ? {} : { group }) } })),
    onSuccess: onMade,
  });
  return (
    <AskingForm
      start={{ host: '', port: 161, credential: null, interval_s: 300, group: null }}
      known={false}
      act={t('add')}
      busy={create.isPending}
      error={create.error}
      onSubmit={(value) => {
        create.mutate(value);
      }}
      onChange={create.reset}
    />
  );
}

export function ChangeDevice({ device, onSaved }: { device: DeviceDetail; onSaved: (after: DeviceDetail) => Promise<void> }): ReactNode {
  const t = useDeviceWords();
  const save = useMutation({
    mutationFn: ({ credential, group, ...rest }: Asking) =>
      answered(
        api.PATCH('/api/v1/assets/devices/{id}', {
          params: { path: { id: device.id } },
          ...ifMatch(device.etag),
          body: { ...rest, ...(credential === null ? {} : { credential }), ...(group === null || group === device.group ? {} : { group }) },
        }),
      ),
    onSuccess: onSaved,
  });
  return (
    <AskingForm
      start={{ host: device.host, port: device.port, credential: device.credential, interval_s: device.interval_s, group: device.group }}
      known
      act={t('save')}
      busy={save.isPending}
      error={save.error}
      onSubmit={(value) => {
        save.mutate(value);
      }}
      onChange={save.reset}
    />
  );
}
