import { useState, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from './button';
import css from './copyable.module.css';

/** Text to be carried elsewhere: shown whole, selectable, with a button that copies it. */
export function Copyable({ text, label }: { text: string; label: string }): ReactNode {
  const t = useWords('shell');
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => {
      setCopied(false);
    }, 3000);
  };
  return (
    <div className={css['box']}>
      <code aria-label={label}>{text}</code>
      <Button small icon={copied ? 'check' : 'copy'} onClick={() => void copy()} aria-label={`${t('copy.act')}: ${label}`}>
        {copied ? t('copy.done') : t('copy.act')}
      </Button>
      <span className="sr" role="status">
        {copied ? t('copy.done') : ''}
      </span>
    </div>
  );
}
