import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { percent } from './number';
import { useTerms } from './own-words';
import css from './parts.module.css';

interface Told {
  exploited_at?: string | null;
  ransomware?: boolean;
  epss?: number | null;
  score?: number;
}

/** Why one should hurry, in as few words as there are reasons. */
export function Why({ of, short = false }: { of: Told; short?: boolean }): ReactNode {
  const t = useTerms();
  const exploited = Boolean(of.exploited_at);
  return (
    <span className={css['words']}>
      {exploited && <StateWord tone="open">{t(of.ransomware ? 'ransomware' : 'exploited')}</StateWord>}
      {!short && typeof of.epss === 'number' && <span>{t('epss', { percent: percent(of.epss) })}</span>}
      {!short && of.score !== undefined && of.score > 0 && <span>{t('score', { score: of.score.toFixed(1) })}</span>}
      {short && !exploited && <span className="dim">—</span>}
    </span>
  );
}
