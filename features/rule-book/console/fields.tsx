import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { fromLocalInput, toLocalInput } from '@shell/time';
import { useState, type ReactNode } from 'react';
import { unitOf, type Unit, type Units } from './amounts';
import css from './rules.module.css';

/** Texts, one by one; pasted lines become one each. */
export function Words({ label, hint, value, error, readOnly, onChange }: {
  label: string;
  hint?: string;
  value: readonly string[] | undefined;
  error?: string | null;
  readOnly: boolean;
  onChange: (value: string[] | undefined) => void;
}): ReactNode {
  return (
    <TagsInput
      label={label}
      description={hint}
      error={error}
      disabled={readOnly}
      value={[...(value ?? [])]}
      splitChars={['\n']}
      onChange={(next) => {
        onChange(next.length > 0 ? next : undefined);
      }}
    />
  );
}

/** A whole number in the unit that people think of it in. */
export function Quantity({ label, hint, value, units, error, readOnly, onChange }: {
  label: string;
  hint?: string;
  /** In the smallest unit. */
  value: number | undefined;
  units: Units;
  error?: string | null;
  readOnly: boolean;
  onChange: (value: number | undefined) => void;
}): ReactNode {
  const t = useWords('rule-book');
  const [chosen, setChosen] = useState<Unit>(() => (value === undefined ? (units.at(-2) ?? units[0]) : unitOf(value, units)));
  const fits = value === undefined || value % chosen.by === 0;
  const unit = fits ? chosen : unitOf(value, units);
  return (
    <div className={css['quantity']}>
      <NumberInput
        label={label}
        description={hint}
        error={error}
        disabled={readOnly}
        min={0}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="none"
        value={value === undefined ? '' : value / unit.by}
        onChange={(next) => {
          onChange(next === '' ? undefined : Math.round(Number(next) * unit.by));
        }}
      />
      <Select
        aria-label={`${label} ${t('edit.unit')}`}
        disabled={readOnly}
        allowDeselect={false}
        data={units.map((one) => ({ value: one.unit, label: t(`edit.units.${one.unit}` as 'edit.units.s') }))}
        value={unit.unit}
        onChange={(name) => {
          const next = units.find((one) => one.unit === name);
          if (!next) return;
          setChosen(next);
          if (value !== undefined) onChange((value / unit.by) * next.by);
        }}
      />
    </div>
  );
}

/** A moment in the organisation's zone, or none. */
export function Moment({ label, hint, value, readOnly, onChange }: {
  label: string;
  hint: string;
  value: string | undefined;
  readOnly: boolean;
  onChange: (value: string | undefined) => void;
}): ReactNode {
  const { zone } = usePlace();
  return (
    <TextInput
      type="datetime-local"
      label={label}
      description={hint}
      disabled={readOnly}
      value={value === undefined ? '' : toLocalInput(Date.parse(value), zone)}
      onChange={(event) => {
        const ms = fromLocalInput(event.currentTarget.value, zone);
        onChange(ms === null ? undefined : new Date(ms).toISOString());
      }}
    />
  );
}
