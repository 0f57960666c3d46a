import { Checkbox, Select, TextInput, Textarea } from '@mantine/core';
import { IconButton } from '@shell/ui/button';
import { useId, type ReactNode } from 'react';
import { types, type DraftQuestion } from './draft';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

interface Props {
  question: DraftQuestion;
  n: number;
  last: boolean;
  fault: (field: string) => string | undefined;
  onChange: (changes: Partial<DraftQuestion>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** One question while it is written. */
export function QuestionFields({ question, n, last, fault, onChange, onMove, onRemove }: Props): ReactNode {
  const p = usePageWords();
  const id = useId();
  const typed = (name: 'least' | 'most' | 'from' | 'to', label: string, type: 'text' | 'date'): ReactNode => (
    <TextInput
      type={type}
      label={label}
      inputMode={type === 'text' ? 'decimal' : undefined}
      className={css['narrow']}
      value={question[name]}
      error={fault(name)}
      onChange={(event) => {
        onChange({ [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <div role="group" aria-labelledby={id} className={css['question']}>
      <div className={css['questionHead']}>
        <h3 id={id}>{p('draft.question', { n })}</h3>
        <IconButton
          name="up"
          label={p('draft.up', { n })}
          disabled={n === 1}
          onClick={() => {
            onMove(-1);
          }}
        />
        <IconButton
          name="expand"
          label={p('draft.down', { n })}
          disabled={last}
          onClick={() => {
            onMove(1);
          }}
        />
        <IconButton name="close" label={p('draft.remove', { n })} onClick={onRemove} />
      </div>
      <TextInput
        label={p('draft.text')}
        value={question.text}
        maxLength={500}
        error={fault('text')}
        onChange={(event) => {
          onChange({ text: event.currentTarget.value });
        }}
      />
      <div className={css['pair']}>
        <Select
          label={p('draft.type')}
          className={css['narrow']}
          data={types.map((type) => ({ value: type, label: p(`draft.types.${type}`) }))}
          value={question.type}
          onChange={(value) => {
            onChange({ type: types.find((type) => type === value) ?? 'one' });
          }}
        />
        <Checkbox
          label={p('draft.required')}
          checked={question.required}
          onChange={(event) => {
            onChange({ required: event.currentTarget.checked });
          }}
        />
      </div>
      {(question.type === 'one' || question.type === 'several') && (
        <Textarea
          label={p('draft.choices')}
          description={p('draft.choices_hint')}
          value={question.choices}
          error={fault('choices')}
          onChange={(event) => {
            onChange({ choices: event.currentTarget.value });
          }}
        />
      )}
      {question.type === 'number' && (
        <div className={css['pair']}>
          {typed('least', p('draft.least'), 'text')}
          {typed('most', p('draft.most'), 'text')}
          <Checkbox
            label={p('draft.whole')}
            checked={question.whole}
            onChange={(event) => {
              onChange({ whole: event.currentTarget.checked });
            }}
          />
        </div>
      )}
      {question.type === 'date' && (
        <div className={css['pair']}>
          {typed('from', p('draft.from'), 'date')}
          {typed('to', p('draft.to'), 'date')}
        </div>
      )}
    </div>
  );
}
