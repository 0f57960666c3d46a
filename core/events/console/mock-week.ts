import type { EventView } from '@shell/api/schema';
import { day, hour, minute, mockNow, timeOf } from '@shell/mock/day';
import { chance, idOf, type Chance } from '@shell/mock/random';
import { staff } from '@shell/mock/office';
import { fleet } from '../../endpoints/console/mock-fleet';

const customers = ['東和電装', '三栄工業', '大日精機', '北都物流', '関東搬送機', '西部鉄工'];
const papers = ['見積書', '請求書', '注文書', '図面', '議事録', '価格表', '検査成績書', '工程表', '顧客一覧', '提案書'];
const windows: [string, string, string][] = [
  ['Outlook', 'OUTLOOK.EXE', '受信トレイ - Outlook'],
  ['Excel', 'EXCEL.EXE', '工程表_11月.xlsx - Excel'],
  ['Word', 'WINWORD.EXE', '議事録_品質会議.docx - Word'],
  ['Edge', 'msedge.exe', '社内ポータル - Microsoft Edge'],
  ['経理システム', 'kaikei.exe', '仕訳入力 - 経理システム'],
  ['CAD', 'acad.exe', '減速機_HP090.dwg - CAD'],
];
const sites = ['https://www.jpo.go.jp/', 'https://www.meti.go.jp/', 'https://portal.minato.example/', 'https://www.nikkan.example/', 'https://drive.example/share/'];

interface Draft {
  kind: string;
  level?: EventView['level'];
  subject?: string;
  target?: string;
  rule?: string;
  class?: string;
  image?: string;
  command_line?: string;
  parent_image?: string;
  hash_sha256?: string;
  count?: number;
  lane?: EventView['lane'];
  feature?: string;
  body?: Record<string, unknown>;
}

const office = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\';

function paper(dice: Chance): string {
  return `${dice.one(papers)}_${dice.one(customers)}_${String(dice.whole(901, 1117)).padStart(4, '0')}.${dice.one(['xlsx', 'docx', 'pdf', 'pptx'])}`;
}

function hash(dice: Chance): string {
  return Array.from({ length: 8 }, () => dice.whole(0, 0xffffffff).toString(16).padStart(8, '0')).join('');
}

/** One ordinary thing that happens at a desk. */
function ordinary(dice: Chance): Draft {
  const roll = dice.next();
  const folder = `\\\\fs01\\${dice.one(['営業共有', '設計共有', '総務共有', '品質'])}\\${dice.one(customers)}`;
  if (roll < 0.3) {
    const [app, image, title] = dice.one(windows);
    return { kind: 'window.active', subject: title, class: app, image: `${office}${image}` };
  }
  if (roll < 0.42) return { kind: 'file.open', subject: `${folder}\\${paper(dice)}`, image: `${office}EXCEL.EXE` };
  if (roll < 0.54) return { kind: 'file.overwrite', subject: `${folder}\\${paper(dice)}`, image: `${office}EXCEL.EXE`, count: dice.whole(1, 4) };
  if (roll < 0.6) {
    const name = paper(dice);
    return { kind: 'file.copy', subject: `${folder}\\${name}`, target: `C:\\Users\\Documents\\${name}`, image: 'C:\\Windows\\explorer.exe' };
  }
  if (roll < 0.63) return { kind: 'file.rename', subject: `${folder}\\${paper(dice)}`, target: `${folder}\\${paper(dice)}` };
  if (roll < 0.65) return { kind: 'file.delete', subject: `C:\\Users\\Downloads\\${paper(dice)}` };
  if (roll < 0.78) {
    const [app, image] = dice.one(windows);
    return {
      kind: 'process.start',
      subject: `${office}${image}`,
      image: `${office}${image}`,
      command_line: `"${office}${image}" /n "${folder}\\${paper(dice)}"`,
      parent_image: 'C:\\Windows\\explorer.exe',
      hash_sha256: hash(dice),
      class: app,
    };
  }
  if (roll < 0.88) return { kind: 'net.connect', subject: `${dice.one(['fs01', 'mail', 'portal', 'erp'])}.minato.example:443`, image: `${office}OUTLOOK.EXE`, lane: 'bulk', count: dice.whole(1, 9) };
  if (roll < 0.94) return { kind: 'web.view', subject: dice.one(sites), image: 'C:\\Program Files\\Microsoft\\Edge\\msedge.exe' };
  if (roll < 0.97) return { kind: 'print.job', subject: paper(dice), target: '本社2階 複合機', body: { pages: dice.whole(1, 40), colour: dice.often(0.3) } };
  return { kind: 'mail.attach', subject: paper(dice), target: `${dice.one(['sales', 'info', 'order'])}@${dice.one(['towa', 'sanei', 'hokuto'])}.example` };
}

