import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { Icon } from './icons';
import css from './chips.module.css';

export interface Chip {
  name: string;
  label: string;
  value: string;
}

/** The conditions a list stands under, each to be taken away on its own. */
export function FilterChips({ chips, onRemove, onClear }: {
  chips: Chip[];
  onRemove: (name: string) => void;
  onClear: () => void;
}): ReactNode {
  const t = useWords('shell');
  if (chips.length === 0) return null;
  return (
    <ul className={css['chips']} aria-label={t('filters.label')}>
      {chips.map((chip) => (
        <li key={chip.name}>
          <button
            type="button"
            className={css['chip']}
            aria-label={t('filters.remove', { name: chip.label, value: chip.value })}
            onClick={() => {
              onRemove(chip.name);
            }}
          >
            <span className="dim">{chip.label}</span>
            {chip.value}
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <button type="button" className="t sm" onClick={onClear}>
            {t('filters.clear')}
          </button>
        </li>
      )}
    </ul>
  );
}
