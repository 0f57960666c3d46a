import { HttpResponse, http } from 'msw';
import type { MySurvey, Survey, SurveyAnswer, SurveyChange, SurveyItem, SurveyQuestion, SurveyResults, SurveyTally } from '@shell/api/schema';
import { notFound, pageOf, problem } from '@shell/mock/answers';
import { before, day, hour, timeOf } from '@shell/mock/day';
import { staff } from '@shell/mock/office';
import { chance, idOf } from '@shell/mock/random';
import { now } from '@shell/time';
import { fleet, groups } from '../../../core/endpoints/console/mock-fleet';

interface Reply {
  name: string;
  at: string;
  answers: Record<string, SurveyAnswer>;
}

interface Kept {
  survey: Survey;
  replies: Reply[];
  asked: string[];
}

/** The employee who can sign in to the mock. */
const me = staff[0]?.name ?? '';

const telework: SurveyQuestion[] = [
  { id: 'q1', text: '在宅勤務は週に何日ですか', required: true, kind: { type: 'one', choices: ['なし', '1〜2日', '3〜4日', '毎日'] } },
  { id: 'q2', text: '家で使っているもの', required: false, kind: { type: 'several', choices: ['会社のPC', '会社の携帯電話', '自分のPC', '紙の書類'] } },
  { id: 'q3', text: '在宅勤務の働きやすさ（1〜10）', required: true, kind: { type: 'number', least: 1, most: 10, whole: true } },
  { id: 'q4', text: '困っていること', required: false, kind: { type: 'long' } },
];
const phone: SurveyQuestion[] = [
  { id: 'q1', text: '新しい携帯電話を受け取れる日', required: true, kind: { type: 'date', from: '2026-11-24', to: '2026-12-11' } },
  { id: 'q2', text: '受け取る場所', required: true, kind: { type: 'short' } },
];
const worries = ['VPNがよく切れます。', '椅子が合いません。', '家族と部屋が同じです。', '印刷ができません。', 'とくにありません。', '会議の音が途切れます。', '<b>特になし</b>'];

const rootGroup = groups[0];
const works = groups.find((group) => group.name === '川崎工場') ?? rootGroup;

function kept(at: number, fields: Partial<Survey> & Pick<Survey, 'title' | 'state' | 'questions'>, replies: Reply[], asked: string[]): Kept {
  return {
    survey: {
      id: idOf(15, at),
      lead: '',
      anonymous: false,
      days: 14,
      remind_days: 3,
      keep_days: 90,
      groups: rootGroup ? [{ id: rootGroup.id, path: rootGroup.path }] : [],
      people: [],
      reminders: 0,
      asked: asked.length,
      answered: replies.length,
      created_by: '佐伯 直樹',
      created_at: before(7 * day),
      changed_at: before(6 * day),
      etag: '"1"',
      ...fields,
    },
    replies,
    asked,
  };
}

function replies(count: number, skip = 0): Reply[] {
  const dice = chance(1515);
  // The employee of the mock has not answered yet, nor has anybody of the same name.
  const others = staff.filter(({ name }) => name !== me);
  return others.slice(skip, skip + count).map((person, at) => {
    const answers: Reply['answers'] = { q1: Math.min(3, Math.floor(dice.next() * 4.2)), q2: [0, ...(dice.next() > 0.4 ? [1] : []), ...(dice.next() > 0.8 ? [3] : [])], q3: 3 + Math.floor(dice.next() * 8) };
    if (dice.next() > 0.8) answers['q4'] = dice.one(worries);
    return { name: person.name, at: before(2 * day - at * 0.2 * hour), answers };
  });
}

const everybody = staff.map(({ name }) => name);
const all: Kept[] = [
  kept(5, { title: '年末の持ち帰りについて', state: 'draft', questions: telework.slice(0, 1), reach: { endpoints: fleet.length, people: everybody.length } }, [], []),
  kept(
    4,
    {
      title: '在宅勤務の環境について',
      lead: '在宅勤務を続けやすくするために、今の様子を教えてください。5分ほどで終わります。',
      state: 'open',
      questions: telework,
      opened_at: before(3 * day),
      ends_at: before(-4 * day),
      reminders: 1,
      reminded_at: before(16 * hour),
    },
    replies(121, 1),
    everybody,
  ),
  kept(3, { title: '新しい携帯電話の受け取り', state: 'open', questions: phone, people: staff.slice(0, 3).map(({ id, name }) => ({ id, name })), groups: [], opened_at: before(2 * day), ends_at: before(-10 * day) }, [], staff.slice(0, 3).map(({ name }) => name)),
  kept(
    2,
    {
      title: '職場の空気についての無記名アンケート',
      lead: 'だれの答えかは残りません。思ったとおりに書いてください。',
      state: 'open',
      anonymous: true,
      questions: telework.slice(2),
      groups: works ? [{ id: works.id, path: works.path }] : [],
      opened_at: before(day),
      ends_at: before(-13 * day),
    },
    replies(3, 100),
    everybody.slice(90, 130),
  ),
  kept(1, { title: '避難訓練の反省', state: 'closed', anonymous: true, questions: telework.slice(2), opened_at: before(40 * day), ends_at: before(26 * day), closed_at: before(26 * day), erase_at: before(-64 * day) }, replies(88, 20), everybody),
];

