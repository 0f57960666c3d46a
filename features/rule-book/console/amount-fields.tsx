import { NumberInput, Radio } from '@mantine/core';
import { useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import { sizeUnits, timeUnits } from './amounts';
import { useFault } from './faults-context';
import { Quantity } from './fields';
import { withField, type AtLeast, type Rule } from './rule';
import css from './rules.module.css';

const usual: AtLeast = { count: 50, within_s: 600 };

/** How much must come together before the rule answers. */
export function AmountFields({ rule, readOnly, onChange }: { rule: Rule; readOnly: boolean; onChange: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const { at_least } = rule;
  const put = (next: AtLeast | undefined): void => {
    onChange(withField(rule, 'at_least', next));
  };
  return (
    <>
      <Radio.Group
        aria-label={t('edit.part.much')}
        value={at_least ? 'together' : 'once'}
        onChange={(next) => {
          put(next === 'together' ? usual : undefined);
        }}
      >
        <div className={css['choices']}>
          <Radio value="once" label={t('edit.once')} disabled={readOnly} />
          <Radio value="together" label={t('edit.together')} disabled={readOnly} />
        </div>
      </Radio.Group>
      {at_least && (
        <>
          <div className={css['triple']}>
            <Quantity
              label={t('edit.within')}
              units={timeUnits}
              value={at_least.within_s}
              error={fault('/at_least/within_s')}
              readOnly={readOnly}
              onChange={(value) => {
                put({ ...at_least, within_s: value ?? 0 });
              }}
            />
            <NumberInput
              label={t('edit.count')}
              error={fault('/at_least')}
              disabled={readOnly}
              min={0}
              allowDecimal={false}
              allowNegative={false}
              clampBehavior="none"
              value={at_least.count ?? ''}
              onChange={(next) => {
                put(withField(at_least, 'count', next === '' ? undefined : Number(next)));
              }}
            />
            <Quantity
              label={t('edit.or_bytes')}
              units={sizeUnits}
              value={at_least.bytes}
              readOnly={readOnly}
              onChange={(value) => {
                put(withField(at_least, 'bytes', value));
              }}
            />
          </div>
          <p className="xs dim">{t('edit.together_hint')}</p>
        </>
      )}
    </>
  );
}