/** One thing that a rule raised. */
function raised(dice: Chance): Draft {
  const name = paper(dice);
  return dice.one<Draft>([
    { kind: 'file.copy', level: 'alarm', subject: `C:\\Users\\Documents\\社内限_${name}`, target: `E:\\提案\\${name}`, rule: 'internal-only', class: 'confidential', body: { rule_name: '社内限の持ち出しを知らせる', device: 'Kingston DT 32GB', keyword: '社内限' } },
    { kind: 'device.denied', level: 'prohibited', subject: 'SanDisk Ultra 64GB', target: 'F:\\', rule: 'unregistered-usb', class: 'removable_write', body: { rule_name: '登録外のUSBメモリー', serial: '4C530001230419', vid: '0781', pid: '5581' } },
    { kind: 'process.denied', level: 'prohibited', subject: 'C:\\Users\\Downloads\\setup_free_pdf.exe', image: 'C:\\Users\\Downloads\\setup_free_pdf.exe', command_line: '"C:\\Users\\Downloads\\setup_free_pdf.exe" /S', parent_image: 'C:\\Program Files\\Microsoft\\Edge\\msedge.exe', hash_sha256: hash(dice), rule: 'unapproved-program', class: 'program', body: { rule_name: '許可していないソフトウェア' } },
    { kind: 'print.job', level: 'alarm', subject: name, target: '本社2階 複合機', rule: 'many-pages', class: 'print', body: { rule_name: '一度に100枚を超える印刷', pages: dice.whole(120, 260) } },
    { kind: 'session.logon', level: 'alarm', subject: '業務時間外のログオン', rule: 'deep-night', class: 'out_of_hours', body: { rule_name: '22時から5時の操作' } },
  ]);
}

/** What one of the alarms is about: a copy to a USB drive this morning, to which a rule of the office answered. */
export const byRule = {
  event: idOf(8, 900_001),
  machine: 9,
  ago: 12 * minute,
  rule: 'removable-write',
  name: 'USBメモリなどへの書き出し',
  target: 'E:\\見積_顧客別単価_2026下期.xlsx',
  image: 'C:\\Windows\\explorer.exe',
};

let rows: EventView[] | null = null;
let serial = 0;
let until = mockNow;

function make(at: number, machine: number, draft: Draft, dice: Chance): EventView {
  serial += 1;
  const endpoint = fleet[machine];
  if (!endpoint) throw new Error(`no machine ${String(machine)}`);
  const process = draft.image === undefined ? {} : { process_guid: idOf(9, machine * 1000 + (serial % 50)), pid: dice.whole(900, 19_000) };
  const { lane, feature, level, rule, body, ...rest } = draft;
  return {
    id: idOf(8, serial),
    endpoint: endpoint.id,
    hostname: endpoint.hostname,
    occurred_at: timeOf(at),
    received_at: timeOf(at + dice.whole(800, 4200)),
    user: staff[machine]?.name ?? null,
    level: level ?? 'recorded',
    rule: rule ?? null,
    feature: feature ?? 'operation_log',
    lane: lane ?? (level && level !== 'recorded' ? 'critical' : 'operation'),
    epoch: idOf(10, machine),
    seq: serial,
    inferred: false,
    truncated: false,
    ...process,
    ...(draft.parent_image === undefined ? {} : { parent_guid: idOf(9, machine * 1000 + 777) }),
    ...rest,
    body: body ?? {},
  };
}

