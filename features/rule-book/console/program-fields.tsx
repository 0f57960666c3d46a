import { useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import { useFault } from './faults-context';
import { Words } from './fields';
import { programParts, withField } from './rule';
import css from './rules.module.css';
import type { WhenProps } from './when-fields';

/** Which program did it, or was started. */
export function ProgramFields({ at, when, readOnly, onChange }: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  return (
    <div className={css['part']}>
      <h3 className={css['minor']}>
        {t('edit.program')} <span className="dim">{t('edit.program_hint')}</span>
      </h3>
      <div className={css['pair']}>
        {programParts.map((part) => (
          <Words
            key={part}
            label={t(`edit.${part}`)}
            hint={t(`edit.${part}_hint`)}
            value={when.program?.[part]}
            error={fault(`${at}/program/${part}`) ?? (part === 'names' ? fault(`${at}/program`) : null)}
            readOnly={readOnly}
            onChange={(value) => {
              const program = withField(when.program ?? {}, part, value);
              onChange(withField(when, 'program', Object.keys(program).length > 0 ? program : undefined));
            }}
          />
        ))}
      </div>
    </div>
  );
}
