import { Checkbox, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLooseWords, useWords } from '../i18n';
import { pointerParts } from '../ui/diff';
import css from './form.module.css';
import { ListPlace, OptionalPlace, RecordPlace, VariantPlace } from './compound';
import type { FieldError } from './form';
import type { Names } from './names';
import { limitBroken, resolved, widgetOf, type Schema } from './schema';
import { YamlField } from './yaml-field';

export interface Shared {
  root: Schema;
  names: Names;
  errors: FieldError[];
  readOnly: boolean;
}

export interface PlaceProps {
  shared: Shared;
  schema: Schema;
  pointer: string;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Inside a wrapper that already bears the name. */
  unnamed?: boolean;
}

/** One place of the value with the widget that fits it. */
export function Place(props: PlaceProps): ReactNode {
  const { shared, schema: given, pointer, value, onChange, unnamed = false } = props;
  const t = useWords('shell');
  const loose = useLooseWords('shell');
  const { root, names, errors, readOnly } = shared;
  const schema = resolved(given, root);
  const widget = widgetOf(given, root);
  const raw = pointerParts(pointer).at(-1) ?? '';
  const label = names.label(pointer, schema.title ?? raw);
  const hint = names.hint(pointer, schema.description ?? '');
  const code = errors.find((error) => error.pointer === pointer)?.code ?? limitBroken(widget, value);
  const error = code === null ? null : loose(`schema.error.${code}`, code);
  const described = {
    ...(unnamed ? { 'aria-label': label } : { label }),
    ...(hint && !unnamed ? { description: hint } : {}),
    error,
    disabled: readOnly,
  };

  switch (widget.kind) {
    case 'record':
      return <RecordPlace {...props} fields={widget.fields} label={label} hint={hint} />;
    case 'list':
      return <ListPlace {...props} item={widget.item} label={label} hint={hint} />;
    case 'optional':
      return <OptionalPlace {...props} inner={widget.inner} label={label} hint={hint} />;
    case 'variant':
      return <VariantPlace {...props} tag={widget.tag} variants={widget.variants} label={label} hint={hint} />;
    case 'switch':
      return (
        <Switch
          {...described}
          checked={value === true}
          onChange={(event) => {
            onChange(event.currentTarget.checked);
          }}
        />
      );
    case 'choice':
      return (
        <Select
          {...described}
          className={css['short'] ?? ''}
          data={widget.values.map((one) => ({ value: one.value, label: names.value(one.value) }))}
          value={typeof value === 'string' ? value : null}
          onChange={(chosen) => {
            onChange(chosen);
          }}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...described}
          className={css['short'] ?? ''}
          allowDecimal={!widget.whole}
          {...(widget.min === undefined ? {} : { min: widget.min })}
          {...(widget.max === undefined ? {} : { max: widget.max })}
          clampBehavior="none"
          value={typeof value === 'number' ? value : ''}
          onChange={(number) => {
            onChange(number === '' ? null : Number(number));
          }}
        />
      );
    case 'text':
      return (
        <TextInput
          {...described}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        />
      );
    case 'texts':
      return (
        <TagsInput
          {...described}
          description={described.description ?? t('schema.enter')}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
          splitChars={['\n']}
        />
      );
    case 'choices':
      return (
        <Checkbox.Group {...described} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange}>
          <div className={css['choices']}>
            {widget.values.map((one) => (
              <Checkbox key={one} value={one} label={names.value(one)} disabled={readOnly} />
            ))}
          </div>
        </Checkbox.Group>
      );
    case 'yaml':
      return <YamlField label={label} hint={hint} value={value} onChange={onChange} readOnly={readOnly} rows={4} />;
  }
}
