import { ApiError } from '@shell/api/client';
import { useSearchState, type Changes } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { toLocalInput } from '@shell/time';
import { PageHead } from '@shell/ui/page';
import { useMemo, type ReactNode } from 'react';
import { EventTable } from '../../../core/events/console/event-table';
import { names } from '../../../core/events/console/filter';
import { FourWords } from '../../../core/events/console/four-words';
import { questionOf, soughtIn, toggled, withField, withWords, wordsOf } from '../../../core/events/console/question';
import { useEvents } from '../../../core/events/console/use-events';
import { ForPurpose } from './case';
import { ExportButton } from './exports';
import { Facets } from './facets';
import { Histogram } from './histogram';
import css from './log-search.module.css';
import { QueryBar } from './query-bar';
import { SaveButton, SavedLine } from './saved';

function Found({ line }: { line: ReactNode }): ReactNode {
  const t = useWords('log-search');
  const { zone, language } = usePlace();
  const [address, change] = useSearchState();
  const question = questionOf(address, zone, language);
  const search = useMemo(() => (question === '' ? {} : { q: question }), [question]);
  const ask = (next: string): void => {
    const others = Object.fromEntries(names.map((name) => [name, undefined]));
    change({ ...others, q: next === '' ? undefined : next, event: undefined });
  };
  const narrow = (changes: Changes): void => {
    ask(withWords(question, changes, zone, language));
  };
  const events = useEvents(search, true);
  const { error } = events.rows;
  const misread = error instanceof ApiError && error.codesAt('?q').length > 0;
  return (
    <>
      <SavedLine question={question} onAsk={ask} />
      {line}
      <QueryBar
        question={question}
        error={error}
        onAsk={ask}
        acts={
          <>
            <SaveButton question={question} />
            <ExportButton question={question} />
          </>
        }
      />
      <FourWords search={wordsOf(question, zone)} change={narrow} />
      {misread ? null : (
        <>
          <Histogram
            question={question}
            onZoom={(since, until) => {
              const cleared = withField(withField(question, 'since', undefined, language), 'until', undefined, language);
              ask(withField(cleared, 'time', `${toLocalInput(since, zone)}..${toLocalInput(until, zone)}`, language));
            }}
          />
          <div className={css['below']}>
            <Facets
              question={question}
              onToggle={(field, value, op) => {
                ask(toggled(question, field, value, language, op));
              }}
            />
            <EventTable
              id="log-search"
              search={search}
              events={events}
              wanted={soughtIn(question)}
              openId={address['event']}
              onOpen={(event) => {
                change({ event }, { replace: true });
              }}
              narrow={narrow}
              clear={() => {
                ask('');
              }}
            />
          </div>
        </>
      )}
      <span className="sr" role="status">
        {t('asked', { question })}
      </span>
    </>
  );
}

export default function LogSearch(): ReactNode {
  return (
    <>
      <PageHead room="records" title="log-search:title" />
      <ForPurpose>{(line) => <Found line={line} />}</ForPurpose>
    </>
  );
}