const find = (id: unknown): Kept | undefined => all.find(({ survey }) => survey.id === id);
const live = ({ survey, replies: came }: Kept): Survey => ({ ...survey, answered: Math.max(survey.answered, came.length) });

function tallyOf(question: SurveyQuestion, came: Reply[]): SurveyTally {
  const answers = came.map(({ answers: one }) => one[question.id]).filter((answer) => answer !== undefined);
  const choices = 'choices' in question.kind ? question.kind.choices : [];
  const numbers = question.kind.type === 'number' ? answers.map(Number).sort((a, b) => a - b) : [];
  const middle = (numbers[Math.floor((numbers.length - 1) / 2)] ?? 0) + (numbers[Math.floor(numbers.length / 2)] ?? 0);
  const isText = question.kind.type === 'short' || question.kind.type === 'long' || question.kind.type === 'date';
  return {
    id: question.id,
    answered: answers.length,
    choices: choices.map((_, at) => answers.filter((answer) => (Array.isArray(answer) ? answer.includes(at) : answer === at)).length),
    ...(numbers.length > 0 ? { numbers: { least: numbers[0] ?? 0, median: middle / 2, most: numbers.at(-1) ?? 0 } } : {}),
    texts: isText ? answers.map(String).sort() : [],
  };
}

function resultsOf({ survey, replies: came, asked }: Kept): SurveyResults {
  const withheld = survey.anonymous && came.length < 5;
  const answered = new Set(came.map(({ name }) => name));
  return {
    asked: asked.length,
    answered: came.length,
    withheld,
    tallies: withheld ? [] : survey.questions.map((question) => tallyOf(question, came)),
    ...(survey.anonymous ? {} : { people: came, waiting: asked.filter((name) => !answered.has(name)) }),
  };
}

function faultsIn(body: SurveyChange): { pointer: string; code: string }[] {
  const faults = body.questions.length === 0 ? [{ pointer: '/questions', code: 'required' }] : [];
  body.questions.forEach((question, at) => {
    if (question.text === '') faults.push({ pointer: `/questions/${String(at)}/text`, code: 'required' });
    if ('choices' in question.kind && question.kind.choices.length < 2) faults.push({ pointer: `/questions/${String(at)}/kind/choices`, code: 'too_few' });
  });
  return faults;
}

function changed(one: Kept, body: SurveyChange): void {
  const { groups: chosen, people, ...rest } = body;
  const endpoints = chosen.length > 0 ? fleet.length : people.length;
  Object.assign(one.survey, rest, {
    groups: chosen.map((id) => ({ id, path: groups.find((group) => group.id === id)?.path ?? null })),
    people: people.map((id) => ({ id, name: staff.find((person) => person.id === id)?.name ?? null })),
    reach: { endpoints, people: chosen.length > 0 ? everybody.length : people.length },
    etag: `"${String(Number(one.survey.etag.replaceAll('"', '')) + 1)}"`,
    changed_at: timeOf(now()),
  });
}

function mineOf({ survey, replies: came }: Kept): MySurvey {
  const own = came.find(({ name }) => name === me);
  return {
    id: survey.id,
    title: survey.title,
    lead: survey.lead,
    questions: survey.questions,
    anonymous: survey.anonymous,
    open: survey.state === 'open',
    ...(survey.ends_at ? { ends_at: survey.ends_at } : {}),
    keep_days: survey.keep_days,
    created_by: survey.created_by,
    answered: own ? 1 : 0,
    ...(survey.anonymous ? {} : { name: me, ...(own ? { answers: own.answers } : {}) }),
  };
}

const askMe = (one: Kept): boolean => (one.survey.state === 'open' || one.survey.state === 'closed') && one.asked.includes(me);

