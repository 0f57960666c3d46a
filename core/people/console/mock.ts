import { HttpResponse, http } from 'msw';
import type { Account, Imported, Person } from '@shell/api/schema';
import { notFound, pageOf } from '@shell/mock/answers';
import { departmentOf, staff } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { before } from '@shell/mock/day';
import { fleet } from '../../endpoints/console/mock-fleet';
import { handlers as mine } from './mock-me';

const accounts: Account[] = fleet
  .filter((endpoint) => endpoint.state !== 'pending')
  .map((endpoint, at): Account => {
    const person = staff[at];
    const windows = endpoint.os === 'windows';
    const mapped = person !== undefined && at % 17 !== 9;
    return {
      id: idOf(11, at + 1),
      name: windows ? `MINATO\\${person?.login ?? 'user'}` : (person?.login ?? 'user'),
      account_id: windows ? `S-1-5-21-3623811015-3361044348-30300820-${String(1100 + at)}` : String(1000 + (at % 7)),
      endpoint: { id: endpoint.id, hostname: endpoint.hostname },
      person: mapped ? { id: person.id, name: person.name } : null,
      last_seen: endpoint.last_seen ?? before(0),
    };
  });

function peopleNow(): Person[] {
  return people.map((person) => ({
    ...person,
    accounts: accounts
      .filter((account) => account.person?.id === person.id)
      .map(({ id, name, endpoint }) => ({ id, name, endpoint })),
  }));
}

const people: Person[] = staff.map((person, at): Person => ({
  id: person.id,
  employee_number: person.number,
  name: person.name,
  kana: person.kana,
  email: at % 29 === 11 ? null : `${person.login}@minato.example`,
  department: `${departmentOf(person).site} ${person.department}`,
  active: at % 71 !== 40,
  accounts: [],
}));

const heads = ['employee_number', 'name', 'kana', 'email', 'department'];

function readCsv(bytes: ArrayBuffer): { encoding: Imported['encoding']; lines: string[][] } {
  let text: string;
  let encoding: Imported['encoding'] = 'utf-8';
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder('shift_jis').decode(bytes);
    encoding = 'cp932';
  }
  return { encoding, lines: text.trim().split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim())) };
}

function imported(bytes: ArrayBuffer, dry: boolean): Imported {
  const { encoding, lines } = readCsv(bytes);
  const [head = [], ...rows] = lines;
  const report: Imported = { encoding, rows: rows.length, created: 0, updated: 0, unchanged: 0, errors: [], applied: false };
  const changes: (() => void)[] = [];
  rows.forEach((cells, at) => {
    const row = Object.fromEntries(head.map((name, nth) => [name, cells[nth] ?? '']));
    const bad = (column: string, code: string): void => {
      report.errors.push({ line: at + 2, column, code, value: row[column] ?? null });
    };
    if (!heads.every((name) => head.includes(name))) return bad('employee_number', 'missing_column');
    if (row['employee_number'] === '') return bad('employee_number', 'required');
    if (row['name'] === '') return bad('name', 'required');
    if (row['email'] !== '' && !/^[^@\s]+@[^@\s]+$/.test(row['email'] ?? '')) return bad('email', 'bad_email');
    const old = people.find((person) => person.employee_number === row['employee_number']);
    const next = {
      name: row['name'] ?? '',
      kana: row['kana'] ?? '',
      email: row['email'] === '' ? null : (row['email'] ?? null),
      department: row['department'] === '' ? null : (row['department'] ?? null),
    };
    if (old && Object.entries(next).every(([name, value]) => old[name as 'name'] === value)) report.unchanged += 1;
    else if (old) {
      report.updated += 1;
      changes.push(() => Object.assign(old, next));
    } else {
      report.created += 1;
      changes.push(() => people.push({ id: idOf(3, 1000 + people.length), employee_number: row['employee_number'] ?? '', accounts: [], active: true, ...next }));
    }
    return undefined;
  });
  if (!dry && report.errors.length === 0) {
    for (const change of changes) change();
    report.applied = true;
  }
  return report;
}

export const handlers = [
  ...mine,
  http.get('/api/v1/people', ({ request }) => {
    const url = new URL(request.url);
    const q = (url.searchParams.get('q') ?? '').trim().toLowerCase();
    const found = peopleNow().filter((person) =>
      [person.name, person.kana, person.email, person.department, person.employee_number].some((text) => text?.toLowerCase().includes(q)),
    );
    return pageOf(found.sort((a, b) => a.kana.localeCompare(b.kana, 'ja')), url);
  }),
  http.post('/api/v1/people/import', async ({ request }) => {
    const dry = new URL(request.url).searchParams.get('dry_run') === 'true';
    return HttpResponse.json(imported(await request.arrayBuffer(), dry));
  }),
  http.get('/api/v1/accounts', ({ request }) => {
    const url = new URL(request.url);
    const unmapped = url.searchParams.get('unmapped') === 'true';
    return pageOf(accounts.filter((account) => !unmapped || account.person === null), url);
  }),
  http.put('/api/v1/accounts/:id/person', async ({ params, request }) => {
    const account = accounts.find((one) => one.id === params['id']);
    if (!account) return notFound();
    const { person_id } = (await request.json()) as { person_id: string | null };
    const person = people.find((one) => one.id === person_id);
    account.person = person ? { id: person.id, name: person.name } : null;
    return HttpResponse.json(account);
  }),
];
