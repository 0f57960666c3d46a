import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { DeviceDetail } from '@shell/api/schema';
import { useMarks } from '@shell/i18n/marks';
import { pathWords } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { Go } from '@shell/ui/link';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { ChangeDevice } from './device-forms';
import { DeviceParts } from './device-parts';
import css from './devices.module.css';
import { every, reasons, states, useDeviceWords } from './devices-words';
import { wordOf } from './ledger-words';

const tones: Record<string, Tone> = { reachable: 'on', unreachable: 'open', refused: 'open', unreadable: 'half' };

export const deviceKey = (id: string): readonly unknown[] => ['assets', 'devices', 'one', id];

export function DeviceState({ state }: { state: string }): ReactNode {
  const t = useDeviceWords();
  return <StateWord tone={tones[state] ?? 'plain'}>{wordOf(states, state, (known) => t(`states.${known}`))}</StateWord>;
}

/** How it answers, which is what one opens it for. */
function Answering({ device }: { device: DeviceDetail }): ReactNode {
  const t = useDeviceWords();
  const marks = useMarks();
  const why = device.why === '' ? null : wordOf(reasons, device.why, (reason) => t(`why.${reason}`));
  return (
    <KeyValues
      facts={[
        { label: t('state'), value: <DeviceState state={device.state} /> },
        ...(why === null ? [] : [{ label: t('detail'), value: device.state === 'unreadable' ? marks.noted(why, device.detail) : why }]),
        { label: t('since'), value: <ExactTime at={device.since} /> },
        ...(device.missed > 0 ? [{ label: t('missed'), value: device.missed.toLocaleString('ja') }] : []),
        { label: t('asked'), value: <ExactTime at={device.asked_at} /> },
        { label: t('column.answered'), value: <ExactTime at={device.answered_at} /> },
      ]}
    />
  );
}

/** What it is and where. */
function Facts({ device }: { device: DeviceDetail }): ReactNode {
  const t = useDeviceWords();
  return (
    <KeyValues
      facts={[
        { label: t('host'), value: device.port === 161 ? device.host : `${device.host}:${String(device.port)}` },
        { label: t('column.model'), value: [device.vendor, device.model].filter(Boolean).join(' ') },
        { label: t('serial'), value: device.told?.hardware.serial },
        { label: t('firmware'), value: device.told?.hardware.firmware },
        { label: t('column.location'), value: device.location },
        { label: t('contact'), value: device.told?.device?.contact },
        { label: t('description'), value: device.told?.device?.description },
        { label: t('column.group'), value: pathWords({ path: device.group_path, name: device.group_path }) },
        { label: t('column.credential'), value: device.credential_name },
        { label: t('column.interval'), value: every(device.interval_s, t) },
      ]}
    />
  );
}

/** A device: how it answers, what it said, and how it is asked. */
export function Device({ id, onGone }: { id: string; onGone: () => void }): ReactNode {
  const t = useDeviceWords();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const query = useQuery({
    queryKey: deviceKey(id),
    queryFn: () => answered(api.GET('/api/v1/assets/devices/{id}', { params: { path: { id } } })),
    refetchInterval: 60_000,
  });
  const refresh = async (after: DeviceDetail): Promise<void> => {
    client.setQueryData(deviceKey(id), after);
    await client.invalidateQueries({ queryKey: ['assets'] });
  };
  const test = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/assets/devices/{id}/test', { params: { path: { id } } })),
    onSuccess: refresh,
  });
  return (
    <Await query={query} lines={10}>
      {(device) => (
        <Stack>
          <div>
            <Answering device={device} />
            {test.error && <Failed error={test.error} />}
            <div className={css['acts']}>
            <Acts>
              {mayWrite && (
                <Button
                  main
                  busy={test.isPending}
                  onClick={() => {
                    test.mutate();
                  }}
                >
                  {t('test')}
                </Button>
              )}
              {device.asset && (
                <Go className="t" to={`/assets/${device.asset}`}>
                  {t('asset')}
                </Go>
              )}
            </Acts>
            </div>
          </div>
          {device.told && <DeviceParts told={device.told} />}
          <Section title={t('facts')}>
            <Facts device={device} />
          </Section>
          {mayWrite && (
            <Section title={t('change')}>
              <ChangeDevice key={device.etag} device={device} onSaved={refresh} />
              <ConfirmAct
                act={t('remove')}
                withReason={false}
                consequence={{ hits: t('remove_hits', { name: device.name || device.host }), stops: t('remove_stops'), stays: t('remove_stays'), undo: t('remove_undo') }}
                onConfirm={async () => {
                  await answered(api.DELETE('/api/v1/assets/devices/{id}', { params: { path: { id } } }));
                  onGone();
                }}
              />
            </Section>
          )}
        </Stack>
      )}
    </Await>
  );
}