export const handlers = [
  http.get('/api/v1/surveys', ({ request }) => pageOf(all.map((one): SurveyItem => live(one)), new URL(request.url))),
  http.post('/api/v1/surveys', async ({ request }) => {
    const made = kept(100 + all.length, { title: '', state: 'draft', questions: [] }, [], []);
    changed(made, (await request.json()) as SurveyChange);
    all.unshift(made);
    return HttpResponse.json(made.survey, { status: 201 });
  }),
  http.get('/api/v1/surveys/:id', ({ params }) => {
    const one = find(params['id']);
    return one ? HttpResponse.json(live(one)) : notFound();
  }),
  http.put('/api/v1/surveys/:id', async ({ params, request }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    if (request.headers.get('if-match') !== one.survey.etag) return problem(409, 'conflict', '別の人が先に変えました。');
    const body = (await request.json()) as SurveyChange;
    const bad = (['days', 'remind_days', 'keep_days'] as const).filter((name) => body[name] < (name === 'keep_days' ? 2 : name === 'days' ? 1 : 0));
    if (bad.length > 0) return problem(422, 'invalid', '日数が範囲の外です。', bad.map((name) => ({ pointer: `/${name}`, code: 'out_of_range' })));
    changed(one, body);
    return HttpResponse.json(one.survey);
  }),
  http.delete('/api/v1/surveys/:id', ({ params }) => {
    const at = all.findIndex(({ survey }) => survey.id === params['id']);
    if (at < 0) return notFound();
    all.splice(at, 1);
    return new HttpResponse(null, { status: 204 });
  }),
  http.post('/api/v1/surveys/:id/send', async ({ params, request }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    const { survey } = one;
    const faults = faultsIn({ ...survey, groups: [], people: [] });
    if (survey.groups.length + survey.people.length === 0) faults.push({ pointer: '/groups', code: 'empty' });
    if (faults.length > 0) return problem(422, 'invalid', '送れません。', faults);
    const { at } = (await request.json()) as { at?: string };
    Object.assign(survey, at && Date.parse(at) > now() ? { state: 'planned', starts_at: at } : { state: 'open', opened_at: timeOf(now()), ends_at: timeOf(now() + survey.days * day) });
    one.asked = survey.people.length > 0 && survey.groups.length === 0 ? survey.people.map(({ name }) => name ?? '') : everybody;
    survey.asked = one.asked.length;
    return HttpResponse.json(survey);
  }),
  http.post('/api/v1/surveys/:id/recall', ({ params }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    Object.assign(one.survey, { state: 'draft', starts_at: undefined });
    return HttpResponse.json(one.survey);
  }),
  http.post('/api/v1/surveys/:id/close', ({ params }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    const { survey } = one;
    Object.assign(survey, { state: 'closed', closed_at: timeOf(now()), ends_at: timeOf(now()), erase_at: timeOf(now() + survey.keep_days * day) });
    return HttpResponse.json(live(one));
  }),
  http.post('/api/v1/surveys/:id/remind', ({ params }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    one.survey.reminders += 1;
    one.survey.reminded_at = timeOf(now());
    return HttpResponse.json(live(one));
  }),
  http.post('/api/v1/surveys/:id/copy', ({ params }) => {
    const one = find(params['id']);
    if (!one) return notFound();
    const { title, lead, questions, anonymous, groups: chosen, people } = one.survey;
    const copy = kept(200 + all.length, { title, lead, questions, anonymous, groups: chosen, people, state: 'draft' }, [], []);
    all.unshift(copy);
    return HttpResponse.json(copy.survey, { status: 201 });
  }),
  http.get('/api/v1/surveys/:id/results', ({ params }) => {
    const one = find(params['id']);
    return one ? HttpResponse.json(resultsOf(one)) : notFound();
  }),
  http.get('/api/v1/surveys/:id/answers.csv', () => new HttpResponse('\u{feff}誰,回答\r\n', { headers: { 'content-type': 'text/csv' } })),
  http.get('/api/v1/me/surveys', () =>
    HttpResponse.json({
      items: all.filter(askMe).map((one) => {
        const { id, title, anonymous, open, ends_at, answered } = mineOf(one);
        return { id, title, anonymous, open, answered: answered > 0, ...(ends_at ? { ends_at } : {}) };
      }),
    }),
  ),
  http.get('/api/v1/me/surveys/:id', ({ params }) => {
    const one = find(params['id']);
    return one && askMe(one) ? HttpResponse.json(mineOf(one)) : notFound();
  }),
  http.put('/api/v1/me/surveys/:id/answer', async ({ params, request }) => {
    const one = find(params['id']);
    if (!one || !askMe(one)) return notFound();
    if (one.survey.state !== 'open') return problem(409, 'conflict', '終わりました。', [{ pointer: '/survey', code: 'ended' }]);
    const { answers } = (await request.json()) as { answers: Reply['answers'] };
    one.replies = [...one.replies.filter(({ name }) => name !== me), { name: me, at: timeOf(now()), answers }];
    return HttpResponse.json(mineOf(one));
  }),
];
