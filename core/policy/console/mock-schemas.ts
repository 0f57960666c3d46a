import type { PolicyFeature } from '@shell/api/schema';
import assets from '../../../features/assets/policy.schema.json';
import operationLog from '../../../features/operation-log/policy.schema.json';

/** The policies of the product, by the very schemas that the server describes them with. */
export const features: PolicyFeature[] = [
  {
    feature: 'operation_log',
    title: { ja: '操作ログ', en: 'Operation log' },
    schema: operationLog,
    default_value: { processes: { record: true, record_exit: true, hash: true, exclude: [] } },
  },
  { feature: 'assets', title: { ja: '資産', en: 'Assets' }, schema: assets, default_value: { interval_s: 3600 } },
];
