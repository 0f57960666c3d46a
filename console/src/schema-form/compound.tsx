import { Checkbox, Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button, IconButton } from '../ui/button';
import css from './form.module.css';
import { Place, type PlaceProps } from './place';
import { blank, type Schema } from './schema';

interface Named {
  label: string;
  hint: string;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Fields of a record under a heading; the outermost record needs none. */
export function RecordPlace({
  shared,
  pointer,
  value,
  onChange,
  fields,
  label,
  hint,
  unnamed,
}: PlaceProps & Named & { fields: { name: string; schema: Schema; required: boolean }[] }): ReactNode {
  const own = record(value);
  const order = shared.names.order(pointer);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const inner = [...fields].sort((a, b) => place(a.name) - place(b.name)).map((field) => (
    <Place
      key={field.name}
      shared={shared}
      schema={field.schema}
      pointer={`${pointer}/${field.name.replaceAll('~', '~0').replaceAll('/', '~1')}`}
      value={own[field.name]}
      onChange={(next) => {
        onChange({ ...own, [field.name]: next });
      }}
    />
  ));
  if (pointer === '') return <div className={css['fields']}>{inner}</div>;
  // A row of a list: short fields stand beside each other, so that many rows can be looked over.
  if (unnamed) return <div className={css['beside']}>{inner}</div>;
  return (
    <fieldset className={css['record']}>
      <legend>{label}</legend>
      {hint !== '' && <p className="xs dim">{hint}</p>}
      <div className={css['fields']}>{inner}</div>
    </fieldset>
  );
}

/** Rows that can be added and taken away. */
export function ListPlace({ shared, pointer, value, onChange, item, label, hint }: PlaceProps & Named & { item: Schema }): ReactNode {
  const t = useWords('shell');
  const rows = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <fieldset className={css['record']}>
      <legend>{label}</legend>
      {hint !== '' && <p className="xs dim">{hint}</p>}
      <ol className={css['rows']}>
        {rows.map((row, at) => (
          <li key={at}>
            <Place
              shared={shared}
              schema={item}
              pointer={`${pointer}/${String(at)}`}
              value={row}
              unnamed
              onChange={(next) => {
                onChange(rows.map((one, nth) => (nth === at ? next : one)));
              }}
            />
            {!shared.readOnly && (
              <IconButton
                name="close"
                label={t('schema.remove', { name: label, number: at + 1 })}
                onClick={() => {
                  onChange(rows.filter((_, nth) => nth !== at));
                }}
              />
            )}
          </li>
        ))}
      </ol>
      {rows.length === 0 && <p className="sm dim">{t('schema.empty_list')}</p>}
      {!shared.readOnly && (
        <Button
          small
          icon="plus"
          onClick={() => {
            onChange([...rows, blank(item, shared.root)]);
          }}
        >
          {t('schema.add')}
        </Button>
      )}
    </fieldset>
  );
}

/** A setting that may be left unsaid: a tick says it, and then its widget appears. */
export function OptionalPlace({ shared, pointer, value, onChange, inner, label, hint }: PlaceProps & Named & { inner: Schema }): ReactNode {
  const given = value !== null && value !== undefined;
  return (
    <div className={css['optional']}>
      <Checkbox
        label={label}
        description={hint}
        checked={given}
        disabled={shared.readOnly}
        onChange={(event) => {
          onChange(event.currentTarget.checked ? blank(inner, shared.root) : null);
        }}
      />
      {given && <Place shared={shared} schema={inner} pointer={pointer} value={value} onChange={onChange} unnamed />}
    </div>
  );
}

/** One of several shapes, told apart by a tag. Changing the shape begins it anew. */
export function VariantPlace({
  shared,
  pointer,
  value,
  onChange,
  tag,
  variants,
  label,
  hint,
}: PlaceProps & Named & { tag: string; variants: { value: string; schema: Schema }[] }): ReactNode {
  const own = record(value);
  const chosen = variants.find((variant) => variant.value === own[tag]);
  const rest = Object.entries(chosen?.schema.properties ?? {}).filter(([name]) => name !== tag);
  return (
    <fieldset className={css['record']}>
      <legend className="sr">{label}</legend>
      <Select
        label={label}
        description={hint}
        className={css['short'] ?? ''}
        disabled={shared.readOnly}
        data={variants.map((variant) => ({ value: variant.value, label: shared.names.value(variant.value) }))}
        value={chosen?.value ?? null}
        onChange={(next) => {
          const variant = variants.find((one) => one.value === next);
          if (variant) onChange({ ...record(blank(variant.schema, shared.root)), [tag]: variant.value });
        }}
      />
      <div className={css['fields']}>
        {rest.map(([name, schema]) => (
          <Place
            key={name}
            shared={shared}
            schema={schema}
            pointer={`${pointer}/${name}`}
            value={own[name]}
            onChange={(next) => {
              onChange({ ...own, [name]: next });
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}
