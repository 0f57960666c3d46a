import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import type { AlarmRouteView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { Choices } from './choices';
import { keptHost, places, ports } from './draft';
import type { PartProps } from './form';
import { PlaceIcon } from './place-icon';

function Collector({ draft, change, fault }: PartProps): ReactNode {
  const t = useWords('alarms');
  const { receiver } = draft;
  return (
    <>
      <TextInput
        label={t('routes.form.host')}
        value={receiver.host}
        error={fault('host')}
        onChange={(event) => {
          change({ receiver: { ...receiver, host: event.currentTarget.value } });
        }}
      />
      <Select
        label={t('routes.form.transport')}
        data={(['tls', 'tcp', 'udp'] as const).map((value) => ({ value, label: t(`routes.form.by.${value}`) }))}
        value={receiver.transport}
        onChange={(value) => {
          const transport = value ?? 'tls';
          change({ receiver: { ...receiver, transport, port: ports[transport] } });
        }}
      />
      <NumberInput
        label={t('routes.form.port')}
        min={1}
        max={65_535}
        thousandSeparator=""
        value={receiver.port}
        error={fault('port')}
        onChange={(port) => {
          change({ receiver: { ...receiver, port: Number(port) } });
        }}
      />
      <Select
        label={t('routes.form.format')}
        data={(['cef', 'text'] as const).map((value) => ({ value, label: t(`routes.form.formats.${value}`) }))}
        value={draft.format}
        onChange={(format) => {
          change({ format: format ?? 'cef' });
        }}
      />
    </>
  );
}

/** Where to: the way, and what that way needs to know. */
export function WhereFields({ seen, ...part }: PartProps & { seen: AlarmRouteView | null }): ReactNode {
  const t = useWords('alarms');
  const { draft, change, fault } = part;
  const host = keptHost(draft, seen);
  return (
    <Section title={t('routes.form.to')}>
      <Fields>
        <Choices
          label={t('routes.form.place')}
          choices={places.map((place) => ({
            value: place,
            label: t(`routes.to.${place}`),
            hint: t(`routes.form.place_hint.${place}`),
            icon: <PlaceIcon place={place} />,
          }))}
          value={draft.place}
          onChange={(place) => {
            change({ place });
          }}
        />
        {draft.place === 'mail' && (
          <TagsInput
            label={t('routes.form.addresses')}
            description={t('routes.form.addresses_hint')}
            splitChars={[',', ';', ' ', '、']}
            value={draft.addresses}
            error={fault('addresses')}
            onChange={(addresses) => {
              change({ addresses });
            }}
          />
        )}
        {draft.place === 'syslog' && <Collector {...part} />}
        {draft.place !== 'mail' && draft.place !== 'syslog' && (
          <TextInput
            label={t('routes.form.url')}
            description={host === null ? t('routes.form.url_hint') : t('routes.form.url_keep', { host })}
            type="url"
            spellCheck={false}
            value={draft.url}
            error={fault('url')}
            onChange={(event) => {
              change({ url: event.currentTarget.value });
            }}
          />
        )}
      </Fields>
    </Section>
  );
}
