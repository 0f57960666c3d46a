import { HttpResponse, http } from 'msw';
import type { BadRow, DictionaryEntry, DictionaryPreview } from '@shell/api/schema';
import { pageOf, problem } from '@shell/mock/answers';

let entries: DictionaryEntry[] = [
  { product: '*翻訳*', vendor: '', class: 'not_permitted', note: '社外秘の文を入れないため', programs: '' },
  { product: '秀丸エディタ', vendor: '', class: 'paid', note: '20本パック', programs: '*/hidemaru.exe' },
  { product: '社内経費精算', vendor: '', class: 'free', note: '内製', programs: '*/keihi.exe' },
];

const words: Record<string, string> = { 有償: 'paid', 無償: 'free', 禁止: 'not_permitted', システム: 'system', 未分類: 'unclassified', paid: 'paid', free: 'free' };

function decoded(bytes: ArrayBuffer): { text: string; format: DictionaryPreview['format'] } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), format: 'csv_utf8' };
  } catch {
    return { text: new TextDecoder('shift_jis').decode(bytes), format: 'csv_cp932' };
  }
}

function read(bytes: ArrayBuffer): { format: DictionaryPreview['format']; good: DictionaryEntry[]; bad: BadRow[] } | null {
  const { text, format } = decoded(bytes);
  const [head = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const at = (title: string): number => head.indexOf(title);
  if (at('製品') < 0 || at('分類') < 0) return null;
  const good: DictionaryEntry[] = [];
  const bad: BadRow[] = [];
  rows.forEach((cells, nth) => {
    const cell = (title: string): string => cells[at(title)] ?? '';
    const known = words[cell('分類')];
    if (cell('製品') === '') bad.push({ line: nth + 2, column: '製品', code: 'required', value: null });
    else if (known === undefined) bad.push({ line: nth + 2, column: '分類', code: 'unknown_class', value: cell('分類') });
    else good.push({ product: cell('製品'), vendor: cell('メーカー'), class: known, note: cell('備考'), programs: cell('プログラム') });
  });
  return { format, good, bad };
}

const same = (a: DictionaryEntry, b: DictionaryEntry): boolean => a.product === b.product && a.vendor === b.vendor;
const unread = (): Response => problem(422, 'invalid', '「製品」と「分類」の見出しがありません。');

export const handlers = [
  http.get('/api/v1/licences/dictionary', ({ request }) => pageOf(entries, new URL(request.url))),
  http.post('/api/v1/licences/dictionary/preview', async ({ request }) => {
    const file = read(await request.arrayBuffer());
    if (!file) return unread();
    const updated = file.good.filter((one) => entries.some((known) => same(known, one))).length;
    return HttpResponse.json({ format: file.format, created: file.good.length - updated, updated, same: 0, faults: file.bad.length, bad: file.bad, first: file.good } as never);
  }),
  http.post('/api/v1/licences/dictionary', async ({ request }) => {
    const file = read(await request.arrayBuffer());
    if (!file) return unread();
    const updated = file.good.filter((one) => entries.some((known) => same(known, one))).length;
    const stay = entries.filter((known) => !file.good.some((one) => same(known, one)));
    const replace = new URL(request.url).searchParams.get('replace') === 'true';
    entries = [...(replace ? [] : stay), ...file.good];
    return HttpResponse.json({ created: file.good.length - updated, updated, same: 0, removed: replace ? stay.length : 0, bad: file.bad.length } as never);
  }),
];
