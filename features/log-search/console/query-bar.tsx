import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, api, ApiError } from '@shell/api/client';
import { useLooseWords, useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Icon } from '@shell/ui/icons';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { readHistory, remember } from './history';
import css from './log-search.module.css';

interface Choice {
  text: string;
  note: string;
  /** Where it goes; the whole text for a question of before. */
  from: number;
  to: number;
}

const characters = (text: string): string[] => Array.from(text);

/** What may stand at the caret: the server knows the language and the names. */
function useChoices(text: string, caret: number, open: boolean): Choice[] {
  const t = useWords('log-search');
  const loose = useLooseWords('events');
  const { language } = usePlace();
  const place = characters(text.slice(0, caret)).length;
  const found = useQuery({
    queryKey: ['log-search-completion', text, place, language],
    enabled: open && text !== '',
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/events/completion', { params: { query: { q: text, caret: place, language } }, signal })),
  });
  if (text === '') {
    const whole = readHistory();
    return whole.map((question) => ({ text: question, note: t('bar.before'), from: 0, to: 0 }));
  }
  const answer = found.data;
  if (!answer || found.isPlaceholderData) return [];
  const note = (sort: string, code: string | undefined): string => {
    if (sort === 'field' && code !== undefined) return t(`field.${code}` as 'field.user');
    return code === undefined ? '' : loose(`kinds.${code}`, loose(`level.${code}`, code));
  };
  return answer.offers.slice(0, 12).map((offer) => ({
    text: offer.text,
    note: note(offer.sort, offer.code ?? undefined),
    from: answer.from,
    to: answer.to,
  }));
}

/** What is wrong with a question, with the piece marked and what was probably meant. */
function Fault({ error, asked, onMend }: { error: ApiError; asked: string; onMend: (text: string) => void }): ReactNode {
  const t = useWords('log-search');
  const fault = error.problem.errors.find((one) => one.pointer === '?q');
  if (!fault) return null;
  const place = fault.place;
  const letters = characters(asked);
  const found = place?.found ?? '';
  return (
    <div className={css['fault']} role="alert">
      <p>
        {t(`fault.${fault.code}` as 'fault.unknown_field', { found })}
        {place?.meant && (
          <>
            {' '}
            <button
              type="button"
              className="t"
              onClick={() => {
                onMend([...letters.slice(0, place.from), place.meant, ...letters.slice(place.to)].join(''));
              }}
            >
              {t('bar.meant', { meant: place.meant })}
            </button>
          </>
        )}
      </p>
      {place && (
        <p className={css['marked']}>
          {letters.slice(0, place.from).join('')}
          <mark>{letters.slice(place.from, place.to).join('') || '▯'}</mark>
          {letters.slice(place.to).join('')}
        </p>
      )}
    </div>
  );
}

/** The question as text, with what may follow while it is written. */
export function QueryBar({
  question,
  error,
  onAsk,
  acts,
}: {
  question: string;
  error: Error | null;
  onAsk: (question: string) => void;
  acts: ReactNode;
}): ReactNode {
  const t = useWords('log-search');
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(question);
  const [given, setGiven] = useState(question);
  const [caret, setCaret] = useState(question.length);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  if (given !== question) {
    setGiven(question);
    setText(question);
  }
  const choices = useChoices(text, caret, open);
  const shown = open && choices.length > 0;

  const ask = (asked: string): void => {
    setOpen(false);
    setAt(-1);
    setText(asked);
    remember(asked.trim());
    onAsk(asked.trim());
  };
  const take = (choice: Choice): void => {
    const letters = characters(text);
    const before = letters.slice(0, choice.from).join('') + choice.text;
    const next = before + letters.slice(choice.to).join('');
    setText(next);
    setCaret(before.length);
    setAt(-1);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(before.length, before.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const chosen = choices[at];
    if (step !== 0 && choices.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((at + step + choices.length + (at < 0 && step < 0 ? 1 : 0)) % choices.length);
    } else if (event.key === 'Escape' && shown) {
      event.preventDefault();
      setOpen(false);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && shown && chosen) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === 'Enter') ask(text);
  };
  return (
    <>
      <div className={css['bar']}>
        <div className={css['field']}>
          <Icon name="find" />
          <input
            ref={input}
            type="text"
            role="combobox"
            aria-label={t('bar.label')}
            aria-expanded={shown}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={shown && at >= 0 ? `${list}-${String(at)}` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={t('bar.example')}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
              setOpen(true);
              setAt(-1);
            }}
            onSelect={(event) => {
              setCaret(event.currentTarget.selectionStart ?? 0);
            }}
            onBlur={() => {
              setOpen(false);
            }}
            onKeyDown={onKeyDown}
          />
          {shown && (
            <div className={css['choices']} id={list} role="listbox" aria-label={t('bar.choices')}>
              {choices.map((choice, index) => (
                <div
                  key={`${choice.text}${choice.note}`}
                  id={`${list}-${String(index)}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === at}
                  onPointerDown={(event) => {
                    event.preventDefault();
                    take(choice);
                  }}
                >
                  <span>{choice.text}</span>
                  <span className="dim">{choice.note}</span>
                </div>
              ))}
            </div>
          )}
        </div>
        <Button
          main
          onClick={() => {
            ask(text);
          }}
        >
          {t('bar.ask')}
        </Button>
        {acts}
      </div>
      {error instanceof ApiError && <Fault error={error} asked={question} onMend={ask} />}
    </>
  );
}
