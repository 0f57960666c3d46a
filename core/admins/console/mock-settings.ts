import { HttpResponse, http } from 'msw';
import type { FirstRun, Health, Settings, SettingsChange } from '@shell/api/schema';
import { notFound, problem } from '@shell/mock/answers';
import { before, day, hour } from '@shell/mock/day';
import { organisation } from '@shell/mock/office';

const settings: Settings = {
  organisation_name: organisation.name,
  time_zone: organisation.time_zone,
  public_url: 'https://yagura.minato.example',
  silent_after_days: 3,
  alarm_recipients: ['it@minato.example'],
  mail: { host: 'mail.minato.example', port: 587, from: 'yagura@minato.example', username: 'yagura', password_set: true, tls: 'starttls' },
  backup_directory: null,
  etag: '7',
};

const firstRun: FirstRun = {
  steps: [
    { id: 'organisation', done: true, skipped: false, value: organisation.name },
    { id: 'time_zone', done: true, skipped: false, value: organisation.time_zone },
    { id: 'public_address', done: true, skipped: false, value: 'https://yagura.minato.example' },
    { id: 'certificate', done: true, skipped: false, value: '2027-02-11' },
    { id: 'mail', done: true, skipped: false, value: 'mail.minato.example:587' },
    { id: 'people', done: true, skipped: false, value: null },
    { id: 'backup', done: false, skipped: false, value: null },
    { id: 'pilot_group', done: true, skipped: false, value: '試し運用' },
    { id: 'starter_policy', done: false, skipped: false, value: null },
  ],
};

const health: Health = {
  status: 'degraded',
  components: [
    { name: 'database', status: 'ok', detail: 'SQLite 3.50、書き込みの待ちはありません', since: null, numbers: { size_mb: 412, writes_per_s: 18 } },
    { name: 'events', status: 'ok', detail: '記録は途切れずに入っています', since: null, numbers: { rows: 47_659, segments: 31, lag_ms: 740 } },
    { name: 'channel', status: 'ok', detail: '169台がつながっています', since: null, numbers: { connections: 169, requests_per_s: 22 } },
    { name: 'certificate', status: 'ok', detail: '期限まで86日', since: null, numbers: { days_left: 86 } },
    { name: 'storage', status: 'ok', detail: '空きは 61% です', since: null, numbers: { free_gb: 288 } },
    { name: 'backup', status: 'degraded', detail: '控えの場所が決まっていません', since: before(19 * day), numbers: {} },
    { name: 'mail', status: 'ok', detail: '最後のメールは受け付けられました', since: null, numbers: { queued: 0 } },
  ],
  version: '0.1.0',
  started_at: before(9 * day + 3 * hour),
};

export const handlers = [
  http.get('/api/v1/settings', () => HttpResponse.json(settings)),
  http.patch('/api/v1/settings', async ({ request }) => {
    if (request.headers.get('if-match') !== settings.etag) return problem(412, 'conflict', 'ほかの人が先に変えました。');
    const { mail, ...rest } = (await request.json()) as SettingsChange;
    Object.assign(settings, rest);
    if (mail === null) delete settings.mail;
    else if (mail) {
      const { password, ...plain } = mail;
      settings.mail = { ...plain, password_set: Boolean(password) || (settings.mail?.password_set ?? false) };
    }
    settings.etag = String(Number(settings.etag) + 1);
    const step = firstRun.steps.find((one) => one.id === 'backup');
    if (step && settings.backup_directory) Object.assign(step, { done: true, value: settings.backup_directory });
    return HttpResponse.json(settings);
  }),
  http.post('/api/v1/settings/mail-test', () => HttpResponse.json({ accepted: true, detail: '250 2.0.0 Ok: queued as 4F2A91' })),
  http.get('/api/v1/first-run', () => HttpResponse.json(firstRun)),
  http.post('/api/v1/first-run/:id/skip', ({ params }) => {
    const step = firstRun.steps.find((one) => one.id === params['id']);
    if (!step) return notFound();
    step.skipped = true;
    return HttpResponse.json(firstRun);
  }),
  http.get('/api/v1/system/health', () => HttpResponse.json(health)),
];
