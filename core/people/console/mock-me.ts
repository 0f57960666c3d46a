import { HttpResponse, http } from 'msw';
import type { Me, Recorded, RecordedItem } from '@shell/api/schema';
import { pageOf } from '@shell/mock/answers';
import { before, hour } from '@shell/mock/day';
import { staff } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { fleet } from '../../endpoints/console/mock-fleet';
import { eventsUntil } from '../../events/console/mock-week';

const person = staff[0];
const own = fleet.slice(0, 1).map(({ id, hostname }) => ({ id, hostname }));
const everywhere = (...items: string[]): RecordedItem[] => items.map((item) => ({ item, endpoints: own }));

const me: Me = {
  name: person?.name ?? '',
  ...(person ? { person: { id: person.id, name: person.name } } : {}),
  accounts: own.map((endpoint, at) => ({
    id: idOf(11, at + 1),
    name: `MINATO\\${person?.login ?? ''}`,
    account_id: `S-1-5-21-3623811015-3361044348-30300820-${String(1100 + at)}`,
    endpoint,
    last_seen: before(0.1 * hour),
    here: true,
  })),
};

const recorded: Recorded = {
  features: [
    {
      feature: 'operation_log',
      title: { ja: '操作ログ', en: 'Operation log' },
      items: everywhere(
        'process_start',
        'process_exit',
        'executable_hash',
        'file_acts',
        'file_opens',
        'file_removable',
        'window_active',
        'window_titles',
        'window_errors',
        'app_usage',
        'idle',
        'print_jobs',
        'print_documents',
        'logons',
        'logons_failed',
        'power',
        'privileges',
        'accounts',
        'address',
      ),
      viewers: ['administrator', 'auditor'],
    },
    {
      feature: 'assets',
      title: { ja: '資産', en: 'Assets' },
      items: everywhere('hardware', 'system', 'software', 'accounts'),
      viewers: ['administrator', 'operator', 'auditor'],
    },
  ],
};

export const handlers = [
  http.get('/api/v1/me', () => HttpResponse.json(me)),
  http.get('/api/v1/me/recorded', () => HttpResponse.json(recorded)),
  http.get('/api/v1/me/events', ({ request }) =>
    pageOf(
      eventsUntil(now()).filter((row) => row.user === person?.name),
      new URL(request.url),
    ),
  ),
];
