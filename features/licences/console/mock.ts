import { HttpResponse, http } from 'msw';
import type { LicenceBody, LicenceView, LicenceWatch, ProductMachine, ProductView } from '@shell/api/schema';
import { notFound, pageOf, problem, settingsAt } from '@shell/mock/answers';
import { before, day, hour } from '@shell/mock/day';
import { chance, idOf } from '@shell/mock/random';
import { fleet } from '../../../core/endpoints/console/mock-fleet';
import { handlers as dictionary } from './mock-dictionary';

const seen: [string, string, string, string, number, number][] = [
  ['Microsoft', 'Microsoft 365 Apps', 'paid', 'rules', 41, 400],
  ['Microsoft', 'Office', 'paid', 'rules', 9, 800],
  ['Microsoft', 'Edge', 'free', 'rules', 44, 400],
  ['Microsoft', 'Visual C++ Redistributable', 'system', 'rules', 44, 400],
  ['Google', 'Chrome', 'free', 'rules', 43, 400],
  ['Adobe', 'Acrobat', 'paid', 'rules', 18, 390],
  ['Igor Pavlov', '7-Zip', 'free', 'rules', 38, 400],
  ['弥生', '弥生会計', 'paid', 'rules', 6, 320],
  ['サイトー企画', '秀丸エディタ', 'paid', 'dictionary', 12, 320],
  ['Autodesk', 'AutoCAD LT', 'paid', 'rules', 5, 210],
  ['Zoom', 'Zoom Workplace', 'free', 'rules', 40, 400],
  ['The Document Foundation', 'LibreOffice', 'free', 'rules', 7, 400],
  ['', 'libssl3', 'system', 'rules', 7, 400],
  ['BitTorrent', 'BitTorrent clients', 'not_permitted', 'person', 1, 9],
  ['寺尾進', 'TeraPad', 'free', 'rules', 4, 20],
  ['サンプル', '社内見積システム', 'unclassified', '', 22, 300],
  ['Dropbox', 'Dropbox', 'unclassified', '', 6, 40],
  ['TeamViewer', 'TeamViewer', 'unclassified', '', 3, 12],
  ['', 'cscope', 'unclassified', '', 2, 60],
  ['Contoso', 'Contoso Reader', 'unclassified', '', 1, 2],
];

const products: ProductView[] = seen.map(([vendor, name, word, by, machines, days], at) => ({
  id: String(7_000_001 + at),
  vendor,
  name,
  class: word,
  class_by: by,
  machines,
  packages: 1 + (at % 4),
  visible_only: false,
  counting: false,
  licences: 'none',
  first_at: before(days * day),
  note: word === 'not_permitted' ? '情報漏えいのおそれがあるため、2025年度から使用禁止' : '',
  decided_by: by === 'person' ? '情報 花子' : '',
  decided_at: by === 'person' ? before(8 * day) : null,
}));
const aside = new Set<string>();

function licence(number: number, at: number, more: Partial<LicenceView>): LicenceView {
  const product = products[at];
  return {
    id: idOf(70, number),
    product: product?.id ?? '',
    product_name: product?.name ?? '',
    vendor: product?.vendor ?? '',
    edition: '',
    version_from: '',
    version_to: '',
    counted_by: 'device',
    amount: 0,
    bought: 0,
    used: 0,
    unused: 0,
    unknown: 0,
    state: 'enough',
    visible_only: false,
    counting: false,
    contract: '',
    seller: '',
    price: '',
    document: '',
    upgrade: '',
    note: '',
    from_at: before(500 * day),
    until_at: null,
    etag: '"1"',
    ...more,
  };
}

