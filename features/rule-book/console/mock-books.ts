import { before, day, timeOf, mockNow } from '@shell/mock/day';
import type { Rule } from './rule';

type File = { name: Record<'ja' | 'en', string>; about: Record<'ja' | 'en', string>; popup: Record<'ja' | 'en', string>; rule: Omit<Rule, 'name'> };

const found = import.meta.glob<File>('../../../engine/rules/ready/*.json', { eager: true, import: 'default' });

/** In the order of `engine/rules/src/ready.rs`. */
const order = [
  'removable-write', 'removable-bulk', 'network-share-bulk', 'confidential-name', 'night-work', 'mass-delete', 'large-print', 'file-transfer-program',
  'remote-control-program', 'archive-with-password', 'new-program', 'log-or-agent-tamper',
];

export const readyFiles: File[] = Object.values(found).sort((a, b) => order.indexOf(a.rule.id) - order.indexOf(b.rule.id));

export const ready = (id: string, language: 'ja' | 'en' = 'ja'): Rule => {
  const file = readyFiles.find((one) => one.rule.id === id);
  if (!file) throw new Error(`no ready rule ${id}`);
  return { ...file.rule, name: file.name[language], popup: { ...file.rule.popup, text: file.popup[language] } };
};

const calendar = {
  time_zone: 'Asia/Tokyo',
  shifts: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '19:00' }],
  japanese_holidays: true,
  closed: ['2026-12-29', '2026-12-30', '2026-12-31', '2027-01-04'],
};

/** What the office has decided: the rules that its records of the week speak of, a few more, and one that is off. */
const rules: Rule[] = [
  {
    id: 'internal-only',
    name: '社内限の持ち出しを知らせる',
    class: 'confidential',
    level: 'alarm',
    when: { kinds: ['file.copy', 'file.move', 'mail.attach', 'web.upload'], texts: [{ in: 'name', any_of: ['社内限', '社外秘'], none_of: ['公開済'] }], to: ['removable', 'network', 'optical'] },
    except: [
      { when: { accounts: ['takahashi.m'], texts: [{ in: 'path', any_of: ['E:\\展示会'] }] }, reason: '展示会「関東ものづくり展」の資料（申請 R-0412）', until: timeOf(mockNow + 5 * day) },
      { when: { program: { names: ['robocopy.exe'] }, hours: { within: [{ from: '22:00', to: '05:00' }] } }, reason: '夜の控え' },
    ],
    popup: { text: '社内限の %FILE% をコピーしました（%TIME%）。コピーはできています。社外に渡すものでないか、もう一度お確かめください。' },
  },
  { id: 'unregistered-usb', name: '登録外のUSBメモリー', class: 'removable_write', level: 'alarm', when: { kinds: ['device.arrive'] }, popup: { text: '会社に登録していない機器です。仕事で必要なときは申請してください。', quiet_s: 600 } },
  { id: 'unapproved-program', name: '許可していないソフトウェア', class: 'program', level: 'alarm', when: { kinds: ['process.start'], program: { paths: ['C:\\Users\\**\\Downloads\\**'] } }, except: [{ when: { accounts: ['saeki.n'] }, reason: '導入の試し', until: before(3 * day) }] },
  { id: 'many-pages', name: '一度に100枚を超える印刷', class: 'print', level: 'alarm', when: { kinds: ['print.job'] }, at_least: { count: 3, within_s: 900 } },
  { id: 'deep-night', name: '22時から5時の操作', class: 'out_of_hours', level: 'log', when: { kinds: ['session.logon', 'file'], hours: { within: [{ from: '22:00', to: '05:00' }] } } },
  { ...ready('removable-write') },
  { ...ready('mass-delete') },
  { ...ready('new-program'), on: false },
];

export const rootBook = { calendar, rules };

/** Added to the above for those who design. */
export const designBook = {
  rules: [
    { id: 'cad-abroad', name: '図面の書き出し', class: 'drawings', level: 'alarm', when: { kinds: ['file.copy', 'file.move'], texts: [{ in: 'name', any_of: ['*.dwg', '*.step'] }], to: ['removable', 'optical'] }, at_least: { count: 20, bytes: 500_000_000, within_s: 600 } },
  ] satisfies Rule[],
};

/** A group with more rules than anybody wants to read. */
export const manyBook = {
  rules: Array.from({ length: 240 }, (_, at): Rule => ({
    id: `customer-${String(at + 1)}`,
    name: `取引先 ${String(at + 1).padStart(3, '0')} の資料`,
    class: 'confidential',
    level: at % 3 === 0 ? 'alarm' : 'log',
    ...(at % 11 === 0 ? { on: false } : {}),
    when: { kinds: ['file'], texts: [{ in: 'path', any_of: [`\\\\fs01\\営業共有\\取引先${String(at + 1).padStart(3, '0')}`] }] },
  })),
};
