import { HttpResponse, http } from 'msw';
import type { FirstRun, Health, Job, Settings, SettingsChange } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { organisation } from '@shell/mock/office';

const settings: Settings = {
  organisation_name: organisation.name,
  time_zone: organisation.time_zone,
  public_url: 'https://yagura.minato.example',
  silent_after_days: 3,
  alarm_recipients: ['it@minato.example'],
  mail: { host: 'mail.minato.example', port: 587, from: 'yagura@minato.example', username: 'yagura', password_set: true, tls: 'starttls' },
  backup_directory: null,
  log_purpose_required: true,
  log_case_hours: 24,
  etag: '7',
};

/** Newest first. */
const backups: Job[] = [
  { id: idOf(17, 1), state: 'done', asked_by: '佐伯 直樹', asked_at: before(20 * day), ended_at: before(20 * day - 0.02 * hour), folder: '/var/backups/yagura/2026-10-28T080000Z', done_bytes: 398_000_000, total_bytes: 398_000_000 },
];

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
    { name: 'database', status: 'ok', detail: 'SQLite', since: null, numbers: {} },
    { name: 'events', status: 'ok', detail: 'takes events', since: null, numbers: { bytes: 88_400_120, memtable_rows: 2119, rows: 47_659, segments: 31 } },
    { name: 'storage', status: 'ok', detail: 'as much is taken away as comes before the disk is full', since: null, numbers: { bytes_per_day: 3_412_880, rows_per_day: 61_240, steady_bytes: 1_245_701_200 } },
    { name: 'evidence', status: 'ok', detail: 'the last head left on 2026-11-16', since: null, numbers: {} },
    { name: 'agents', status: 'ok', detail: '169 connected', since: null, numbers: { connected: 169 } },
    { name: 'keys', status: 'degraded', detail: 'ends on 2026-12-14T02:11:40.000000Z: bring the root key and renew them: `yagura-server keys renew --root FILE`', since: before(19 * day), numbers: { days_left: 27 } },
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
  http.get('/api/v1/backups', ({ request }) => pageOf(backups, new URL(request.url))),
  http.post('/api/v1/backups', () => {
    const job: Job = { id: idOf(17, backups.length + 1), state: 'running', asked_by: '佐伯 直樹', asked_at: timeOf(now()), done_bytes: 120_000_000, total_bytes: 432_000_000 };
    backups.unshift(job);
    return HttpResponse.json(job, { status: 202 });
  }),
  http.post('/api/v1/backups/:id/cancel', ({ params }) => {
    const job = backups.find((one) => one.id === params['id']);
    if (!job) return notFound();
    Object.assign(job, { state: 'cancelled', ended_at: timeOf(now()) });
    return HttpResponse.json(job);
  }),
  http.get('/api/v1/first-run', () => HttpResponse.json(firstRun)),
  http.post('/api/v1/first-run/:id/skip', ({ params }) => {
    const step = firstRun.steps.find((one) => one.id === params['id']);
    if (!step) return notFound();
    step.skipped = true;
    return HttpResponse.json(firstRun);
  }),
  http.get('/api/v1/system/health', () => HttpResponse.json(health)),
];
