import { HttpResponse, http } from 'msw';
import type { BadRow, ImportJob, ImportPreview } from '@shell/api/schema';
import { notFound, problem } from '@shell/mock/answers';
import { before } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';

const titles: [string, string[]][] = [
  ['inventory_number', ['管理番号', '資産番号', 'asset tag']],
  ['name', ['機器名', '名称', 'name']],
  ['kind', ['種類', '種別', 'kind']],
  ['vendor', ['メーカー', 'maker']],
  ['model', ['型番', '機種', 'model']],
  ['serial', ['シリアル番号', '製造番号', 'serial']],
  ['mac', ['MACアドレス']],
  ['place', ['設置場所', '場所', 'location']],
  ['standing', ['状態', 'status']],
  ['lease_until', ['リース満了日', 'リース期限', 'lease end']],
  ['note', ['備考', 'note']],
];

const jobs = new Map<string, ImportJob>();

function decoded(bytes: ArrayBuffer): { text: string; format: ImportPreview['format'] } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), format: 'csv_utf8' };
  } catch {
    return { text: new TextDecoder('shift_jis').decode(bytes), format: 'csv_cp932' };
  }
}

function seen(bytes: ArrayBuffer, mapping: string | null): ImportPreview {
  const { text, format } = decoded(bytes);
  const [head = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const guessed = head.map((title) => titles.find(([, known]) => known.includes(title))?.[0] ?? 'custom');
  const targets = mapping?.split(',') ?? guessed;
  const bad: BadRow[] = [];
  const numbers = new Set<string>();
  rows.forEach((cells, at) => {
    const line = at + 2;
    const of = (target: string): string => cells[targets.indexOf(target)] ?? '';
    const number = of('inventory_number');
    const day = of('lease_until');
    if (cells.length !== head.length) bad.push({ line, column: null, code: 'wrong_field_count', value: cells.join(',') });
    else if (day !== '' && !/^(\d{4}|令和|R)/.test(day)) bad.push({ line, column: head[targets.indexOf('lease_until')] ?? null, code: 'bad_date', value: day });
    else if (number === '') bad.push({ line, column: null, code: 'required', value: null });
    else if (numbers.has(number)) bad.push({ line, column: null, code: 'duplicate', value: number });
    numbers.add(number);
  });
  return {
    format,
    title_line: 1,
    columns: head.map((title, at) => ({ title, target: targets[at] ?? 'ignore' })),
    first: rows.slice(0, 5),
    rows: rows.length,
    good: rows.length - bad.length,
    bad,
    faults: bad.length,
  };
}

export const handlers = [
  http.post('/api/v1/assets/imports/preview', async ({ request }) =>
    HttpResponse.json(seen(await request.arrayBuffer(), new URL(request.url).searchParams.get('mapping'))),
  ),
  http.post('/api/v1/assets/imports', async ({ request }) => {
    const query = new URL(request.url).searchParams;
    const { good, bad } = seen(await request.arrayBuffer(), query.get('mapping'));
    if (good === 0) return problem(422, 'invalid', 'no row of the file can be used; the preview says why');
    const job: ImportJob = {
      id: idOf(62, jobs.size + 1),
      name: query.get('name') ?? '',
      state: 'running',
      good,
      done: 0,
      created: 0,
      updated: 0,
      bad: bad.length,
      created_by: '情報 花子',
      started_at: before(0),
      touched_at: before(0),
    };
    jobs.set(job.id, job);
    return HttpResponse.json(job, { status: 202 });
  }),
  http.get('/api/v1/assets/imports/:id', ({ params }) => {
    const job = jobs.get(String(params['id']));
    if (!job) return notFound();
    const answer = { ...job };
    // Each look finds it further on.
    if (job.state === 'running') {
      job.done = Math.min(job.good, job.done + Math.ceil(job.good / 2));
      job.created = Math.ceil(job.done * 0.75);
      job.updated = job.done - job.created;
      if (job.done === job.good) job.state = 'done';
    }
    return HttpResponse.json(answer);
  }),
  http.post('/api/v1/assets/imports/:id/cancel', ({ params }) => {
    const job = jobs.get(String(params['id']));
    if (!job) return notFound();
    job.state = 'cancelled';
    return HttpResponse.json(job);
  }),
  http.get('/api/v1/assets/imports/:id/bad-rows', () =>
    HttpResponse.text('\ufeffline,column,reason,value\r\n4,リース満了日,bad_date,来年\r\n', { headers: { 'content-type': 'text/csv; charset=utf-8' } }),
  ),
];
