import { HttpResponse, http } from 'msw';
import type { RecordedAboutMe } from '@shell/api/schema';
import { pageOf } from '@shell/mock/answers';
import { staff } from '@shell/mock/office';
import { now } from '@shell/time';
import { eventsUntil } from '../../../core/events/console/mock-week';

const recorded: RecordedAboutMe = {
  features: [
    {
      feature: 'operation_log',
      title: { ja: '操作ログ', en: 'Operation log' },
      what: {
        ja: '会社の端末で動かしたプログラム、業務用ファイルの操作、前面に出した窓の題名、印刷、ログオンの時刻。',
        en: 'Programs run on company endpoints, work files handled, titles of windows in front, printing, and times of logon.',
      },
      why: { ja: '情報が持ち出されたときに経路を確かめ、働く時間の行きすぎに気づくため。', en: 'To trace leaks of information and to notice overwork.' },
      retention_days: 365,
      viewers: ['administrator', 'auditor'],
    },
    {
      feature: 'assets',
      title: { ja: '資産', en: 'Assets' },
      what: { ja: '端末の機種、製造番号、入っているソフトウェア、ディスクの空き。', en: 'Model, serial number, installed software and free space of the endpoint.' },
      why: { ja: '更新の漏れを見つけ、端末をなくしたときに備えるため。', en: 'To find missing updates and to be ready when an endpoint is lost.' },
      retention_days: 730,
      viewers: ['administrator', 'operator', 'auditor'],
    },
    {
      feature: 'notices',
      title: { ja: '知らせ', en: 'Notices' },
      what: { ja: '画面に出た知らせと、閉じた時刻。', en: 'Notices shown on the screen and when they were closed.' },
      why: { ja: '大切な知らせが届いたかを確かめるため。', en: 'To know that important notices arrived.' },
      retention_days: 90,
      viewers: ['administrator', 'operator'],
    },
  ],
};

export const handlers = [
  http.get('/api/v1/me/recorded', () => HttpResponse.json(recorded)),
  http.get('/api/v1/me/events', ({ request }) =>
    pageOf(
      eventsUntil(now()).filter((row) => row.user === staff[0]?.name),
      new URL(request.url),
    ),
  ),
];
