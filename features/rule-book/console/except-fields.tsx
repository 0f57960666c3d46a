import { TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { useNow } from '@shell/time';
import { Button, IconButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { useState, type ReactNode } from 'react';
import { useFault } from './faults-context';
import { Moment } from './fields';
import { withField, type Exception, type Rule } from './rule';
import css from './rules.module.css';
import { whenWords } from './sentence';
import { useSpeech } from './speech';
import { TimeFields, WhatFields, WhichFields, WhoFields } from './when-fields';

function One({ nth, exception, readOnly, onChange, onRemove }: { nth: number; exception: Exception; readOnly: boolean; onChange: (next: Exception) => void; onRemove: () => void }): ReactNode {
  const t = useWords('rule-book');
  const speech = useSpeech();
  const fault = useFault();
  const [open, setOpen] = useState(Object.keys(exception.when).length === 0);
  const at = `/except/${String(nth)}`;
  const nowMs = useNow();
  const over = exception.until !== undefined && Date.parse(exception.until) <= nowMs;
  const number = t('edit.except_number', { number: nth + 1 });
  const when = {
    at: `${at}/when`,
    when: exception.when,
    readOnly,
    onChange: (next: Exception['when']) => {
      onChange({ ...exception, when: next });
    },
  };
  return (
    <li>
      <fieldset className={css['exception']}>
        <legend className="sr">{number}</legend>
        <p className="sm">
          <b>{number}</b> {Object.keys(exception.when).length > 0 && whenWords(speech, exception.when)}
          {over && <span className="dim"> {t('edit.except_over')}</span>}
        </p>
        <div className={css['reason']}>
          <TextInput
            label={t('edit.reason')}
            description={t('edit.reason_hint')}
            error={fault(`${at}/reason`)}
            disabled={readOnly}
            value={exception.reason}
            onChange={(event) => {
              onChange({ ...exception, reason: event.currentTarget.value });
            }}
          />
          <Moment
            label={t('edit.until')}
            hint={t('edit.until_hint')}
            value={exception.until}
            readOnly={readOnly}
            onChange={(until) => {
              onChange(withField(exception, 'until', until));
            }}
          />
        </div>
        <p>
          <button
            type="button"
            className="t sm"
            aria-expanded={open}
            onClick={() => {
              setOpen(!open);
            }}
          >
            {t(open ? 'edit.except_close' : 'edit.except_open')}
          </button>
          {fault(`${at}/when`) !== null && !open && <b className="sm"> {fault(`${at}/when`)}</b>}
        </p>
        {open && (
          <div className={css['conditions']}>
            <WhoFields {...when} />
            <WhatFields {...when} />
            <WhichFields {...when} />
            <TimeFields {...when} />
          </div>
        )}
      </fieldset>
      {!readOnly && <IconButton name="close" label={t('edit.except_remove', { number: nth + 1 })} onClick={onRemove} />}
    </li>
  );
}

/** What the rule lets through, why, and until when. */
export function ExceptFields({ rule, readOnly, onChange }: { rule: Rule; readOnly: boolean; onChange: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const all = rule.except ?? [];
  const put = (next: Exception[]): void => {
    onChange(withField(rule, 'except', next.length > 0 ? next : undefined));
  };
  return (
    <>
      {all.length === 0 && <p className="sm dim">{t('edit.except_none')}</p>}
      <ol className={css['rows']}>
        {all.map((exception, nth) => (
          <One
            key={nth}
            nth={nth}
            exception={exception}
            readOnly={readOnly}
            onChange={(next) => {
              put(all.map((one, index) => (index === nth ? next : one)));
            }}
            onRemove={() => {
              put(all.filter((_, index) => index !== nth));
            }}
          />
        ))}
      </ol>
      {!readOnly && (
        <Acts>
          <Button
            small
            icon="plus"
            onClick={() => {
              put([...all, { when: {}, reason: '' }]);
            }}
          >
            {t('edit.except_add')}
          </Button>
        </Acts>
      )}
    </>
  );
}
