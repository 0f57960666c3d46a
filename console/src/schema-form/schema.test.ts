import { describe, expect, it } from 'vitest';
import { blank, limitBroken, resolved, widgetOf, type Schema } from './schema';

const root: Schema = {
  type: 'object',
  $defs: {
    Level: { oneOf: [{ const: 'log', type: 'string' }, { const: 'alarm', type: 'string', description: 'tells' }] },
    Rule: {
      type: 'object',
      properties: { path: { type: 'string', maxLength: 4 }, level: { $ref: '#/$defs/Level' } },
      required: ['path', 'level'],
    },
    When: {
      oneOf: [
        { type: 'object', properties: { kind: { const: 'always' } }, required: ['kind'] },
        { type: 'object', properties: { kind: { const: 'hours' }, from: { type: 'integer', minimum: 0 } }, required: ['kind', 'from'] },
      ],
    },
  },
};
const kind = (schema: Schema): string => widgetOf(schema, root).kind;

describe('the widget of a place', () => {
  it('follows from its type', () => {
    expect(kind({ type: 'boolean' })).toBe('switch');
    expect(kind({ type: 'integer' })).toBe('number');
    expect(kind({ type: 'string' })).toBe('text');
    expect(kind({ type: 'string', enum: ['a', 'b'] })).toBe('choice');
    expect(kind({ type: 'array', items: { type: 'string' } })).toBe('texts');
    expect(kind({ type: 'array', items: { $ref: '#/$defs/Level' } })).toBe('choices');
    expect(kind({ type: 'array', items: { $ref: '#/$defs/Rule' } })).toBe('list');
  });

  it('treats "or null" as a setting that may be left unsaid', () => {
    expect(kind({ type: ['integer', 'null'] })).toBe('optional');
    expect(kind({ anyOf: [{ $ref: '#/$defs/Rule' }, { type: 'null' }] })).toBe('optional');
  });

  it('tells shapes apart by their fixed text', () => {
    const widget = widgetOf({ $ref: '#/$defs/When' }, root);
    expect(widget).toMatchObject({ kind: 'variant', tag: 'kind', variants: [{ value: 'always' }, { value: 'hours' }] });
  });

  it('falls back to YAML for what it does not know', () => {
    expect(kind({})).toBe('yaml');
    expect(kind({ type: 'object' })).toBe('yaml');
    expect(kind({ anyOf: [{ type: 'string' }, { type: 'integer' }] })).toBe('yaml');
  });
});

describe('a reference', () => {
  it('keeps the title given where it is used', () => {
    expect(resolved({ $ref: '#/$defs/Level', title: 'Here' }, root)).toMatchObject({ title: 'Here', oneOf: [{}, {}] });
  });
});

describe('a blank value', () => {
  it('holds what the schema requires', () => {
    expect(blank({ $ref: '#/$defs/Rule' }, root)).toEqual({ path: '', level: 'log' });
    expect(blank({ type: 'integer', minimum: 7 }, root)).toBe(7);
    expect(blank({ type: 'integer', default: 30 }, root)).toBe(30);
    expect(blank({ $ref: '#/$defs/When' }, root)).toEqual({ kind: 'always' });
  });
});

describe('limits', () => {
  it('are said before the server is asked', () => {
    expect(limitBroken(widgetOf({ type: 'integer', minimum: 1, maximum: 9 }, root), 0)).toBe('too_small');
    expect(limitBroken(widgetOf({ type: 'integer', minimum: 1, maximum: 9 }, root), 10)).toBe('too_large');
    expect(limitBroken(widgetOf({ type: 'string', maxLength: 2 }, root), 'abc')).toBe('too_long');
    expect(limitBroken(widgetOf({ type: 'string', maxLength: 3 }, root), 'abc')).toBe(null);
  });
});
