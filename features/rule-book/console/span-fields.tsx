import { Checkbox, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Button, IconButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { useFault } from './faults-context';
import { days, withField, type Span } from './rule';
import css from './rules.module.css';

/** Stretches of the week: on which days, from when to when. */
export function SpanFields({ at, spans, readOnly, onChange }: { at: string; spans: readonly Span[]; readOnly: boolean; onChange: (spans: Span[]) => void }): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const put = (nth: number, span: Span): void => {
    onChange(spans.map((one, index) => (index === nth ? span : one)));
  };
  return (
    <>
      <ol className={css['rows']}>
        {spans.map((span, nth) => (
          <li key={nth}>
            <div className={css['span']}>
              <Checkbox.Group
                label={t('edit.days')}
                description={t('edit.days_hint')}
                value={span.days ?? []}
                onChange={(next) => {
                  const chosen = days.filter((day) => next.includes(day));
                  put(nth, withField(span, 'days', chosen.length > 0 ? chosen : undefined));
                }}
              >
                <div className={css['choices']}>
                  {days.map((day) => (
                    <Checkbox key={day} value={day} label={t(`policy_values.${day}`)} disabled={readOnly} />
                  ))}
                </div>
              </Checkbox.Group>
              {(['from', 'to'] as const).map((end) => (
                <TextInput
                  key={end}
                  label={t(`edit.span_${end}`)}
                  error={fault(`${at}/${String(nth)}/${end}`)}
                  disabled={readOnly}
                  value={span[end]}
                  onChange={(event) => {
                    put(nth, { ...span, [end]: event.currentTarget.value });
                  }}
                />
              ))}
            </div>
            {!readOnly && (
              <IconButton
                name="close"
                label={t('edit.span_remove', { number: nth + 1 })}
                onClick={() => {
                  onChange(spans.filter((_, index) => index !== nth));
                }}
              />
            )}
          </li>
        ))}
      </ol>
      {!readOnly && (
        <Acts>
          <Button
            small
            icon="plus"
            onClick={() => {
              onChange([...spans, { from: '08:30', to: '17:30' }]);
            }}
          >
            {t('edit.span_add')}
          </Button>
        </Acts>
      )}
    </>
  );
}
