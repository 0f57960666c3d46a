import type { ReactNode } from 'react';
import { Place, type Shared } from './place';
import css from './form.module.css';
import type { Names } from './names';
import type { Schema } from './schema';

export interface FieldError {
  pointer: string;
  code: string;
}

/** A form made from a JSON Schema: every place of the value gets the widget that fits it. */
export function SchemaForm({
  schema,
  value,
  onChange,
  names,
  errors = [],
  readOnly = false,
}: {
  schema: Schema;
  value: unknown;
  onChange: (value: unknown) => void;
  names: Names;
  errors?: FieldError[];
  readOnly?: boolean;
}): ReactNode {
  const shared: Shared = { root: schema, names, errors, readOnly };
  return (
    <div className={css['form']}>
      <Place shared={shared} schema={schema} pointer="" value={value} onChange={onChange} />
    </div>
  );
}
