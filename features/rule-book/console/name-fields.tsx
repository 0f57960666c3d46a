import { Select, Switch, TextInput } from '@mantine/core';
import { useLooseWords, useWordTree, useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import { useFault } from './faults-context';
import { isOn, withField, type Rule } from './rule';
import css from './rules.module.css';

const own = '';

/** What people call it, what it is about, and whether it works. */
export function NameFields({ rule, readOnly, onChange }: { rule: Rule; readOnly: boolean; onChange: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const loose = useLooseWords('rule-book');
  const fault = useFault();
  const known = Object.keys(useWordTree('rule-book')('class')).filter((name) => name !== 'none');
  const isKnown = known.includes(rule.class);
  return (
    <>
      <TextInput
        label={t('edit.name')}
        description={t('edit.name_hint')}
        error={fault('/name')}
        disabled={readOnly}
        value={rule.name}
        onChange={(event) => {
          onChange({ ...rule, name: event.currentTarget.value });
        }}
      />
      <div className={css['pair']}>
        <Select
          label={t('edit.class')}
          description={t('edit.class_hint')}
          disabled={readOnly}
          allowDeselect={false}
          data={[...known.map((name) => ({ value: name, label: loose(`class.${name}`, name) })), { value: own, label: t('edit.class_own') }]}
          value={isKnown ? rule.class : own}
          onChange={(next) => {
            onChange({ ...rule, class: next ?? own });
          }}
        />
        {!isKnown && (
          <TextInput
            label={t('edit.class_code')}
            description={t('edit.class_code_hint')}
            error={fault('/class')}
            disabled={readOnly}
            value={rule.class}
            onChange={(event) => {
              onChange({ ...rule, class: event.currentTarget.value });
            }}
          />
        )}
      </div>
      <Switch
        label={t('edit.on')}
        checked={isOn(rule)}
        disabled={readOnly}
        onChange={(event) => {
          onChange(withField(rule, 'on', event.currentTarget.checked ? undefined : false));
        }}
      />
    </>
  );
}
