import { NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { LicenceBody, LicenceView } from '@shell/api/schema';
import { Fields } from '@shell/ui/filters';
import { useState, type ReactNode } from 'react';
import { dayOf, timeOf } from './days';
import { useLicenceWords, ways } from './own-words';

/** The fields as the form has them: days as `2026-12-31`. */
export interface Draft {
  product: string;
  edition: string;
  version_from: string;
  version_to: string;
  counted_by: string;
  amount: number;
  contract: string;
  seller: string;
  price: string;
  document: string;
  upgrade: string;
  note: string;
  from: string;
  until: string;
}

export const emptyDraft: Draft = { product: '', edition: '', version_from: '', version_to: '', counted_by: 'device', amount: 1, contract: '', seller: '', price: '', document: '', upgrade: '', note: '', from: '', until: '' };

export function draftOf(seen: LicenceView, zone: string): Draft {
  const { product, edition, version_from, version_to, counted_by, amount, contract, seller, price, document, upgrade, note } = seen;
  return { product, edition, version_from, version_to, counted_by, amount, contract, seller, price, document, upgrade, note, from: dayOf(seen.from_at, zone), until: dayOf(seen.until_at, zone, true) };
}

export function bodyOf({ from, until, ...rest }: Draft, zone: string): LicenceBody {
  return { ...rest, from_at: timeOf(from, zone), until_at: timeOf(until, zone, true) };
}

export const isGood = (draft: Draft): boolean => draft.product !== '' && !Number.isNaN(draft.amount);

/** One of the products, looked for by its name as one types: there may be tens of thousands. */
function ProductSelect({ value, onChange }: { value: { id: string; name: string } | null; onChange: (id: string) => void }): ReactNode {
  const t = useLicenceWords();
  const [text, setText] = useState('');
  // With the same words for as long as it is chosen: other words would be taken for a new choice, and end the search.
  const [chosen, setChosen] = useState(value && { value: value.id, label: value.name });
  const q = text === chosen?.label ? '' : text;
  const found = useQuery({
    queryKey: ['licences', 'few', q],
    queryFn: () => answered(api.GET('/api/v1/licences/products', { params: { query: { q, without_system: true, limit: 20 } } })),
    placeholderData: (before) => before,
  });
  const others = (found.data?.items ?? []).map((one) => ({ value: one.id, label: [one.vendor, one.name].filter(Boolean).join(' ') }));
  const options = chosen ? [chosen, ...others.filter((one) => one.value !== chosen.value)] : others;
  return (
    <Select
      label={t('form.product')}
      description={t('form.product_hint')}
      required
      searchable
      allowDeselect={false}
      data={options}
      filter={({ options: all }) => all}
      value={chosen?.value ?? null}
      onSearchChange={setText}
      onChange={(id) => {
        setChosen(options.find((one) => one.value === id) ?? null);
        if (id) onChange(id);
      }}
    />
  );
}

/** The fields of a purchase. */
export function LicenceFields({ draft, set, product, readOnly }: { draft: Draft; set: (changes: Partial<Draft>) => void; product: { id: string; name: string } | null; readOnly: boolean }): ReactNode {
  const t = useLicenceWords();
  const line = (name: 'edition' | 'version_from' | 'version_to' | 'contract' | 'seller' | 'price' | 'document', hint?: string): ReactNode => (
    <TextInput
      label={t(`form.${name}`)}
      description={hint}
      maxLength={200}
      disabled={readOnly}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  const day = (name: 'from' | 'until', hint?: string): ReactNode => (
    <TextInput
      type="date"
      label={t(`form.${name}`)}
      description={hint}
      disabled={readOnly}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  const area = (name: 'upgrade' | 'note'): ReactNode => (
    <Textarea
      label={t(`form.${name}`)}
      autosize
      minRows={2}
      maxLength={4000}
      disabled={readOnly}
      value={draft[name]}
      onChange={(event) => {
        set({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <Fields>
      {!readOnly && (
        <ProductSelect
          value={product}
          onChange={(id) => {
            set({ product: id });
          }}
        />
      )}
      {line('edition', t('form.edition_hint'))}
      {line('version_from')}
      {line('version_to', t('form.version_hint'))}
      <Select
        label={t('form.counted_by')}
        allowDeselect={false}
        disabled={readOnly}
        data={ways.map((way) => ({ value: way, label: t(`counted.${way}`) }))}
        value={draft.counted_by}
        onChange={(way) => {
          if (way) set({ counted_by: way });
        }}
      />
      {draft.counted_by !== 'site' && (
        <NumberInput
          label={t('form.amount')}
          min={0}
          max={10_000_000}
          allowDecimal={false}
          thousandSeparator=","
          disabled={readOnly}
          value={Number.isNaN(draft.amount) ? '' : draft.amount}
          onChange={(next) => {
            set({ amount: next === '' ? NaN : Number(next) });
          }}
        />
      )}
      {day('from')}
      {day('until', t('form.until_hint'))}
      {line('contract')}
      {line('document')}
      {line('seller')}
      {line('price')}
      {area('upgrade')}
      {area('note')}
    </Fields>
  );
}
