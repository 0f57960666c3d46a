import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError, answered, api } from '@shell/api/client';
import type { MySurvey } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { useCrumbs } from '@shell/ui/page';
import { Acts } from '@shell/ui/section';
import { Await, Empty, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Remark } from '@shell/ui/words';
import { useRef, useState, type ReactNode } from 'react';
import { begun, faultsOf, keep, read, valuesOf, type FaultCode, type Values } from './answers';
import { Fill, Terms } from './fill';
import { formWords } from './form-words';
import { mySurveyKey, mySurveysKey } from './queries';
import css from './surveys.module.css';

type Trouble = { kind: 'ended' | 'elsewhere' | 'offline' } | { kind: 'other'; error: Error };

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) {
    const [code] = error.codesAt('/survey');
    if (code === 'ended') return { kind: 'ended' };
    if (code === 'changed' || code === 'answered') return { kind: 'elsewhere' };
    if (error.problem.status === 0) return { kind: 'offline' };
  }
  return { kind: 'other', error: error instanceof Error ? error : new Error(String(error)) };
}

function stored(survey: MySurvey): Values {
  const before = valuesOf(survey.questions, survey.answers);
  try {
    return begun(survey.id, survey.questions, localStorage) ?? before;
  } catch {
    return before;
  }
}

/** The form itself. What is written is kept in this browser until it is sent. */
function Answer({ survey, onSent, onReload }: { survey: MySurvey; onSent: (after: MySurvey) => void; onReload: () => void }): ReactNode {
  const f = formWords(useLanguage());
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(() => stored(survey));
  const [faults, setFaults] = useState<Record<string, FaultCode>>({});
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(false);

  const show = (found: Record<string, FaultCode>): void => {
    setFaults(found);
    const first = survey.questions.find(({ id }) => found[id] !== undefined);
    // After the words at the fields are there, the first of them has the keyboard.
    requestAnimationFrame(() => {
      form.current?.querySelector<HTMLElement>(`[data-question="${first?.id ?? ''}"] :is(input, textarea)`)?.focus();
    });
  };
  const send = async (): Promise<void> => {
    const { answers, faults: found } = read(survey.questions, values);
    setTrouble(null);
    if (Object.keys(found).length > 0) {
      show(found);
      return;
    }
    setBusy(true);
    try {
      const body = { answers, seen: survey.answered };
      const after = await answered(api.PUT('/api/v1/me/surveys/{id}/answer', { params: { path: { id: survey.id } }, body }));
      keep(survey.id, null);
      setFaults({});
      setSent(true);
      onSent(after);
    } catch (error) {
      const refused = error instanceof ApiError ? faultsOf(error.problem.errors) : {};
      if (Object.keys(refused).length > 0) show(refused);
      else setTrouble(troubleOf(error));
    } finally {
      setBusy(false);
    }
  };
  const once = survey.anonymous && survey.answered > 0;
  const closed = !survey.open || once;
  const wrong = Object.keys(faults).length;
  return (
    <>
      <div role="status">
        {!survey.open && <Remark>{f('ended')}</Remark>}
        {survey.answered > 0 && (
          <Remark title={f(sent ? 'sent' : 'answered')}>{survey.open && !once ? f('sent_change') : null}</Remark>
        )}
      </div>
      {!(once || (!survey.open && !survey.answers)) && (
        <form
          ref={form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <Fill
            questions={survey.questions}
            values={values}
            faults={faults}
            say={f}
            disabled={closed}
            onChange={(id, value) => {
              const next = { ...values, [id]: value };
              setValues(next);
              setSent(false);
              setFaults((now) => Object.fromEntries(Object.entries(now).filter(([other]) => other !== id)));
              keep(survey.id, next);
            }}
          />
          {!closed && (
            <div className={css['foot']}>
              {wrong > 0 && (
                <p role="alert" className={css['red']}>
                  {f('faults', { count: wrong })}
                </p>
              )}
              {trouble?.kind === 'other' && <Failed error={trouble.error} />}
              {trouble && trouble.kind !== 'other' && (
                <p role="alert" className={css['red']}>
                  {f(`${trouble.kind}`)}{' '}
                  {trouble.kind !== 'offline' && (
                    <button
                      type="button"
                      className="t"
                      onClick={() => {
                        keep(survey.id, null);
                        onReload();
                      }}
                    >
                      {f('reload')}
                    </button>
                  )}
                </p>
              )}
              <Acts>
                <Button main type="submit" busy={busy}>
                  {f(survey.answered > 0 ? 'change' : 'send')}
                </Button>
                <span className="xs dim">{f('draft')}</span>
              </Acts>
            </div>
          )}
        </form>
      )}
    </>
  );
}

/** A survey that asks the person who is signed in. */
export default function MyOne(): ReactNode {
  const t = useWords('surveys');
  const f = formWords(useLanguage());
  const { id = '' } = useParams({ strict: false });
  const { admin } = useSession();
  const client = useQueryClient();
  const [turn, setTurn] = useState(0);
  const query = useQuery({
    queryKey: mySurveyKey(id),
    refetchOnWindowFocus: false,
    retry: false,
    queryFn: () => answered(api.GET('/api/v1/me/surveys/{id}', { params: { path: { id } } })),
  });
  useCrumbs('me', [{ label: t('mine.title'), to: '/me/surveys' }, { label: query.data?.title ?? t('mine.title') }]);
  const unknown = query.error instanceof ApiError && query.error.problem.code === 'not_found';
  if (unknown && admin.role !== 'employee') return <Empty>{t('mine.console')}</Empty>;
  return (
    <Await query={query} lines={12}>
      {(survey) => (
        <>
          <h1 className={css['title']}>{survey.title}</h1>
          {survey.lead.trim() !== '' && <p className={css['text']}>{survey.lead}</p>}
          <Terms anonymous={survey.anonymous} name={survey.name ?? ''} by={survey.created_by} days={survey.keep_days} say={f} />
          {survey.open && (
            <p className={`sm sub ${css['until'] ?? ''}`}>
              {f('until')} <ExactTime at={survey.ends_at} />
            </p>
          )}
          <Answer
            key={turn}
            survey={survey}
            onSent={(after) => {
              client.setQueryData(mySurveyKey(id), after);
              void client.invalidateQueries({ queryKey: mySurveysKey });
            }}
            onReload={() => void query.refetch().then(() => {
              setTurn((now) => now + 1);
            })}
          />
        </>
      )}
    </Await>
  );
}
