import { useEffect, useRef, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { IconButton } from './button';
import css from './panel.module.css';

/** A list, and beside it the row somebody opened. The list keeps its place; the panel follows the scroll. */
export function Split({ panel, children }: { panel: ReactNode; children: ReactNode }): ReactNode {
  return (
    <div className={panel ? `${css['split']} ${css['two']}` : css['split']}>
      <div className={css['list']}>{children}</div>
      {panel}
    </div>
  );
}

export function SidePanel({
  label,
  title,
  state,
  onClose,
  onBefore,
  onAfter,
  children,
}: {
  label: string;
  title: ReactNode;
  state?: ReactNode;
  onClose: () => void;
  onBefore?: (() => void) | undefined;
  onAfter?: (() => void) | undefined;
  children: ReactNode;
}): ReactNode {
  const t = useWords('shell');
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) close.current();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <aside className={css['panel']} aria-label={label}>
      <div className={css['top']}>
        {state}
        <span className={css['tools']}>
          {(onBefore !== undefined || onAfter !== undefined) && (
            <>
              <IconButton name="left" label={t('panel.before')} onClick={onBefore} disabled={!onBefore} />
              <IconButton name="right" label={t('panel.after')} onClick={onAfter} disabled={!onAfter} />
            </>
          )}
          <IconButton name="close" label={t('panel.close')} onClick={onClose} />
        </span>
      </div>
      <h2>{title}</h2>
      {children}
    </aside>
  );
}
