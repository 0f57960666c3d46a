import { Select, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AssetDetail, Written } from '@shell/api/schema';
import { usePlace } from '@shell/session/session';
import { fromLocalInput } from '@shell/time';
import { Button, IconButton } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import css from './assets.module.css';
import { dayOf } from './ends';
import { kinds, standings, useLedgerWords } from './ledger-words';

/** The fields as the form has them: days as `2026-12-31`. */
export interface Draft {
  kind: string;
  standing: string;
  inventory_number: string;
  person: string;
  place: string;
  bought_at: string;
  price: string;
  lease_until: string;
  warranty_until: string;
  note: string;
  custom: [string, string][];
}

export const emptyDraft: Draft = {
  kind: 'other',
  standing: 'in_use',
  inventory_number: '',
  person: '',
  place: '',
  bought_at: '',
  price: '',
  lease_until: '',
  warranty_until: '',
  note: '',
  custom: [],
};

function draftOf(asset: AssetDetail, zone: string): Draft {
  return {
    kind: asset.kind,
    standing: asset.standing,
    inventory_number: asset.inventory_number,
    person: asset.person,
    place: asset.place,
    bought_at: dayOf(asset.bought_at, zone),
    price: asset.price,
    lease_until: dayOf(asset.lease_until, zone),
    warranty_until: dayOf(asset.warranty_until, zone),
    note: asset.note,
    custom: Object.entries(asset.custom),
  };
}

/** What of a draft the server is told: only what somebody changed, so that two people may write into different fields. */
export function changeOf(before: Draft, after: Draft, zone: string): Written {
  const time = (day: string): string | null => {
    const ms = fromLocalInput(`${day}T00:00`, zone);
    return ms === null ? null : new Date(ms).toISOString();
  };
  const change: Record<string, unknown> = {};
  for (const name of ['kind', 'standing', 'inventory_number', 'person', 'place', 'price', 'note'] as const) {
    if (after[name] !== before[name]) change[name] = after[name];
  }
  for (const name of ['bought_at', 'lease_until', 'warranty_until'] as const) {
    if (after[name] !== before[name]) change[name] = time(after[name]);
  }
  if (JSON.stringify(after.custom) !== JSON.stringify(before.custom)) {
    change['custom'] = Object.fromEntries(after.custom.filter(([name]) => name.trim() !== '').map(([name, value]) => [name.trim(), value]));
  }
  return change as Written;
}

/** The fields of what people write down. */
export function WrittenFields({ draft, set, readOnly }: { draft: Draft; set: (changes: Partial<Draft>) => void; readOnly: boolean }): ReactNode {
  const t = useLedgerWords();
  const text = (name: 'inventory_number' | 'person' | 'place' | 'price', label: string, hint?: string): ReactNode => (
    <TextInput
      label={label}
      description={hint}
      maxLength={200}
      disabled={readOnly}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  const day = (name: 'bought_at' | 'lease_until' | 'warranty_until', label: string): ReactNode => (
    <TextInput
      type="date"
      label={label}
      disabled={readOnly}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  const putCustom = (at: number, pair: [string, string] | null): void => {
    set({ custom: draft.custom.flatMap((one, nth) => (nth !== at ? [one] : pair ? [pair] : [])) });
  };
  return (
    <Fields>
      <Select
        label={t('kind')}
        disabled={readOnly}
        allowDeselect={false}
        data={kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))}
        value={draft.kind}
        onChange={(kind) => {
          if (kind) set({ kind });
        }}
      />
      <Select
        label={t('standing')}
        disabled={readOnly}
        allowDeselect={false}
        data={standings.map((standing) => ({ value: standing, label: t(`standings.${standing}`) }))}
        value={draft.standing}
        onChange={(standing) => {
          if (standing) set({ standing });
        }}
      />
      {text('inventory_number', t('one.inventory_number'))}
      {text('person', t('one.person'), t('one.person_hint'))}
      {text('place', t('one.place'))}
      {day('bought_at', t('one.bought'))}
      {text('price', t('one.price'))}
      {day('lease_until', t('one.lease'))}
      {day('warranty_until', t('one.warranty'))}
      <Textarea
        label={t('one.note')}
        autosize
        minRows={2}
        maxLength={4000}
        disabled={readOnly}
        value={draft.note}
        onChange={(event) => {
          set({ note: event.currentTarget.value });
        }}
      />
      <fieldset>
        <legend>{t('one.custom')}</legend>
        {draft.custom.map(([name, value], at) => (
          <div key={at} className={css['custom']}>
            <TextInput
              label={t('one.custom_name')}
              disabled={readOnly}
              value={name}
              onChange={(event) => {
                putCustom(at, [event.currentTarget.value, value]);
              }}
            />
            <TextInput
              label={t('one.custom_value')}
              disabled={readOnly}
              value={value}
              onChange={(event) => {
                putCustom(at, [name, event.currentTarget.value]);
              }}
            />
            {!readOnly && (
              <IconButton
                name="close"
                label={t('one.custom_remove', { name })}
                onClick={() => {
                  putCustom(at, null);
                }}
              />
            )}
          </div>
        ))}
        {!readOnly && (
          <button
            type="button"
            className="t"
            onClick={() => {
              set({ custom: [...draft.custom, ['', '']] });
            }}
          >
            {t('one.custom_add')}
          </button>
        )}
      </fieldset>
    </Fields>
  );
}

/** What people write down about an asset, to be changed. */
export function WrittenForm({ asset, readOnly, onSaved }: { asset: AssetDetail; readOnly: boolean; onSaved: (saved: AssetDetail) => void }): ReactNode {
  const t = useLedgerWords();
  const { zone } = usePlace();
  const [before] = useState(() => draftOf(asset, zone));
  const [draft, setDraft] = useState(before);
  const change = changeOf(before, draft, zone);
  const changed = Object.keys(change).length > 0;
  const { question } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () => answered(api.PATCH('/api/v1/assets/ledger/{id}', { params: { path: { id: asset.id } }, ...ifMatch(asset.etag), body: change })),
    onSuccess: onSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <WrittenFields
        draft={draft}
        readOnly={readOnly}
        set={(changes) => {
          setDraft((now) => ({ ...now, ...changes }));
          if (!save.isPending) save.reset();
        }}
      />
      {save.error && <Failed error={save.error} />}
      {!readOnly && (
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={!changed}>
            {t('one.save')}
          </Button>
          {changed && (
            <Button
              onClick={() => {
                setDraft(before);
              }}
            >
              {t('one.back')}
            </Button>
          )}
        </Acts>
      )}
    </form>
  );
}
