import { Checkbox, Radio, TextInput, Textarea } from '@mantine/core';
import type { SurveyQuestion } from '@shell/api/schema';
import { useId, type ReactNode } from 'react';
import { longestLong, longestShort, type FaultCode, type Values } from './answers';
import type { FormWords } from './form-words';
import css from './surveys.module.css';

interface Props {
  questions: readonly SurveyQuestion[];
  values: Values;
  faults: Record<string, FaultCode>;
  say: FormWords;
  disabled?: boolean;
  onChange: (id: string, value: string | string[]) => void;
}

function hintOf({ kind }: SurveyQuestion, say: FormWords): string {
  if (kind.type === 'short') return say('characters', { count: longestShort });
  if (kind.type === 'long') return say('characters', { count: longestLong });
  if (kind.type === 'number') {
    const [least, most] = [kind.least ?? null, kind.most ?? null];
    const range =
      least !== null && most !== null
        ? say('number', { least, most })
        : least !== null
          ? say('least', { least })
          : most !== null
            ? say('most', { most })
            : '';
    return [range, kind.whole ? say('whole') : ''].filter(Boolean).join(' · ');
  }
  if (kind.type !== 'date' || (!kind.from && !kind.to)) return '';
  return `${kind.from ?? ''} – ${kind.to ?? ''}`.trim();
}

/** One question of the form. Its words name its field, and what is wrong with the answer stands below it. */
function One({ question, value, fault, say, disabled, onChange }: {
  question: SurveyQuestion;
  value: string | string[] | undefined;
  fault: FaultCode | undefined;
  say: FormWords;
  disabled: boolean;
  onChange: (value: string | string[]) => void;
}): ReactNode {
  const { kind, text, required } = question;
  const id = useId();
  const common = {
    id,
    label: (
      <>
        {text} <span className={`xs dim ${css['needed'] ?? ''}`}>{say(required ? 'required' : 'optional')}</span>
      </>
    ),
    description: hintOf(question, say) || undefined,
    error: fault && say(`fault.${fault}`),
  };
  const typed = typeof value === 'string' ? value : '';
  if (kind.type === 'several') {
    return (
      <Checkbox.Group {...common} value={Array.isArray(value) ? value : []} onChange={onChange}>
        <div className={css['choices']}>
          {kind.choices.map((choice, at) => (
            <Checkbox key={at} value={String(at)} label={choice} disabled={disabled} />
          ))}
        </div>
      </Checkbox.Group>
    );
  }
  if (kind.type === 'one') {
    return (
      <Radio.Group {...common} name={id} value={typed} onChange={onChange}>
        <div className={css['choices']}>
          {kind.choices.map((choice, at) => (
            <Radio key={at} value={String(at)} label={choice} disabled={disabled} />
          ))}
          {!required && !disabled && typed !== '' && (
            <button
              type="button"
              className="t sm"
              onClick={() => {
                onChange('');
              }}
            >
              {say('clear')}
            </button>
          )}
        </div>
      </Radio.Group>
    );
  }
  const field = {
    ...common,
    'aria-required': required,
    value: typed,
    disabled,
    onChange: (event: { currentTarget: { value: string } }) => {
      onChange(event.currentTarget.value);
    },
  };
  if (kind.type === 'long') return <Textarea {...field} minRows={4} />;
  const bounds = kind.type === 'date' ? { type: 'date', min: kind.from ?? undefined, max: kind.to ?? undefined } : {};
  return <TextInput {...field} {...bounds} inputMode={kind.type === 'number' ? 'decimal' : undefined} classNames={{ input: kind.type === 'short' ? '' : (css['narrow'] ?? '') }} />;
}

/** The questions of a survey as people answer them. */
export function Fill({ questions, values, faults, say, disabled = false, onChange }: Props): ReactNode {
  return (
    <ol className={css['form']}>
      {questions.map((question) => (
        <li key={question.id} data-question={question.id}>
          <One
            question={question}
            value={values[question.id]}
            fault={faults[question.id]}
            say={say}
            disabled={disabled}
            onChange={(value) => {
              onChange(question.id, value);
            }}
          />
        </li>
      ))}
    </ol>
  );
}

/** What somebody is told before they answer: whether their name stands with it, who reads it, and for how long it is kept. */
export function Terms({ anonymous, name, by, days, say }: { anonymous: boolean; name: string; by: string; days: number; say: FormWords }): ReactNode {
  return (
    <p className={css['terms']} role="note">
      {anonymous ? say('anonymous') : say('named', { name, by })} {say('kept', { count: days })}
    </p>
  );
}
