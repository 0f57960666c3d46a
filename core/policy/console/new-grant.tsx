import { Select, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { GrantView, Scope } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { GroupSelect } from '@shell/pick/group-select';
import { YamlField } from '@shell/schema-form/yaml-field';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, now, toLocalInput } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts } from '@shell/ui/section';
import { isRecord } from '@shell/ui/diff';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { useFeatureTitle, usePolicyFeatures } from './queries';

const kinds = ['person', 'endpoint', 'group', 'account'] as const;
type Kind = (typeof kinds)[number];

/** Somebody or something looked for by name on the server as one types. */
function Subject({ kind, value, onChange }: { kind: Kind; value: string; onChange: (value: string) => void }): ReactNode {
  const t = useWords('policy');
  const marks = useMarks();
  const [text, setText] = useState('');
  const found = useQuery({
    queryKey: ['grant-subject', kind, text],
    enabled: kind === 'person' || kind === 'endpoint',
    queryFn: async () => {
      const query = { q: text, limit: 20 };
      if (kind === 'person') {
        const page = await answered(api.GET('/api/v1/people', { params: { query } }));
        return page.items.map((one) => ({ value: one.id, label: marks.noted(one.name, one.department ?? one.employee_number) }));
      }
      const page = await answered(api.GET('/api/v1/endpoints', { params: { query } }));
      return page.items.map((one) => ({ value: one.id, label: one.hostname }));
    },
  });
  if (kind === 'group') {
    return (
      <GroupSelect
        label={t('grants.kind.group')}
        value={value || null}
        onChange={(id) => {
          onChange(id ?? '');
        }}
      />
    );
  }
  if (kind === 'account') {
    return (
      <TextInput
        label={t('grants.kind.account')}
        description={t('grants.account_hint')}
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      />
    );
  }
  return (
    <Select
      label={t(`grants.kind.${kind}`)}
      searchable
      data={found.data ?? []}
      filter={({ options }) => options}
      onSearchChange={setText}
      value={value || null}
      onChange={(id) => {
        onChange(id ?? '');
      }}
    />
  );
}

function scopeOf(kind: Kind, subject: string): Scope {
  switch (kind) {
    case 'person':
      return { person_id: subject };
    case 'endpoint':
      return { endpoint_id: subject };
    case 'group':
      return { group_id: subject };
    case 'account':
      return { account: subject };
  }
}

/** Whom, what, why and until when: a permission has all four. */
export function NewGrant({ onMade }: { onMade: (grant: GrantView) => Promise<void> }): ReactNode {
  const t = useWords('policy');
  const place = usePlace();
  const title = useFeatureTitle();
  const { data: features = [] } = usePolicyFeatures();
  const [chosen, setChosen] = useState<string | null>(null);
  const [kind, setKind] = useState<Kind>('person');
  const [subject, setSubject] = useState('');
  const [value, setValue] = useState<Record<string, unknown>>({});
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => toLocalInput(now() + 7 * 86_400_000, place.zone));
  const feature = chosen ?? features[0]?.feature ?? '';
  const expires = fromLocalInput(until, place.zone);
  const create = useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/grants', {
          body: {
            feature,
            scope: scopeOf(kind, subject.trim()),
            value,
            reason: reason.trim(),
            expires_at: new Date(expires ?? now()).toISOString(),
          },
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
        <Select
          label={t('grants.feature')}
          data={features.map((one) => ({ value: one.feature, label: title(one.feature) }))}
          value={feature}
          onChange={setChosen}
        />
        <Select
          label={t('grants.kind_word')}
          data={kinds.map((one) => ({ value: one, label: t(`grants.kind.${one}`) }))}
          value={kind}
          onChange={(next) => {
            setKind((next ?? 'person') as Kind);
            setSubject('');
          }}
        />
        <Subject key={kind} kind={kind} value={subject} onChange={setSubject} />
        <YamlField label={t('grants.value')} hint={t('grants.value_hint')} value={value} onChange={(next) => {
            if (isRecord(next)) setValue(next);
          }}
          readOnly={false} rows={4} />
        <TextInput
          label={t('grants.reason')}
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <TextInput
          type="datetime-local"
          label={t('grants.expires')}
          value={until}
          onChange={(event) => {
            setUntil(event.currentTarget.value);
          }}
        />
        {create.error && <Failed error={create.error} />}
        <Acts>
          <Button
            main
            type="submit"
            busy={create.isPending}
            disabled={!subject.trim() || !reason.trim() || expires === null || expires <= now()}
          >
            {t('grants.create')}
          </Button>
        </Acts>
      </Fields>
    </form>
  );
}
