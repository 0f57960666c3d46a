import { Switch, Textarea } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { useRef, type ReactNode } from 'react';
import { timeUnits } from './amounts';
import { useFault } from './faults-context';
import { Quantity } from './fields';
import { placeholders } from './popup';
import { isShown, quietOf, withField, type Popup, type Rule } from './rule';
import css from './rules.module.css';

/** Whether and with what words the person is told. */
export function PopupFields({ rule, readOnly, onChange }: { rule: Rule; readOnly: boolean; onChange: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const field = useRef<HTMLTextAreaElement>(null);
  const popup: Popup = rule.popup ?? {};
  const put = (next: Popup): void => {
    onChange(withField(rule, 'popup', next));
  };
  const insert = (name: string): void => {
    const text = popup.text ?? '';
    const from = field.current?.selectionStart ?? text.length;
    const to = field.current?.selectionEnd ?? text.length;
    put({ ...popup, text: `${text.slice(0, from)}%${name}%${text.slice(to)}` });
    // After the new text stands in the field, the caret goes behind what was put in.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(from + name.length + 2, from + name.length + 2);
    });
  };
  if (rule.level === 'log') return <p className="sm sub">{t('edit.popup_log')}</p>;
  return (
    <>
      <Switch
        label={t('edit.show')}
        checked={isShown(rule)}
        disabled={readOnly}
        onChange={(event) => {
          put(withField(popup, 'show', event.currentTarget.checked ? undefined : false));
        }}
      />
      {isShown(rule) && (
        <>
          <Textarea
            ref={field}
            label={t('edit.text_own')}
            description={t('edit.text_hint')}
            error={fault('/popup/text')}
            disabled={readOnly}
            autosize
            minRows={3}
            value={popup.text ?? ''}
            onChange={(event) => {
              const text = event.currentTarget.value;
              put(withField(popup, 'text', text === '' ? undefined : text));
            }}
          />
          {!readOnly && (
            <p className={css['inserts']} role="group" aria-label={t('edit.insert')}>
              <span className="xs dim">{t('edit.insert')}</span>
              {placeholders.map((name) => (
                <button
                  key={name}
                  type="button"
                  className="t sm"
                  title={`%${name}%`}
                  onClick={() => {
                    insert(name);
                  }}
                >
                  {t(`edit.placeholder.${name}`)}
                </button>
              ))}
            </p>
          )}
          <Quantity
            label={t('edit.quiet')}
            hint={t('edit.quiet_hint')}
            units={timeUnits}
            value={quietOf(rule)}
            readOnly={readOnly}
            onChange={(value) => {
              put(withField(popup, 'quiet_s', value ?? 0));
            }}
          />
        </>
      )}
    </>
  );
}
