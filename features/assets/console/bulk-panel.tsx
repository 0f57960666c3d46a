import { Checkbox, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { BulkChange, BulkOutcome } from '@shell/api/schema';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords } from '@shell/pick/groups';
import { usePlace } from '@shell/session/session';
import { fromLocalInput } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import css from './acts.module.css';
import { useActWords } from './acts-words';
import { dayOf } from './ends';
import { About, type ActProps } from './ledger-acts';
import { standings, useLedgerWords, wordOf } from './ledger-words';

type Text = 'place' | 'person' | 'lease_until' | 'warranty_until';
const texts: readonly Text[] = ['place', 'person', 'lease_until', 'warranty_until'];

interface Draft {
  standing: string | null;
  group: string | null;
  values: Record<Text, string>;
  cleared: readonly Text[];
  custom: [string, string];
}

const untouched: Draft = { standing: null, group: null, values: { place: '', person: '', lease_until: '', warranty_until: '' }, cleared: [], custom: ['', ''] };

/** What the server is told: only what somebody filled in. */
export function setOf(draft: Draft, zone: string): BulkChange['set'] {
  const set: Record<string, unknown> = {};
  if (draft.standing) set['standing'] = draft.standing;
  if (draft.group) set['group'] = draft.group;
  for (const name of texts) {
    const isDay = name.endsWith('_until');
    const value = draft.values[name].trim();
    if (draft.cleared.includes(name)) set[name] = isDay ? null : '';
    else if (value !== '' && isDay) {
      const ms = fromLocalInput(`${value}T00:00`, zone);
      if (ms !== null) set[name] = new Date(ms).toISOString();
    } else if (value !== '') set[name] = value;
  }
  const [name, value] = draft.custom;
  if (name.trim() !== '') set['custom'] = { [name.trim()]: value.trim() === '' ? null : value.trim() };
  return set as BulkChange['set'];
}

function Examples({ outcome }: { outcome: BulkOutcome }): ReactNode {
  const t = useActWords();
  const ledger = useLedgerWords();
  const { zone } = usePlace();
  const label = (field: string): string => {
    const known = (['standing', 'group', ...texts] as const).find((one) => one === field);
    return known ? t(`change.field.${known}`) : field.replace(/^custom:/, '');
  };
  const value = (field: string, text: string): string => {
    if (text === '') return t('change.empty');
    if (field === 'standing') return wordOf(standings, text, (one) => ledger(`standings.${one}`));
    if (field === 'group') return pathWords({ path: text, name: text });
    return field.endsWith('_until') ? dayOf(text, zone) : text;
  };
  return (
    <ul className={css['examples']}>
      {outcome.examples.map((one) => (
        <li key={one.id}>
          <b>{one.name}</b>
          {one.fields.map(({ field, before, after }) => (
            <div key={field} className="sub">
              {label(field)} {value(field, before)} → {value(field, after)}
            </div>
          ))}
        </li>
      ))}
      {outcome.changing > outcome.examples.length && <li className="sub">{t('change.more', { count: outcome.changing - outcome.examples.length })}</li>}
    </ul>
  );
}

