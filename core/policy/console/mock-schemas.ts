import type { PolicyFeature } from '@shell/api/schema';
import assets from '../../../features/assets/policy.schema.json';
import operationLog from '../../../features/operation-log/policy.schema.json';
import power from '../../../features/power/policy.schema.json';
import ruleBook from '../../../features/rule-book/policy.schema.json';

/** The policies of the product, by the very schemas that the server describes them with. */
export const features: PolicyFeature[] = [
  {
    feature: 'operation_log',
    title: { ja: '操作ログ', en: 'Operation log' },
    schema: operationLog,
    default_value: { processes: { record: true, record_exit: true, hash: true, exclude: [] } },
  },
  { feature: 'assets', title: { ja: '資産', en: 'Assets' }, schema: assets, default_value: { interval_s: 3600 } },
  {
    feature: 'rule_book',
    title: { ja: '規則', en: 'Rules' },
    schema: ruleBook,
    default_value: {
      calendar: { time_zone: 'Asia/Tokyo', shifts: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '19:00' }], japanese_holidays: true },
      rules: [],
    },
  },
  {
    feature: 'power',
    title: { ja: '電源', en: 'Power' },
    schema: power,
    default_value: { allowed: [], servers: 'never', notice_s: 300, postpone_times: 2, postpone_s: 1800 },
  },
];
