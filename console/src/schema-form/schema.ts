/**
 * Reads the part of JSON Schema (2020-12) that descriptions of policies use, and says which widget fits a place.
 * Whatever it does not know is edited as YAML, so that no setting is ever out of reach.
 */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  uniqueItems?: boolean;
}

export type Widget =
  | { kind: 'switch' }
  | { kind: 'choice'; values: { value: string; title: string | undefined; description: string | undefined }[] }
  | { kind: 'number'; whole: boolean; min: number | undefined; max: number | undefined }
  | { kind: 'text'; max: number | undefined }
  | { kind: 'choices'; values: string[] }
  | { kind: 'texts' }
  | { kind: 'list'; item: Schema }
  | { kind: 'record'; fields: { name: string; schema: Schema; required: boolean }[] }
  | { kind: 'variant'; tag: string; variants: { value: string; schema: Schema }[] }
  | { kind: 'optional'; inner: Schema }
  | { kind: 'yaml' };

/** Follows references and single-entry `allOf`, keeping the outer title and description. */
export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let depth = 0; depth < 16; depth += 1) {
    const only = found.allOf?.length === 1 ? found.allOf[0] : undefined;
    const name = found.$ref?.startsWith('#/$defs/') ? found.$ref.slice('#/$defs/'.length) : undefined;
    const next = name === undefined ? only : root.$defs?.[name];
    if (!next) return found;
    const { title, description } = found;
    found = { ...next, ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
  }
  return found;
}

const isNull = (schema: Schema): boolean => schema.type === 'null' || schema.const === null;

function constants(schemas: Schema[], root: Schema): { value: string; title: string | undefined; description: string | undefined }[] | null {
  const found = schemas.map((one) => resolved(one, root)).flatMap((one) => {
    if (typeof one.const === 'string') return [{ value: one.const, title: one.title, description: one.description }];
    if (one.enum?.length && one.enum.every((value) => typeof value === 'string')) {
      return one.enum.map((value) => ({ value: String(value), title: undefined, description: undefined }));
    }
    return [null];
  });
  return found.includes(null) ? null : (found as { value: string; title: string | undefined; description: string | undefined }[]);
}

/** Alternatives told apart by one property with a fixed text. */
function variantsOf(schemas: Schema[], root: Schema): { tag: string; variants: { value: string; schema: Schema }[] } | null {
  const whole = schemas.map((one) => resolved(one, root));
  const first = whole[0]?.properties ?? {};
  for (const tag of Object.keys(first)) {
    const values = whole.map((one) => one.properties?.[tag]?.const);
    if (values.every((value) => typeof value === 'string')) {
      return { tag, variants: whole.map((schema, at) => ({ value: String(values[at]), schema })) };
    }
  }
  return null;
}

/** The widget for a place of the value. */
export function widgetOf(given: Schema, root: Schema): Widget {
  const schema = resolved(given, root);
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type];
  if (types.length === 2 && types.includes('null')) {
    const other = types.find((type) => type !== 'null');
    return { kind: 'optional', inner: { ...schema, type: other ?? 'string' } };
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) {
    const real = alternatives.filter((one) => !isNull(resolved(one, root)));
    if (real.length < alternatives.length && real.length === 1 && real[0]) return { kind: 'optional', inner: real[0] };
    const values = constants(real, root);
    if (values) return { kind: 'choice', values };
    const variants = variantsOf(real, root);
    return variants ? { kind: 'variant', ...variants } : { kind: 'yaml' };
  }
  if (schema.enum?.every((value) => typeof value === 'string')) {
    return { kind: 'choice', values: schema.enum.map((value) => ({ value: String(value), title: undefined, description: undefined })) };
  }
  switch (types[0]) {
    case 'boolean':
      return { kind: 'switch' };
    case 'integer':
    case 'number':
      return { kind: 'number', whole: types[0] === 'integer', min: schema.minimum, max: schema.maximum };
    case 'string':
      return { kind: 'text', max: schema.maxLength };
    case 'array':
      return arrayWidget(schema, root);
    case 'object':
      return schema.properties
        ? {
            kind: 'record',
            fields: Object.entries(schema.properties).map(([name, field]) => ({
              name,
              schema: field,
              required: schema.required?.includes(name) ?? false,
            })),
          }
        : { kind: 'yaml' };
    default:
      return { kind: 'yaml' };
  }
}

function arrayWidget(schema: Schema, root: Schema): Widget {
  if (!schema.items) return { kind: 'yaml' };
  const item = widgetOf(schema.items, root);
  if (item.kind === 'choice') return { kind: 'choices', values: item.values.map((one) => one.value) };
  if (item.kind === 'text') return { kind: 'texts' };
  return item.kind === 'yaml' ? { kind: 'yaml' } : { kind: 'list', item: schema.items };
}

/** A value that fits the schema, for a new row of a list or a freshly chosen variant. */
export function blank(given: Schema, root: Schema): unknown {
  const schema = resolved(given, root);
  if (schema.default !== undefined) return structuredClone(schema.default);
  if (schema.const !== undefined) return schema.const;
  const widget = widgetOf(schema, root);
  switch (widget.kind) {
    case 'switch':
      return false;
    case 'choice':
      return widget.values[0]?.value ?? '';
    case 'number':
      return widget.min ?? 0;
    case 'text':
      return '';
    case 'choices':
    case 'texts':
    case 'list':
      return [];
    case 'record':
      return Object.fromEntries(widget.fields.filter((field) => field.required).map((field) => [field.name, blank(field.schema, root)]));
    case 'variant':
      return widget.variants[0] ? blank(widget.variants[0].schema, root) : {};
    case 'optional':
      return null;
    case 'yaml':
      return schema.type === 'array' ? [] : {};
  }
}

/** The first limit that a number or text breaks, before the server is asked. */
export function limitBroken(widget: Widget, value: unknown): 'too_small' | 'too_large' | 'too_long' | null {
  if (widget.kind === 'number' && typeof value === 'number') {
    if (widget.min !== undefined && value < widget.min) return 'too_small';
    if (widget.max !== undefined && value > widget.max) return 'too_large';
  }
  if (widget.kind === 'text' && typeof value === 'string' && widget.max !== undefined && value.length > widget.max) return 'too_long';
  return null;
}
