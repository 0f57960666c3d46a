import { Select } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { Button, IconButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { useFault } from './faults-context';
import { Words } from './fields';
import { wheres, withField, type Texts } from './rule';
import css from './rules.module.css';
import type { WhenProps } from './when-fields';

/** What must stand in the texts of an event, and what must not. */
export function TextFields({ at, when, readOnly, onChange }: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const texts = when.texts ?? [];
  const put = (next: Texts[]): void => {
    onChange(withField(when, 'texts', next.length > 0 ? next : undefined));
  };
  return (
    <div className={css['part']}>
      <h3 className={css['minor']}>{t('edit.text')}</h3>
      <ol className={css['rows']}>
        {texts.map((text, nth) => {
          const here = `${at}/texts/${String(nth)}`;
          return (
            <li key={nth}>
              <div className={css['text']}>
                <Select
                  label={t('edit.in')}
                  description={t('edit.in_hint')}
                  disabled={readOnly}
                  allowDeselect={false}
                  data={wheres.map((where) => ({ value: where, label: t(`policy_values.${where}`) }))}
                  value={text.in}
                  onChange={(next) => {
                    put(texts.map((one, index) => (index === nth ? { ...one, in: wheres.find((where) => where === next) ?? one.in } : one)));
                  }}
                />
                {(['any_of', 'none_of'] as const).map((name) => (
                  <Words
                    key={name}
                    label={t(`edit.${name}`)}
                    hint={t('edit.patterns_hint')}
                    value={text[name]}
                    error={fault(`${here}/${name}`) ?? (name === 'any_of' ? fault(here) : null)}
                    readOnly={readOnly}
                    onChange={(value) => {
                      put(texts.map((one, index) => (index === nth ? withField(one, name, value) : one)));
                    }}
                  />
                ))}
              </div>
              {!readOnly && (
                <IconButton
                  name="close"
                  label={t('edit.text_remove', { number: nth + 1 })}
                  onClick={() => {
                    put(texts.filter((_, index) => index !== nth));
                  }}
                />
              )}
            </li>
          );
        })}
      </ol>
      {!readOnly && (
        <Acts>
          <Button
            small
            icon="plus"
            onClick={() => {
              put([...texts, { in: 'name' }]);
            }}
          >
            {t('edit.text_add')}
          </Button>
        </Acts>
      )}
    </div>
  );
}