const licences: LicenceView[] = [
  licence(1, 0, { edition: 'business', counted_by: 'user', amount: 50, bought: 50, used: 41, unused: 4, unknown: 3, contract: 'CSP-2024-0311', seller: '大塚商会', price: '￥618,000／年', document: 'PO-24-0087', until_at: before(-140 * day) }),
  licence(2, 5, { edition: '', amount: 15, bought: 15, used: 18, unused: 2, unknown: 1, state: 'over', contract: 'VIP-88120-31', seller: 'ソフトバンク C&S', document: 'PO-23-0140', until_at: before(-220 * day) }),
  licence(3, 7, { edition: '', version_from: '25', version_to: '26', amount: 6, bought: 6, used: 6, state: 'ending', contract: '弥生あんしん保守 4471', seller: '弥生', document: 'PO-25-0012', until_at: before(-31 * day) }),
  licence(4, 8, { amount: 20, bought: 20, used: 12, unused: 1, unknown: 1, contract: '20本パック', seller: 'サイトー企画' }),
  licence(5, 9, { amount: 3, bought: 5, used: 5, contract: '571-B1', seller: 'CTC', document: 'PO-24-0031', until_at: before(-400 * day) }),
  licence(6, 9, { amount: 2, bought: 5, used: 5, contract: '571-B2', seller: 'CTC', document: 'PO-25-0044', until_at: before(-400 * day), upgrade: 'AutoCAD LT 2022からのアップグレード。2024まで戻せる' }),
  licence(7, 1, { edition: 'Standard', version_from: '2019', version_to: '2019', amount: 9, bought: 9, used: 9, unused: 1, unknown: 1, contract: 'OLP-66201' }),
];
for (const one of licences) {
  const product = products.find((each) => each.id === one.product);
  if (product && product.licences !== 'over') product.licences = one.state === 'over' ? 'over' : 'enough';
}

