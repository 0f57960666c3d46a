import type { Survey, SurveyAnswer, SurveyQuestion, SurveyResults, SurveyTally } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { Button } from '@shell/ui/button';
import { Section, Stack } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { RowTime } from '@shell/ui/time';
import { Bar, KeyValues } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

/** So many texts are shown before somebody asks for the others. */
const few = 20;

function Texts({ texts, names = false }: { texts: string[]; names?: boolean }): ReactNode {
  const p = usePageWords();
  const [all, setAll] = useState(false);
  const shown = all ? texts : texts.slice(0, few);
  return (
    <>
      <ul className={css[names ? 'names' : 'texts']} aria-label={p(names ? 'results.waiting' : 'results.texts')}>
        {shown.map((text, at) => (
          <li key={at}>{text}</li>
        ))}
      </ul>
      {shown.length < texts.length && (
        <Button
          small
          onClick={() => {
            setAll(true);
          }}
        >
          {p('results.more_texts', { count: texts.length - shown.length })}
        </Button>
      )}
    </>
  );
}

function Choices({ question, tally }: { question: SurveyQuestion; tally: SurveyTally }): ReactNode {
  const p = usePageWords();
  const choices = 'choices' in question.kind ? question.kind.choices : [];
  return (
    <div className={css['tally']} role="list">
      {choices.map((choice, at) => {
        const count = tally.choices[at] ?? 0;
        const share = tally.answered > 0 ? count / tally.answered : 0;
        const words = p('results.count', { count, percent: Math.round(share * 100) });
        return (
          <div key={at} className={css['share']} role="listitem">
            <span>{choice}</span>
            <Bar share={share} label={words} />
            <span>{words}</span>
          </div>
        );
      })}
    </div>
  );
}

function One({ question, tally }: { question: SurveyQuestion; tally: SurveyTally }): ReactNode {
  const p = usePageWords();
  const { numbers } = tally;
  return (
    <Section title={question.text} note={p('results.of', { count: tally.answered })}>
      {'choices' in question.kind && <Choices question={question} tally={tally} />}
      {numbers && (
        <KeyValues
          facts={[
            { label: p('results.least'), value: numbers.least },
            { label: p('results.median'), value: numbers.median },
            { label: p('results.most'), value: numbers.most },
          ]}
        />
      )}
      {tally.texts.length > 0 && <Texts texts={tally.texts} />}
    </Section>
  );
}

/** An answer in words: what was chosen instead of its place. */
function useAnswerWords(): (question: SurveyQuestion, answer: SurveyAnswer | undefined) => string {
  const marks = useMarks();
  return ({ kind }, answer) => {
    if (answer === undefined) return '—';
    if (!('choices' in kind)) return String(answer);
    const places = Array.isArray(answer) ? answer : [Number(answer)];
    return marks.list(places.map((place) => kind.choices[place] ?? ''));
  };
}

function ByPerson({ survey, people }: { survey: Survey; people: NonNullable<SurveyResults['people']> }): ReactNode {
  const t = useWords('surveys');
  const p = usePageWords();
  const words = useAnswerWords();
  const [all, setAll] = useState(false);
  const shown = all ? people : people.slice(0, few);
  return (
    <Section title={p('results.by_person')} note={p('results.by_person_note')}>
      {/* A wide table is moved by the keyboard, too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={css['scroll']} role="region" aria-label={p('results.by_person')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{p('results.people')}</th>
              <th scope="col">{t('column.answered')}</th>
              {survey.questions.map((question) => (
                <th key={question.id} scope="col">
                  {question.text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((person, at) => (
              <tr key={at}>
                <th scope="row">{person.name}</th>
                <td>
                  <RowTime at={person.at} above={people[at - 1]?.at} />
                </td>
                {survey.questions.map((question) => (
                  <td key={question.id}>{words(question, person.answers[question.id])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < people.length && (
        <Button
          small
          onClick={() => {
            setAll(true);
          }}
        >
          {p('results.more_texts', { count: people.length - shown.length })}
        </Button>
      )}
    </Section>
  );
}

/** The results: for each question what came of it, and, where answers have names, who answered what and who has not. */
export function Results({ survey, results }: { survey: Survey; results: SurveyResults }): ReactNode {
  const p = usePageWords();
  if (survey.state === 'erased') return <Empty>{p('results.erased')}</Empty>;
  const { tallies, people, waiting } = results;
  const has = results.answered > 0 && !results.withheld;
  return (
    <Stack>
      {results.withheld ? <Empty>{p('results.withheld')}</Empty> : !has && <Empty>{p('results.no_answers')}</Empty>}
      {has &&
        survey.questions.map((question, at) => {
          const tally = tallies[at];
          return tally && <One key={question.id} question={question} tally={tally} />;
        })}
      {waiting && (
        <Section title={p('results.waiting')}>
          {waiting.length === 0 ? <p className="sm sub">{p('results.nobody_waits')}</p> : <Texts texts={waiting} names />}
        </Section>
      )}
      {people && people.length > 0 && <ByPerson survey={survey} people={people} />}
    </Stack>
  );
}
