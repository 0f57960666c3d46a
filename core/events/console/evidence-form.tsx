import { NumberInput, PasswordInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Evidence, EvidenceBucket, EvidenceDestination, SyslogTransport } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Button, IconButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './evidence.module.css';
import { evidenceKey, usePlaceWords } from './use-evidence';

const kinds = ['mail', 'syslog', 'folder', 's3'] as const;
const ports: Record<SyslogTransport, number> = { udp: 514, tcp: 514, tls: 6514 };

function fresh(kind: EvidenceDestination['kind']): EvidenceDestination {
  if (kind === 'mail') return { kind, to: '' };
  if (kind === 'folder') return { kind, path: '' };
  if (kind === 's3') return { kind, endpoint: null, region: 'ap-northeast-1', bucket: '', prefix: '', key_id: '', secret: '' };
  return { kind, transport: 'tls', host: '', port: ports.tls };
}

function isFilled(place: EvidenceDestination): boolean {
  const needed = { mail: ['to'], syslog: ['host'], folder: ['path'], s3: ['region', 'bucket', 'key_id'] }[place.kind];
  return Object.entries(place).every(([field, value]) => !needed.includes(field) || String(value).trim() !== '');
}

const fields = ['to', 'host', 'port', 'path', 'endpoint', 'region', 'bucket', 'prefix', 'key_id', 'secret'];

interface PlaceProps {
  place: EvidenceDestination;
  /** Whether the server refused this field. */
  bad: (field: string) => boolean;
  onChange: (place: EvidenceDestination) => void;
}

type S3Place = EvidenceBucket & { kind: 's3' };

function BucketFields({ place, bad, onChange }: Omit<PlaceProps, 'place'> & { place: S3Place }): ReactNode {
  const t = useWords('events');
  const field = (name: 'endpoint' | 'region' | 'bucket' | 'prefix' | 'key_id', example: string): ReactNode => (
    <TextInput
      label={t(`proof.s3.${name}`)}
      value={place[name] ?? ''}
      placeholder={example}
      error={bad(name) && t(`proof.bad_s3.${name}`)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        onChange({ ...place, [name]: name === 'endpoint' && value === '' ? null : value });
      }}
    />
  );
  return (
    <>
      {field('bucket', 'minato-evidence')}
      {field('region', 'ap-northeast-1')}
      {field('endpoint', t('proof.s3.amazon'))}
      {field('prefix', 'yagura')}
      {field('key_id', 'AKIA…')}
      <PasswordInput
        label={t('proof.s3.secret')}
        description={t('proof.s3.secret_hint')}
        autoComplete="new-password"
        value={place.secret ?? ''}
        error={bad('secret') && t('proof.bad_s3.secret')}
        onChange={(event) => {
          onChange({ ...place, secret: event.currentTarget.value });
        }}
      />
    </>
  );
}

function PlaceFields({ place, bad, onChange }: PlaceProps): ReactNode {
  const t = useWords('events');
  if (place.kind === 'mail') {
    return (
      <TextInput
        label={t('proof.to')}
        value={place.to}
        error={bad('to') && t('proof.bad_to')}
        onChange={(event) => {
          onChange({ ...place, to: event.currentTarget.value });
        }}
      />
    );
  }
  if (place.kind === 's3') return <BucketFields place={place} bad={bad} onChange={onChange} />;
  if (place.kind === 'folder') {
    return (
      <TextInput
        label={t('proof.path')}
        value={place.path}
        placeholder="/mnt/worm/yagura"
        error={bad('path') && t('proof.bad_path')}
        onChange={(event) => {
          onChange({ ...place, path: event.currentTarget.value });
        }}
      />
    );
  }
  return (
    <>
      <TextInput
        label={t('proof.host')}
        value={place.host}
        error={bad('host') && t('proof.bad_host')}
        onChange={(event) => {
          onChange({ ...place, host: event.currentTarget.value });
        }}
      />
      <Select
        label={t('proof.transport')}
        allowDeselect={false}
        data={(['tls', 'tcp', 'udp'] as const).map((value) => ({ value, label: t(`proof.by.${value}`) }))}
        value={place.transport}
        onChange={(transport) => {
          const next = transport ?? 'tls';
          onChange({ ...place, transport: next, port: ports[next] });
        }}
      />
      <NumberInput
        label={t('proof.port')}
        min={1}
        max={65_535}
        thousandSeparator=""
        value={place.port}
        error={bad('port') && t('proof.bad_port')}
        onChange={(port) => {
          onChange({ ...place, port: Number(port) });
        }}
      />
    </>
  );
}