function machinesOf(product: ProductView): ProductMachine[] {
  const dice = chance(Number(product.id));
  return fleet
    .filter((one) => one.state !== 'pending')
    .slice(0, product.machines)
    .map((one, at): ProductMachine => {
      const used = at % 9 === 5 ? 'not' : at % 13 === 7 ? 'unknown' : 'lately';
      return {
        id: one.id,
        name: one.hostname,
        group: one.group.path,
        person: one.primary_user?.name ?? '',
        edition: product.name === 'Office' ? 'Standard' : product.name === 'Microsoft 365 Apps' ? 'business' : '',
        version: product.name === '弥生会計' ? '26' : `${String(dice.whole(9, 25))}.${String(dice.whole(0, 9))}`,
        used,
        last_used_at: used === 'unknown' ? null : before(used === 'not' ? dice.whole(95, 300) * day : dice.whole(1, 60) * hour),
        days: used === 'unknown' ? 0 : dice.whole(1, 200),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

function ordered(rows: ProductView[], sort: string): ProductView[] {
  const way = sort.startsWith('-') ? -1 : 1;
  const name = sort.replace(/^-/, '') as 'name' | 'machines' | 'first_at';
  return rows.toSorted((a, b) => (a[name] < b[name] ? -way : a[name] > b[name] ? way : 0));
}

let watch: LicenceWatch = { not_permitted: true, over_used: true, ending: true, ending_days: 60 };

/** What somebody wrote down, as it is shown before anything is counted. */
function written(body: LicenceBody, over: LicenceView): LicenceView {
  const product = products.find((one) => one.id === body.product);
  const amount = body.amount ?? 0;
  const used = over.used || (product?.machines ?? 0);
  const state = body.counted_by !== 'site' && used > amount ? 'over' : 'enough';
  return { ...over, ...body, product_name: product?.name ?? '', vendor: product?.vendor ?? '', amount, bought: amount, used, state, from_at: body.from_at ?? null, until_at: body.until_at ?? null };
}

export const handlers = [
  ...dictionary,
  http.get('/api/v1/licences/products', ({ request }) => {
    const url = new URL(request.url);
    const asked = (name: string): string => url.searchParams.get(name) ?? '';
    const q = asked('q').toLowerCase();
    const fits = (row: ProductView): boolean =>
      (q === '' || `${row.name} ${row.vendor}`.toLowerCase().includes(q)) &&
      (asked('class') === '' || row.class === asked('class')) &&
      (asked('without_system') !== 'true' || row.class !== 'system') &&
      (asked('inbox') !== 'true' || (row.class === 'unclassified' && !aside.has(row.id))) &&
      (asked('licences') === '' || row.licences === asked('licences'));
    return pageOf(ordered(products.filter(fits), asked('sort') || '-machines'), url);
  }),
  http.post('/api/v1/licences/products/classify', async ({ request }) => {
    const body = (await request.json()) as { products: string[]; class?: string | null; note?: string };
    for (const product of products.filter((one) => body.products.includes(one.id))) {
      Object.assign(product, { class: body.class ?? 'unclassified', class_by: body.class ? 'person' : '', note: body.note ?? product.note, decided_by: '情報 花子', decided_at: before(0) });
    }
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/licences/products/set-aside', async ({ request }) => {
    for (const id of ((await request.json()) as { products: string[] }).products) aside.add(id);
    return new HttpResponse(null, { status: 204 });
  }),
  http.get('/api/v1/licences/products/:id', ({ params }) => {
    const product = products.find((one) => one.id === params['id']);
    if (!product) return notFound();
    const packages = [{ name: product.name, package_version: '25.1', publisher: product.vendor, source: product.name.startsWith('lib') ? 'dpkg' : 'registry', edition: '', version: '25.1' }];
    return HttpResponse.json({ product, followed: product.class !== 'unclassified', packages } as never);
  }),
  http.get('/api/v1/licences/products/:id/machines', ({ params, request }) => {
    const product = products.find((one) => one.id === params['id']);
    if (!product) return notFound();
    const url = new URL(request.url);
    const used = url.searchParams.get('used');
    return pageOf(
      machinesOf(product).filter((one) => used === null || one.used === used),
      url,
    );
  }),
  ...settingsAt('/api/v1/licences/watch', () => watch, (next) => {
    watch = next;
  }),
  http.get('/api/v1/licences', ({ request }) => {
    const url = new URL(request.url);
    const asked = (name: string): string => url.searchParams.get(name) ?? '';
    const q = asked('q').toLowerCase();
    const fits = (row: LicenceView): boolean =>
      (q === '' || [row.product_name, row.vendor, row.contract, row.document, row.seller].some((text) => text.toLowerCase().includes(q))) &&
      (asked('state') === '' || row.state === asked('state')) &&
      (asked('product') === '' || row.product === asked('product'));
    return pageOf(
      licences.filter(fits).toSorted((a, b) => a.product_name.localeCompare(b.product_name, 'ja')),
      url,
    );
  }),
  http.post('/api/v1/licences', async ({ request }) => {
    const made = written((await request.json()) as LicenceBody, licence(100 + licences.length, 0, {}));
    licences.push(made);
    return HttpResponse.json(made as never, { status: 201 });
  }),
  http.get('/api/v1/licences/:id', ({ params }) => {
    const found = licences.find((one) => one.id === params['id']);
    return found ? HttpResponse.json(found as never) : notFound();
  }),
  http.put('/api/v1/licences/:id', async ({ params, request }) => {
    const at = licences.findIndex((one) => one.id === params['id']);
    const now = licences[at];
    if (!now) return notFound();
    if (request.headers.get('if-match') !== now.etag) return problem(409, 'conflict', 'ほかの人が先に変えました。');
    const next = { ...written((await request.json()) as LicenceBody, now), etag: `"${String(Number(now.etag.slice(1, -1)) + 1)}"` };
    licences[at] = next;
    return HttpResponse.json(next as never);
  }),
  http.delete('/api/v1/licences/:id', ({ params }) => {
    const at = licences.findIndex((one) => one.id === params['id']);
    if (at >= 0) licences.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
];

