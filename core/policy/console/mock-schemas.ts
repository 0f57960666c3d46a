import type { PolicyFeature } from '@shell/api/schema';

/** Two policies as the server describes them. */
export const features: PolicyFeature[] = [
  {
    feature: 'operation_log',
    title: { ja: '操作ログ', en: 'Operation log' },
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        sensors: {
          type: 'object',
          title: 'What is recorded',
          properties: {
            process: { type: 'boolean' },
            file: { type: 'boolean' },
            window: { type: 'boolean' },
            network: { type: 'boolean' },
            session: { type: 'boolean' },
          },
        },
        retention_days: { type: 'integer', minimum: 30, maximum: 3650 },
        fold_seconds: { type: ['integer', 'null'], minimum: 1, maximum: 3600 },
        hours: { $ref: '#/$defs/Hours' },
        ignore_folders: { type: 'array', items: { type: 'string' } },
        rules: { type: 'array', items: { $ref: '#/$defs/Rule' } },
      },
      required: ['sensors', 'retention_days', 'hours', 'ignore_folders', 'rules'],
      $defs: {
        Level: { type: 'string', enum: ['log', 'alarm', 'prohibit'] },
        Rule: {
          type: 'object',
          properties: { name: { type: 'string', maxLength: 80 }, keyword: { type: 'string' }, level: { $ref: '#/$defs/Level' } },
          required: ['name', 'keyword', 'level'],
        },
        Hours: {
          oneOf: [
            { type: 'object', properties: { kind: { const: 'always', type: 'string' } }, required: ['kind'] },
            {
              type: 'object',
              properties: {
                kind: { const: 'between', type: 'string' },
                from_hour: { type: 'integer', minimum: 0, maximum: 23 },
                to_hour: { type: 'integer', minimum: 1, maximum: 24 },
              },
              required: ['kind', 'from_hour', 'to_hour'],
            },
          ],
        },
      },
    },
    default_value: {
      sensors: { process: true, file: true, window: false, network: false, session: true },
      retention_days: 180,
      fold_seconds: 60,
      hours: { kind: 'always' },
      ignore_folders: [],
      rules: [],
    },
  },
  {
    feature: 'assets',
    title: { ja: '資産', en: 'Assets' },
    schema: {
      type: 'object',
      properties: {
        collect_every_s: { type: 'integer', minimum: 600, maximum: 604_800 },
        collect: { type: 'array', items: { type: 'string', enum: ['hardware', 'software', 'network', 'users'] } },
        low_disk_percent: { type: ['integer', 'null'], minimum: 1, maximum: 50 },
      },
      required: ['collect_every_s', 'collect'],
    },
    default_value: { collect_every_s: 14_400, collect: ['hardware', 'software', 'network', 'users'], low_disk_percent: 10 },
  },
];