/** Many assets changed at once: fields, what would change, and the change. */
export default function Bulk({ filter, picked, all, onDone }: ActProps): ReactNode {
  const t = useActWords();
  const ledger = useLedgerWords();
  const { zone } = usePlace();
  const client = useQueryClient();
  const [draft, setDraft] = useState(untouched);
  const set = setOf(draft, zone);
  // Ids go in the body, so there may be as many as somebody ticked.
  const query = { ...filter, sort: undefined };
  const body = (expected?: number): BulkChange => ({ set, ...(picked.size > 0 ? { ids: [...picked] } : {}), ...(expected === undefined ? {} : { expected }) });
  const asked = { params: { query: picked.size > 0 ? {} : query } };
  const look = useMutation({ mutationFn: () => answered(api.POST('/api/v1/assets/bulk/preview', { ...asked, body: body() })) });
  const apply = useMutation({
    mutationFn: (expected: number) => answered(api.POST('/api/v1/assets/bulk', { ...asked, body: body(expected) })),
    onSuccess: async () => {
      look.reset();
      setDraft(untouched);
      await client.invalidateQueries({ queryKey: ['assets'] });
      onDone();
    },
  });
  const change = (next: Partial<Draft>): void => {
    setDraft((now) => ({ ...now, ...next }));
    look.reset();
    apply.reset();
  };
  const field = (name: Text): ReactNode => (
    <div key={name} className={css['clearable']}>
      <TextInput
        type={name.endsWith('_until') ? 'date' : 'text'}
        label={t(`change.field.${name}`)}
        placeholder={t('change.keep')}
        maxLength={200}
        disabled={draft.cleared.includes(name)}
        value={draft.values[name]}
        onChange={(event) => {
          change({ values: { ...draft.values, [name]: event.currentTarget.value } });
        }}
      />
      <Checkbox
        size="xs"
        label={t('change.clear')}
        aria-label={`${t(`change.field.${name}`)} ${t('change.clear')}`}
        checked={draft.cleared.includes(name)}
        onChange={(event) => {
          change({ cleared: event.currentTarget.checked ? [...draft.cleared, name] : draft.cleared.filter((one) => one !== name) });
        }}
      />
    </div>
  );
  const seen = look.data;
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        look.mutate();
      }}
    >
      <div>
        <About picked={picked} all={all} />
        <p className="sm sub">{t('change.lead')}</p>
      </div>
      {apply.data && <p role="status">{t('change.done', { count: apply.data.changing })}</p>}
      <div className={css['fields']}>
        <Select
          label={t('change.field.standing')}
          placeholder={t('change.keep')}
          clearable
          data={standings.map((standing) => ({ value: standing, label: ledger(`standings.${standing}`) }))}
          value={draft.standing}
          onChange={(standing) => {
            change({ standing });
          }}
        />
        {texts.map(field)}
        <GroupSelect
          label={t('change.field.group')}
          clearable
          fixedOnly
          value={draft.group}
          onChange={(group) => {
            change({ group });
          }}
        />
        {draft.group !== null && <p className="sm sub">{t('change.group_note')}</p>}
        <fieldset className={css['fields']}>
          <legend className="sm sub">{t('change.custom')}</legend>
          <TextInput
            label={ledger('one.custom_name')}
            maxLength={200}
            value={draft.custom[0]}
            onChange={(event) => {
              change({ custom: [event.currentTarget.value, draft.custom[1]] });
            }}
          />
          <TextInput
            label={ledger('one.custom_value')}
            value={draft.custom[1]}
            onChange={(event) => {
              change({ custom: [draft.custom[0], event.currentTarget.value] });
            }}
          />
        </fieldset>
      </div>
      <Acts>
        <Button type="submit" busy={look.isPending} disabled={Object.keys(set).length === 0}>
          {t('change.look')}
        </Button>
      </Acts>
      {look.error && <Failed error={look.error} />}
      {seen && (
        <div role="status">
          <p>{seen.changing === 0 ? t('change.nothing') : t('change.changing', { count: seen.changing })}</p>
          {seen.changing > 0 && seen.count > seen.changing && <p className="sm sub">{t('change.same', { count: seen.count - seen.changing })}</p>}
          {seen.kept_in_group > 0 && <p className="sm sub">{t('change.kept', { count: seen.kept_in_group })}</p>}
          <Examples outcome={seen} />
        </div>
      )}
      {apply.error && <Failed error={apply.error} />}
      {seen && seen.changing > 0 && (
        <Acts>
          <Button
            main
            busy={apply.isPending}
            onClick={() => {
              apply.mutate(seen.count);
            }}
          >
            {t('change.apply', { count: seen.changing })}
          </Button>
        </Acts>
      )}
    </form>
  );
}
