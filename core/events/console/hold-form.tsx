import { MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import type { HoldScope } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { PersonSelect } from '@shell/pick/person-select';
import { usePlace } from '@shell/session/session';
import { fromLocalInput } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { KindsSelect } from './kind-words';

interface Option {
  value: string;
  label: string;
}

/** Endpoints, looked for by name as one types. Those that are chosen stay named whatever is looked for next. */
function EndpointsSelect({ label, value, onChange }: { label: string; value: string[]; onChange: (ids: string[]) => void }): ReactNode {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Option[]>([]);
  const found = useQuery({
    queryKey: ['endpoints-few', text],
    queryFn: () => answered(api.GET('/api/v1/endpoints', { params: { query: { q: text, limit: 20 } } })),
    placeholderData: (before) => before,
  });
  const others = (found.data?.items ?? []).map(({ id, hostname }) => ({ value: id, label: hostname }));
  const options = [...chosen, ...others.filter((one) => !chosen.some((own) => own.value === one.value))];
  return (
    <MultiSelect
      label={label}
      searchable
      data={options}
      value={value}
      onSearchChange={setText}
      onChange={(ids) => {
        setChosen(options.filter((one) => ids.includes(one.value)));
        onChange(ids);
      }}
    />
  );
}

/** A new hold: why, and of what. What is left empty does not narrow it; all empty is refused. */
export function NewHold({ onMade, onClose }: { onMade: (id: string) => Promise<void>; onClose: () => void }): ReactNode {
  const t = useWords('events');
  const { zone } = usePlace();
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const [person, setPerson] = useState<string | null>(null);
  const [group, setGroup] = useState<string | null>(null);
  const [endpoints, setEndpoints] = useState<string[]>([]);
  const [kinds, setKinds] = useState<string[]>([]);
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [q, setQ] = useState('');
  const at = (text: string): string | null => {
    const ms = fromLocalInput(text, zone);
    return ms === null ? null : new Date(ms).toISOString();
  };
  const scope: HoldScope = { person, group, endpoints, kinds, since: at(since), until: at(until), q: q.trim() === '' ? null : q.trim() };
  const says = Object.values(scope).some((value) => (Array.isArray(value) ? value.length > 0 : value !== null));
  const create = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/events/holds', { body: { name: name.trim(), reason: reason.trim(), scope } })),
    onSuccess: ({ hold }) => onMade(hold.id),
  });
  const bad = (pointer: string): boolean => create.error instanceof ApiError && create.error.codesAt(pointer).length > 0;
  const time = (label: string, value: string, set: (text: string) => void, error: string | undefined): ReactNode => (
    <TextInput
      type="datetime-local"
      label={label}
      value={value}
      error={error}
      onChange={(event) => {
        set(event.currentTarget.value);
      }}
    />
  );
  return (
    <SidePanel label={t('holds.panel')} title={t('holds.add')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Fields>
          <TextInput
            label={t('holds.name')}
            value={name}
            maxLength={200}
            onChange={(event) => {
              setName(event.currentTarget.value);
            }}
          />
          <Textarea
            label={t('holds.reason')}
            value={reason}
            maxLength={500}
            onChange={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
          <p className="sm sub">{t('holds.narrow')}</p>
          <PersonSelect label={t('holds.person')} value={null} clearable onChange={setPerson} />
          <GroupSelect label={t('holds.group')} value={group} clearable onChange={setGroup} />
          <EndpointsSelect label={t('holds.endpoints')} value={endpoints} onChange={setEndpoints} />
          <KindsSelect label={t('holds.kinds')} value={kinds} onChange={setKinds} />
          {time(t('holds.since'), since, setSince, undefined)}
          {time(t('holds.until'), until, setUntil, bad('/scope/until') ? t('holds.bad_until') : undefined)}
          <TextInput
            label={t('holds.question')}
            description={t('holds.question_hint')}
            value={q}
            onChange={(event) => {
              setQ(event.currentTarget.value);
            }}
          />
          {create.error && !bad('/scope/until') && <Failed error={create.error} />}
          <Acts>
            <Button type="submit" main busy={create.isPending} disabled={!says || name.trim() === '' || reason.trim() === ''}>
              {t('holds.hold')}
            </Button>
          </Acts>
        </Fields>
      </form>
    </SidePanel>
  );
}
