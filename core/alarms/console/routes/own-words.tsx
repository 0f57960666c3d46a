import { Textarea, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import { useRef, type ReactNode } from 'react';
import type { PartProps } from './form';
import { placeholders, unknownPlaceholder } from './mail';
import css from './routes.module.css';

type Text = 'subject' | 'line';

/** Subject and text of mails in one's own words, with what is filled in. */
export function OwnWords({ draft, change, fault }: PartProps): ReactNode {
  const t = useWords('alarms');
  const subject = useRef<HTMLInputElement>(null);
  const line = useRef<HTMLTextAreaElement>(null);
  const written = useRef<Text>('line');
  const insert = (word: string): void => {
    const name = written.current;
    const field = name === 'subject' ? subject.current : line.current;
    const text = draft[name];
    const from = field?.selectionStart ?? text.length;
    const to = field?.selectionEnd ?? from;
    change({ [name]: `${text.slice(0, from)}${word}${text.slice(to)}` });
    // Where it was put is where one goes on writing, once the text is there.
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(from + word.length, from + word.length);
    });
  };
  const error = (name: Text): string | undefined => {
    const unknown = unknownPlaceholder(draft[name]);
    return fault(name) ?? (unknown === undefined ? undefined : t('routes.fault.placeholder', { word: unknown }));
  };
  return (
    <Section title={t('routes.form.words')} note={t('routes.form.words_hint')}>
      <Fields>
        <TextInput
          ref={subject}
          label={t('routes.form.subject')}
          maxLength={1000}
          value={draft.subject}
          error={error('subject')}
          onFocus={() => {
            written.current = 'subject';
          }}
          onChange={(event) => {
            change({ subject: event.currentTarget.value });
          }}
        />
        <Textarea
          ref={line}
          label={t('routes.form.line')}
          maxLength={1000}
          minRows={3}
          value={draft.line}
          error={error('line')}
          onFocus={() => {
            written.current = 'line';
          }}
          onChange={(event) => {
            change({ line: event.currentTarget.value });
          }}
        />
        <div>
          <p className="sm">
            <b>{t('routes.form.insert')}</b> <span className="xs dim">{t('routes.form.insert_hint')}</span>
          </p>
          <ul className={css['words']} aria-label={t('routes.form.insert')}>
            {placeholders.map((name) => (
              <li key={name}>
                <button
                  type="button"
                  className={css['word']}
                  onClick={() => {
                    insert(`%${name}%`);
                  }}
                >
                  <code>%{name}%</code> <span className="dim">{t(`routes.placeholder.${name}`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      </Fields>
    </Section>
  );
}
