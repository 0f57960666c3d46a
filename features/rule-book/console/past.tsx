import type { PreviewView, RuleAnswers } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan, usePlace } from '@shell/session/session';
import { clockTime, exact, shortDay } from '@shell/time';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { Acts } from '@shell/ui/section';
import { Failed, Skeleton } from '@shell/ui/states';
import { Bar } from '@shell/ui/words';
import { useEffect, useState, type ReactNode } from 'react';
import { splitPath } from '../../../core/events/console/kinds';
import { useEvent } from './queries';
import css from './rules.module.css';
import type { Past } from './use-past';

/** The server answers within so many seconds, with as much as it has judged by then. */
const longest = 20;
const shown = 4;

const number = (value: number): string => value.toLocaleString('en-US');

function Example({ id }: { id: string }): ReactNode {
  const place = usePlace();
  const { data, error } = useEvent(id);
  if (error) return null;
  if (!data) return <Skeleton lines={1} />;
  const at = Date.parse(data.occurred_at);
  const what = data.target ?? data.subject ?? data.image ?? '';
  return (
    <li>
      <Go to="/events" search={{ event: id }}>
        <time dateTime={data.occurred_at} title={exact(at, place)}>
          {shortDay(at, place)} {clockTime(at, place, false)}
        </time>
        <span title={data.hostname}>{data.user ?? data.hostname}</span>
        <span title={what}>{splitPath(what).name}</span>
      </Go>
    </li>
  );
}

/** What one rule would have done: whom it would have warned, and some of the rows, which are read when somebody wants to see them. */
export function Answers({ answers, open = false }: { answers: RuleAnswers; open?: boolean }): ReactNode {
  const t = useWords('rule-book');
  const [wanted, setWanted] = useState(open);
  if (answers.times === 0) return <p>{t('past.nothing')}</p>;
  const people = t('past.people', { count: answers.people, number: number(answers.people) });
  const endpoints = t('past.endpoints', { count: answers.endpoints, number: number(answers.endpoints) });
  const warns = answers.level !== 'log' && answers.warned > 0;
  return (
    <>
      <p className={css['lead']}>
        {warns
          ? t('past.warned', { people, count: answers.warned, times: number(answers.warned) })
          : t('past.answered', { people, count: answers.times, times: number(answers.times) })}
      </p>
      <p className="sm sub">{t('past.rows', { endpoints, count: answers.times, times: number(answers.times) })}</p>
      {wanted ? (
        <>
          <h3 className={css['minor']}>{t('past.examples')}</h3>
          <ul className={css['examples']}>
            {answers.examples.slice(-shown).reverse().map((id) => (
              <Example key={id} id={id} />
            ))}
          </ul>
        </>
      ) : (
        <button
          type="button"
          className="t sm"
          aria-label={t('past.show_examples_of', { name: answers.name })}
          onClick={() => {
            setWanted(true);
          }}
        >
          {t('past.show_examples')}
        </button>
      )}
    </>
  );
}

/** How far the trial came, and what it cannot say. */
export function Reach({ view }: { view: PreviewView }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  return (
    <p className="xs dim">
      {t('past.judged', { count: number(view.judged) })}
      {!view.complete && ` ${t('past.incomplete', { until: exact(Date.parse(view.until), place) })}`}
      {view.cannot_say.length > 0 && ` ${t('past.cannot_say')}`}
    </p>
  );
}

function Running({ begun, onCancel }: { begun: number; onCancel: () => void }): ReactNode {
  const t = useWords('rule-book');
  const [at, setAt] = useState(begun);
  useEffect(() => {
    const timer = setInterval(() => {
      setAt(Date.now());
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const seconds = Math.min(longest, Math.floor((at - begun) / 1000));
  return (
    <div className={css['running']} aria-busy="true">
      <p className="sm">{t('past.running', { seconds })}</p>
      <Bar share={seconds / longest} label={t('past.progress')} />
      <Acts>
        <Button small onClick={onCancel}>
          {t('past.cancel')}
        </Button>
      </Acts>
    </div>
  );
}

/** Rules tried on the last week: started by a press, with its progress, and to be given up. */
export function PastPart({ past, children }: { past: Past; children: (view: PreviewView) => ReactNode }): ReactNode {
  const t = useWords('rule-book');
  const may = useCan('events.read');
  if (!may) return <p className="sm sub">{t('past.no_permission')}</p>;
  const { now } = past;
  if (now.state === 'running') return <Running begun={now.begun} onCancel={past.cancel} />;
  const button = (word: 'past.try' | 'past.again'): ReactNode => (
    <Acts>
      <Button small icon="play" onClick={past.start}>
        {t(word)}
      </Button>
    </Acts>
  );
  switch (now.state) {
    case 'done':
      return (
        <>
          {children(now.view)}
          <Reach view={now.view} />
        </>
      );
    case 'failed':
      return <Failed error={now.error} retry={past.start} />;
    case 'cancelled':
      return (
        <div className={css['running']}>
          <p className="sm sub" role="status">
            {t('past.cancelled')}
          </p>
          {button('past.again')}
        </div>
      );
    case 'idle':
      return (
        <div className={css['running']}>
          <p className="sm sub">{t('past.scope')}</p>
          {button('past.try')}
        </div>
      );
  }
}

/** The first event that a trial found, to fill a pop-up with. */
export function firstExample(past: Past, rule: string): string | undefined {
  return past.now.state === 'done' ? past.now.view.rules.find((one) => one.rule === rule)?.examples.at(-1) : undefined;
}

