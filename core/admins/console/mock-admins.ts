import { HttpResponse, http } from 'msw';
import type { Admin, AdminChange, GroupRef, Token, Permission, Role } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { groups, refOf } from '../../endpoints/console/mock-fleet';

const wrongPassword = (): Response =>
  problem(422, 'invalid', 'パスワードが違います。', [{ pointer: '/your_password', code: 'wrong' }]);

function inGroups(ids: string[] | null | undefined): GroupRef[] | null {
  return ids?.length ? groups.filter((group) => ids.includes(group.id)).map(refOf) : null;
}

const admins: Admin[] = (
  [
    ['saeki', '佐伯 直樹', 'administrator', null, 10_000],
    ['okada', '岡田 真理', 'auditor', null, 16 * hour],
    ['ueda', '上田 浩', 'operator', '/川崎工場', 2 * hour],
    ['ishikawa', '石川 恵', 'approver', '/本社', 3 * day],
    ['takeuchi', '竹内 隆', 'operator', '/大阪営業所', 9 * day],
  ] as const
).map(([name, display_name, role, path, ago], at) => ({
  id: idOf(4, at + 1),
  name,
  display_name,
  email: `${name}@minato.example`,
  role,
  groups: path === null ? null : groups.filter((group) => group.path === path).map(refOf),
  disabled: false,
  locked_until: name === 'takeuchi' ? before(-12 * minute) : null,
  must_change_password: name === 'ishikawa',
  totp_enabled: at < 3,
  last_sign_in: name === 'ishikawa' ? null : before(ago),
  oidc_subject: null,
  etag: '1',
}));

const link = 'https://yagura.minato.example/sign-in#pV3n8YwKq2LrT7cXbZs5';

const tokens: Token[] = (
  [
    ['資産台帳への転記', ['endpoints.read', 'assets.read'], 40, 2 * hour, null],
    ['月次の監査報告', ['audit.read'], 120, 17 * day, '月次の内部監査'],
    ['試験用', ['endpoints.read', 'events.read'], 200, 190 * day, '接続の確認'],
  ] as const
).map(([label, scopes, age, used, purpose], at) => ({
  id: idOf(12, at + 1),
  label,
  scopes: [...scopes] as Permission[],
  created_by: '佐伯 直樹',
  created_at: before(age * day),
  expires_at: before((at === 2 ? 110 : -120) * day),
  last_used_at: before(used),
  revoked_at: null,
  purpose,
}));

export const handlers = [
  http.get('/api/v1/admins', ({ request }) => pageOf(admins, new URL(request.url))),
  http.post('/api/v1/admins', async ({ request }) => {
    const body = (await request.json()) as { name: string; display_name: string; email?: string; role: Role; groups?: string[]; your_password: string };
    if (body.your_password !== 'yagura') return wrongPassword();
    if (admins.some((admin) => admin.name === body.name)) {
      return problem(409, 'conflict', 'この名前はもう使われています。', [{ pointer: '/name', code: 'taken' }]);
    }
    const admin: Admin = {
      id: idOf(4, 100 + admins.length),
      name: body.name,
      display_name: body.display_name,
      email: body.email ?? null,
      role: body.role,
      groups: inGroups(body.groups),
      disabled: false,
      locked_until: null,
      must_change_password: true,
      totp_enabled: false,
      last_sign_in: null,
      oidc_subject: null,
      etag: '1',
    };
    admins.push(admin);
    return HttpResponse.json({ admin, link }, { status: 201 });
  }),
  http.patch('/api/v1/admins/:id', async ({ params, request }) => {
    const admin = admins.find((one) => one.id === params['id']);
    if (!admin) return notFound();
    const body = (await request.json()) as AdminChange;
    if (body.your_password !== 'yagura') return wrongPassword();
    if (body.display_name) admin.display_name = body.display_name;
    if (body.role) admin.role = body.role;
    admin.disabled = body.disabled ?? admin.disabled;
    admin.must_change_password = admin.must_change_password || body.must_change_password === true;
    if (body.groups) admin.groups = inGroups(body.groups);
    admin.etag = String(Number(admin.etag) + 1);
    return HttpResponse.json(admin);
  }),
  http.post('/api/v1/admins/:id/unlock', async ({ params, request }) => {
    const admin = admins.find((one) => one.id === params['id']);
    if (!admin) return notFound();
    if (((await request.json()) as { your_password: string }).your_password !== 'yagura') return wrongPassword();
    admin.locked_until = null;
    admin.etag = String(Number(admin.etag) + 1);
    return HttpResponse.json(admin);
  }),
  http.post('/api/v1/admins/:id/reset', async ({ request }) => {
    if (((await request.json()) as { your_password: string }).your_password !== 'yagura') return wrongPassword();
    return HttpResponse.json({ link });
  }),
  http.get('/api/v1/tokens', ({ request }) => pageOf(tokens, new URL(request.url))),
  http.post('/api/v1/tokens', async ({ request }) => {
    const body = (await request.json()) as { label: string; scopes: Permission[]; expires_in_s: number; purpose?: string };
    const token: Token = {
      id: idOf(12, 100 + tokens.length),
      label: body.label,
      scopes: body.scopes,
      created_by: '佐伯 直樹',
      created_at: timeOf(now()),
      expires_at: timeOf(now() + body.expires_in_s * 1000),
      last_used_at: null,
      revoked_at: null,
      purpose: body.purpose ?? null,
    };
    tokens.unshift(token);
    return HttpResponse.json({ token, secret: 'ygt_7Tn4bVYpLr8sDfGhJkZxCvBnMq2k3Xw9' }, { status: 201 });
  }),
  http.post('/api/v1/tokens/:id/revoke', ({ params }) => {
    const token = tokens.find((one) => one.id === params['id']);
    if (!token) return notFound();
    token.revoked_at = timeOf(now());
    return HttpResponse.json(token);
  }),
];