function workday(start: number, machine: number, dice: Chance, found: EventView[]): void {
  const arrive = start + 7 * hour + 40 * minute + dice.whole(0, 45) * minute;
  const leave = start + 17 * hour + 30 * minute + dice.whole(0, 150) * minute;
  const put = (at: number, draft: Draft): void => {
    if (at < mockNow) found.push(make(at, machine, draft, dice));
  };
  put(arrive - 90_000, { kind: 'power.boot', subject: '電源を入れた' });
  put(arrive, { kind: 'session.logon', subject: 'ログオン' });
  // This morning is what people look at first: it is told in more detail.
  const gap = (leave - arrive) / (mockNow - start < day ? 220 : 46);
  for (let at = arrive + 20_000; at < leave; at += dice.whole(9000, gap * 1.9)) put(at, ordinary(dice));
  if (dice.often(0.05)) put(arrive + dice.whole(1, 50) * minute, raised(dice));
  put(leave, { kind: 'session.logoff', subject: 'ログオフ' });
  put(leave + 40_000, { kind: 'power.shutdown', subject: '電源を切った' });
}

/** A week of the office: five working days, a few who came in at the weekend, and this morning. */
function build(): EventView[] {
  const dice = chance(20_261_117);
  const today = Date.parse('2026-11-17T00:00:00+09:00');
  const found: EventView[] = [];
  for (let back = 7; back >= 0; back -= 1) {
    const start = today - back * day;
    const weekday = (2 - back + 14) % 7;
    for (let machine = 0; machine < fleet.length; machine += 1) {
      const state = fleet[machine]?.state;
      if (state === 'pending' || state === 'retired' || (state === 'silent' && back < 5)) continue;
      const weekend = weekday === 0 || weekday === 6;
      if (weekend ? dice.often(0.02) : dice.often(0.94)) workday(start, machine, dice, found);
    }
  }
  const at = mockNow - 5 * hour;
  found.push(make(at, 17, { kind: 'agent.gap', feature: 'agent', subject: '記録の途切れ 318件', class: 'エージェント', body: { lost: 318, sensor: 'file', reason: 'kernel queue overflowed' } }, dice));
  // Somebody finishes a drawing late at night, four days ago.
  for (let nth = 0; nth < 3; nth += 1) {
    const drawing = `減速機_HP09${String(nth)}_改訂.dwg`;
    found.push(make(today - 4 * day + 23 * hour + nth * 7 * minute, 120, { kind: 'file.overwrite', subject: `\\\\fs01\\設計共有\\図面\\${drawing}`, image: 'C:\\Program Files\\CAD\\acad.exe' }, dice));
  }
  const { event, machine, ago, rule, name, target, image } = byRule;
  const copied: Draft = { kind: 'file.copy', level: 'alarm', subject: 'C:\\Users\\Documents\\見積_顧客別単価_2026下期.xlsx', target, image, rule, class: 'removable_write', body: { rule_name: name } };
  found.push({ ...make(mockNow - ago, machine, copied, dice), id: event });
  // Times of one length need no words' order, which takes half a second for a week.
  return found.sort((a, b) => Number(b.occurred_at > a.occurred_at) - Number(b.occurred_at < a.occurred_at));
}

/** Everything that has happened up to `ms`, newest first. Each call lets the office work on to that moment. */
export function eventsUntil(ms: number): EventView[] {
  rows ??= build();
  const dice = chance(Math.floor(until / 1000));
  while (until + 9000 < ms) {
    until += 9000;
    const machine = dice.whole(0, fleet.length - 4);
    rows.unshift(make(until - dice.whole(0, 2000), machine, dice.often(0.02) ? raised(dice) : ordinary(dice), dice));
  }
  return rows;
}
