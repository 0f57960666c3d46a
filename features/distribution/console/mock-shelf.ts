import { HttpResponse, http } from 'msw';
import type { DistributionSettings, NewScript, ShelfWhole } from '@shell/api/schema';
import { notFound, pageOf, problem, settingsAt } from '@shell/mock/answers';
import { before, day, hour, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';

const hashOf = (seed: number): string => Array.from({ length: 64 }, (_, at) => ((seed * 7 + at * 13 + ((seed * at) % 11)) % 16).toString(16)).join('');

function item(number: number, more: Partial<ShelfWhole>): ShelfWhole {
  return {
    id: idOf(80, number),
    kind: 'deb',
    name: '',
    version: '',
    file_name: '',
    architecture: 'amd64',
    summary: '',
    vendor: '',
    depends: [],
    sha256: hashOf(number),
    size: 0,
    interpreter: '',
    note: '',
    created_at: before(number * day),
    created_by: '佐伯 直樹',
    rollouts: 0,
    under_way: 0,
    text: null,
    ...more,
  };
}

const cleaning = '#!/bin/sh\n# 30日より古い一時ファイルを片付ける\nset -eu\nfind /var/tmp -xdev -type f -mtime +30 -delete\ndf -h /var\n';

export const shelf: ShelfWhole[] = [
  item(1, { name: 'minato-cad-viewer', version: '4.2.1-1', file_name: 'minato-cad-viewer_4.2.1-1_amd64.deb', summary: '図面を見る', vendor: 'みなと精機 情報システム課', depends: ['libc6 (>= 2.34)', 'libqt6core6'], size: 48_211_020, note: '11月から使う版', rollouts: 1, under_way: 1 }),
  item(2, { name: 'printer-driver-kiban', version: '2.0-3', file_name: 'printer-driver-kiban_2.0-3_all.deb', architecture: 'all', summary: '複合機のドライバ', vendor: '基板事務機', depends: ['cups'], size: 6_402_118, rollouts: 1 }),
  item(3, { kind: 'rpm', name: 'edr-connector', version: '1:7.11-2.el9', file_name: 'edr-connector_1%3a7.11-2.el9_x86_64.rpm', architecture: 'x86_64', summary: 'Connector', vendor: 'Contoso', depends: ['glibc', 'systemd'], size: 21_790_441 }),
  item(5, { kind: 'script', name: '一時ファイルの片付け', version: '2', file_name: '一時ファイルの片付け', architecture: '', interpreter: '/bin/sh', size: 148, text: cleaning, rollouts: 1, note: '/varを先に見る' }),
  item(9, { kind: 'script', name: '一時ファイルの片付け', version: '1', file_name: '一時ファイルの片付け', architecture: '', interpreter: '/bin/sh', size: 92, text: '#!/bin/sh\nfind /tmp -type f -mtime +30 -delete\n' }),
];

const newest = (one: ShelfWhole): boolean => one.kind !== 'script' || !shelf.some((other) => other.name === one.name && Number(other.version) > Number(one.version));

let settings: DistributionSettings = { most_bytes: 2 * 1024 ** 3 };

export const handlers = [
  ...settingsAt(
    '/api/v1/distribution/settings',
    () => settings,
    (next: DistributionSettings) => {
      settings = next;
    },
  ),
  http.get('/api/v1/distribution/items', ({ request }) => {
    const url = new URL(request.url);
    const asked = (name: string): string => url.searchParams.get(name) ?? '';
    const fits = (one: ShelfWhole): boolean =>
      (asked('kind') === '' || one.kind === asked('kind')) &&
      (asked('name') === '' ? newest(one) : one.kind === 'script' && one.name === asked('name')) &&
      `${one.name} ${one.file_name}`.toLowerCase().includes(asked('q').toLowerCase());
    return pageOf(shelf.filter(fits).toSorted((a, b) => b.created_at.localeCompare(a.created_at)), url);
  }),
  http.get('/api/v1/distribution/items/:id', ({ params }) => {
    const found = shelf.find((one) => one.id === params['id']);
    return found ? HttpResponse.json(found as never) : notFound();
  }),
  http.delete('/api/v1/distribution/items/:id', ({ params }) => {
    const at = shelf.findIndex((one) => one.id === params['id']);
    if (at < 0) return notFound();
    shelf.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/distribution/packages', async ({ request }) => {
    const url = new URL(request.url);
    const body = await request.arrayBuffer();
    const text = new TextDecoder().decode(body.slice(0, 200));
    if (!text.startsWith('!<arch>')) return problem(422, 'invalid', 'the file cannot be used: it is neither a .deb nor an .rpm file', [{ pointer: '', code: 'no_package' }]);
    const number = 100 + shelf.length;
    const made = item(number, { name: 'kigyo-fonts', version: '1.4', file_name: 'kigyo-fonts_1.4_all.deb', architecture: 'all', summary: '社内の書体', size: body.byteLength, note: url.searchParams.get('note') ?? '', created_at: timeOf(now()) });
    shelf.unshift(made);
    return HttpResponse.json(made as never, { status: 201 });
  }),
  http.post('/api/v1/distribution/scripts', async ({ request }) => {
    const body = (await request.json()) as NewScript;
    const versions = shelf.filter((one) => one.kind === 'script' && one.name === body.name);
    if (versions.some((one) => one.text === body.text)) return problem(409, 'conflict', 'the newest version of this script is the same');
    const made = item(200 + shelf.length, { ...body, kind: 'script', version: String(versions.length + 1), file_name: body.name, architecture: '', size: body.text.length, created_at: timeOf(now() + hour / 60) });
    shelf.unshift(made);
    return HttpResponse.json(made as never, { status: 201 });
  }),
];
