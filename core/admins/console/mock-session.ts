import { HttpResponse, http } from 'msw';
import type { Permission, SessionItem, SessionView } from '@shell/api/schema';
import { pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute } from '@shell/mock/day';
import { organisation, staff } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';

const every: Permission[] = [
  'endpoints.read', 'endpoints.write', 'enrolment.write', 'groups.write', 'people.read', 'people.write',
  'policies.read', 'policies.write', 'commands.read', 'commands.run', 'power.run', 'notices.write', 'surveys.read', 'surveys.write', 'events.read', 'alarms.read', 'alarms.write', 'assets.read', 'assets.write', 'vulnerabilities.read', 'vulnerabilities.write', 'distribution.read', 'distribution.write',
  'audit.read', 'admins.write', 'tokens.write', 'settings.read', 'settings.write', 'own.read',
];

/** Who can sign in to the mock: saeki (administrator), okada (auditor, asks for a code), miura (employee). */
const people: Record<string, SessionView> = {
  saeki: view('saeki', '佐伯 直樹', 'administrator', every),
  okada: view('okada', '岡田 真理', 'auditor', every.filter((permission) => permission.endsWith('.read'))),
  miura: view('miura', staff[0]?.name ?? '三浦 由美子', 'employee', ['own.read']),
};

function view(name: string, display: string, role: SessionView['admin']['role'], permissions: Permission[]): SessionView {
  return {
    admin: {
      id: idOf(4, name.length),
      name,
      display_name: display,
      role,
      groups: null,
      language: 'ja',
      must_change_password: false,
      totp_enabled: name === 'okada',
    },
    permissions,
    organisation,
    server: { version: '0.1.0', instance: 'mock' },
  };
}

const storageKey = 'yagura-mock-session';

/** Kept over a reload of the page, as a cookie would be. Without a choice the administrator is signed in. */
function signedIn(): SessionView | null {
  const name = localStorage.getItem(storageKey) ?? 'saeki';
  return people[name] ?? null;
}

const sessions: SessionItem[] = [
  { id: idOf(6, 1), admin_id: idOf(4, 5), admin_name: 'saeki', created_at: before(50 * minute), last_used_at: before(10_000), ip: '192.168.14.21', user_agent: 'Chrome 142 / Windows', current: true },
  { id: idOf(6, 2), admin_id: idOf(4, 5), admin_name: 'saeki', created_at: before(3 * day), last_used_at: before(15 * hour), ip: '10.8.0.14', user_agent: 'Safari 26 / iPhone', current: false },
];

const unauthenticated = (errors: { pointer: string; code: string }[] = []): Response =>
  problem(401, 'unauthenticated', 'サインインしてください。', errors);

/** The language chosen in the mock, so that a reload keeps what the menu says. */
function withLanguage(session: SessionView): SessionView {
  const language = localStorage.getItem('yagura-language') === 'en' ? 'en' : 'ja';
  return { ...session, admin: { ...session.admin, language } };
}

export const handlers = [
  http.get('/api/v1/session', () => {
    const session = signedIn();
    return session ? HttpResponse.json(withLanguage(session)) : unauthenticated();
  }),
  http.post('/api/v1/session', async ({ request }) => {
    const body = (await request.json()) as { name: string; password: string; code?: string };
    const session = people[body.name];
    if (body.name === 'locked') return unauthenticated([{ pointer: '/name', code: 'locked' }]);
    if (!session || body.password !== 'yagura') return unauthenticated([{ pointer: '/password', code: 'wrong' }]);
    if (session.admin.totp_enabled && body.code === undefined) {
      return unauthenticated([{ pointer: '/code', code: 'required' }]);
    }
    if (session.admin.totp_enabled && body.code !== '123456') return unauthenticated([{ pointer: '/code', code: 'wrong' }]);
    localStorage.setItem(storageKey, body.name);
    return HttpResponse.json(withLanguage(session));
  }),
  http.post('/api/v1/session/link', async ({ request }) => {
    const { token } = (await request.json()) as { token: string };
    const session = people['saeki'];
    if (token !== 'first' || !session) return unauthenticated();
    localStorage.setItem(storageKey, 'saeki');
    session.admin.must_change_password = true;
    return HttpResponse.json(withLanguage(session));
  }),
  http.get('/api/v1/session/methods', () =>
    HttpResponse.json({ password: true, oidc: { name: 'みなと精機のアカウント', start: '/sign-in?oidc=no_account' } }),
  ),
  http.delete('/api/v1/session', () => {
    localStorage.setItem(storageKey, 'nobody');
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/session/password', async ({ request }) => {
    const body = (await request.json()) as { current?: string };
    if (body.current !== undefined && body.current !== 'yagura') {
      return problem(422, 'invalid', 'いまのパスワードが違います。', [{ pointer: '/current', code: 'wrong' }]);
    }
    const session = signedIn();
    if (session) session.admin.must_change_password = false;
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/session/totp', () =>
    HttpResponse.json({
      secret: 'JBSW Y3DP EHPK 3PXP',
      uri: 'otpauth://totp/Yagura:saeki?secret=JBSWY3DPEHPK3PXP&issuer=Yagura',
    }),
  ),
  http.post('/api/v1/session/totp/confirm', async ({ request }) => {
    const { code } = (await request.json()) as { code: string };
    if (code !== '123456') return problem(422, 'invalid', 'コードが違います。', [{ pointer: '/code', code: 'wrong' }]);
    const session = signedIn();
    if (session) session.admin.totp_enabled = true;
    return HttpResponse.json({
      recovery_codes: ['4kq2-9xwt', 'b7mn-3hrd', 'zp5v-6cjs', 'tw8y-1fge', 'm2xa-7qlu', 'r9dn-4vbk', 'h6sc-8tpo', 'e3jw-5ygi'],
    });
  }),
  http.delete('/api/v1/session/totp', () => {
    const session = signedIn();
    if (session) session.admin.totp_enabled = false;
    return new HttpResponse(null, { status: 204 });
  }),
  http.patch('/api/v1/session/preferences', () => new HttpResponse(null, { status: 204 })),
  http.get('/api/v1/sessions', ({ request }) => pageOf(sessions, new URL(request.url))),
  http.delete('/api/v1/sessions/:id', ({ params }) => {
    const at = sessions.findIndex((row) => row.id === params['id']);
    if (at >= 0) sessions.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
];