/** Where the head goes, and at which hour. */
export function PlacesForm({ evidence, onDone }: { evidence: Evidence; onDone: () => void }): ReactNode {
  const t = useWords('events');
  const s = useWords('shell');
  const client = useQueryClient();
  const words = usePlaceWords();
  const [etag] = useState(evidence.etag);
  const [hour, setHour] = useState(evidence.settings.hour);
  const [places, setPlaces] = useState(() => evidence.settings.destinations.map((place, id) => ({ id, place })));
  const save = useMutation({
    mutationFn: () =>
      answered(api.PUT('/api/v1/events/evidence', { ...ifMatch(etag), body: { hour, destinations: places.map(({ place }) => place) } })),
    onSuccess: (after) => {
      client.setQueryData(evidenceKey, after);
      onDone();
    },
  });
  const refused = (pointer: string): boolean => save.error instanceof ApiError && save.error.codesAt(pointer).length > 0;
  const named = places.some((_, at) => fields.some((field) => refused(`/destinations/${at}/${field}`)));
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Select
        className={css['hour']}
        label={t('proof.hour')}
        description={t('proof.hour_hint')}
        allowDeselect={false}
        data={Array.from({ length: 24 }, (_, at) => ({ value: String(at), label: t('proof.at_hour', { hour: at }) }))}
        value={String(hour)}
        onChange={(value) => {
          setHour(Number(value ?? hour));
        }}
      />
      <ul className={css['edit']} aria-label={t('proof.places')}>
        {places.map(({ id, place }, at) => (
          <li key={id}>
            <Select
              label={t('proof.kind')}
              allowDeselect={false}
              data={kinds.map((value) => ({ value, label: t(`proof.kinds.${value}`) }))}
              value={place.kind}
              error={refused(`/destinations/${at}/kind`) && t('proof.twice')}
              onChange={(kind) => {
                setPlaces(places.map((one) => (one.id === id ? { id, place: fresh(kind ?? 'mail') } : one)));
              }}
            />
            <div className={css['fields']}>
              <PlaceFields
                place={place}
                bad={(field) => refused(`/destinations/${at}/${field}`)}
                onChange={(after) => {
                  setPlaces(places.map((one) => (one.id === id ? { id, place: after } : one)));
                }}
              />
            </div>
            <IconButton
              name="close"
              label={t('proof.remove', { place: words(place) })}
              onClick={() => {
                setPlaces(places.filter((one) => one.id !== id));
              }}
            />
          </li>
        ))}
      </ul>
      {places.length === 0 && <p className="sub">{t('proof.nowhere_form')}</p>}
      <Acts>
        <Button
          small
          icon="plus"
          disabled={places.length >= 10}
          onClick={() => {
            setPlaces([...places, { id: Math.max(-1, ...places.map((one) => one.id)) + 1, place: fresh('mail') }]);
          }}
        >
          {t('proof.add')}
        </Button>
      </Acts>
      {save.error && !named && <Failed error={save.error} />}
      <Acts>
        <Button type="submit" main busy={save.isPending} disabled={!places.every(({ place }) => isFilled(place))}>
          {s('save')}
        </Button>
        <Button onClick={onDone}>{s('cancel')}</Button>
      </Acts>
    </form>
  );
}
