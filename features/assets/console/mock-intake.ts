import { HttpResponse, http } from 'msw';
import type { IntakeCredential } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, minute } from '@shell/mock/day';
import { idOf } from '@shell/mock/random';

const intakes: IntakeCredential[] = [
  {
    id: idOf(61, 1),
    name: 'kojo-ocs',
    created_at: before(40 * day),
    created_by: '情報 花子',
    last_used_at: before(12 * minute),
    machines: 41,
    refused_at: null,
    refused_why: null,
    revoked_at: null,
  },
  {
    id: idOf(61, 2),
    name: 'osaka-glpi',
    created_at: before(9 * day),
    created_by: '情報 花子',
    last_used_at: before(3 * hour),
    machines: 18,
    refused_at: before(26 * hour),
    refused_why: 'the inventory cannot be read as XML: it breaks off',
    revoked_at: null,
  },
  {
    id: idOf(61, 3),
    name: 'old-pcs',
    created_at: before(200 * day),
    created_by: 'admin',
    last_used_at: before(41 * day),
    machines: 67,
    refused_at: null,
    refused_why: null,
    revoked_at: before(40 * day),
  },
];

export const handlers = [
  http.get('/api/v1/assets/intakes', ({ request }) => pageOf(intakes, new URL(request.url))),
  http.post('/api/v1/assets/intakes', async ({ request }) => {
    const { name } = (await request.json()) as { name: string };
    if (intakes.some((one) => one.name === name && !one.revoked_at)) {
      return problem(409, 'conflict', 'there is an intake credential of this name; revoke it first');
    }
    const credential: IntakeCredential = {
      id: idOf(61, 100 + intakes.length),
      name,
      created_at: before(0),
      created_by: '情報 花子',
      last_used_at: null,
      machines: 0,
      refused_at: null,
      refused_why: null,
      revoked_at: null,
    };
    intakes.unshift(credential);
    const made = { credential, secret: 'ygi_3q2-7wAAA5kQF0c1mE9tRrXwYbNnQvLxT0uHsJpZgKd', server: 'https://yagura.minato.example/inventory', realm: 'Yagura' };
    return HttpResponse.json(made, { status: 201 });
  }),
  http.post('/api/v1/assets/intakes/:id/revoke', ({ params }) => {
    const one = intakes.find((row) => row.id === params['id']);
    if (!one) return notFound();
    one.revoked_at ??= before(0);
    return HttpResponse.json(one);
  }),
];
