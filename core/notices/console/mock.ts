import { HttpResponse, http } from 'msw';
import type { Notice } from '@shell/api/schema';
import { pageOf } from '@shell/mock/answers';
import { before, day, hour, timeOf } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { enqueue } from '../../commands/console/mock';
import { fleet, groups } from '../../endpoints/console/mock-fleet';

const notices: Notice[] = (
  [
    ['今夜の更新について', '18時から更新します。電源を入れたままお帰りください。', 15, [12, 3, 176, 0]],
    ['パスワードの切り替え', '今月中に新しいパスワードへ替えてください。長い文にすると覚えやすく、強くなります。', 6 * 24, [4, 9, 178, 1]],
    ['年末の持ち帰り申請', '端末を持ち帰る人は、12月12日までに申請してください。', 13 * 24, [0, 0, 190, 2]],
  ] as const
).map(([title, text, hours, counts], at) => ({
  id: idOf(10, at + 1),
  title,
  text,
  created_at: before(hours * hour),
  created_by: '岡田 真理',
  expires_at: before(hours * hour - 7 * day),
  delivery: { waiting: counts[0], shown: counts[1], closed: counts[2], failed: counts[3] },
}));

export const handlers = [
  http.get('/api/v1/notices', ({ request }) => pageOf(notices, new URL(request.url))),
  http.post('/api/v1/notices', async ({ request }) => {
    const body = (await request.json()) as { title: string; text: string; endpoints?: string[]; group_id?: string; expires_in_s?: number };
    const path = groups.find((group) => group.id === body.group_id)?.path ?? '/';
    const endpoints =
      body.endpoints ?? fleet.filter((endpoint) => `${endpoint.group.path}/`.startsWith(path === '/' ? '/' : `${path}/`)).map((endpoint) => endpoint.id);
    const notice: Notice = {
      id: idOf(10, 100 + notices.length),
      title: body.title,
      text: body.text,
      created_at: timeOf(now()),
      created_by: '佐伯 直樹',
      expires_at: timeOf(now() + (body.expires_in_s ?? 86_400) * 1000),
      delivery: { waiting: endpoints.length, shown: 0, closed: 0, failed: 0 },
    };
    notices.unshift(notice);
    if (body.endpoints) {
      for (const endpoint of endpoints) enqueue('notice.show', endpoint, { notice_id: notice.id, title: body.title, text: body.text });
    }
    return HttpResponse.json(notice, { status: 201 });
  }),
];
