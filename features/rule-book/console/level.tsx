import { useWords } from '@shell/i18n';
import { Icon } from '@shell/ui/icons';
import { useId, type ReactNode } from 'react';
import { levels, type RuleLevel } from './rule';
import css from './rules.module.css';

/** A level's picture: none for log, a bell for alarm, a shield for prohibit. */
export function LevelIcon({ level }: { level: RuleLevel }): ReactNode {
  return level === 'log' ? null : <Icon name={level === 'alarm' ? 'bell' : 'shield'} size={14} />;
}

export function useLevelWord(): (level: RuleLevel) => string {
  const t = useWords('rule-book');
  return (level) => t(`policy_values.${level}`);
}

/** The three levels beside each other. One that no endpoint can do is not offered. */
export function LevelChoice({ label, value, barred, readOnly = false, onChange, describedBy }: {
  label: string;
  value: RuleLevel;
  /** Whether `prohibit` is not offered. */
  barred: boolean;
  readOnly?: boolean;
  onChange: (level: RuleLevel) => void;
  describedBy?: string;
}): ReactNode {
  const word = useLevelWord();
  const name = useId();
  return (
    <span className={css['levels']} role="radiogroup" aria-label={label} aria-describedby={describedBy}>
      {levels.map((level) => (
        <label key={level} data-on={level === value}>
          <input
            type="radio"
            className="sr"
            name={name}
            checked={level === value}
            disabled={readOnly || (level === 'prohibit' && barred && value !== 'prohibit')}
            onChange={() => {
              onChange(level);
            }}
          />
          <LevelIcon level={level} />
          {word(level)}
        </label>
      ))}
    </span>
  );
}
