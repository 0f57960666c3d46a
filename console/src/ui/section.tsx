import { useId, type ReactNode } from 'react';
import css from './section.module.css';

/** A strong line, a serif title, a quiet note at the right. Sections are parted by space and one line, not by boxes. */
export function Section({
  title,
  note,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={css['section']} aria-labelledby={id}>
      <div className={css['head']}>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className={css['note']}>{note}</div>}
      </div>
      {children}
    </section>
  );
}

/** Two columns: the work at left, the facts at right; one below the other where it is narrow. */
export function Columns({ main, side, wide = false }: { main: ReactNode; side: ReactNode; wide?: boolean }): ReactNode {
  return (
    <div className={wide ? `${css['columns']} ${css['wide']}` : css['columns']}>
      <div className={css['stack']}>{main}</div>
      <div className={css['stack']}>{side}</div>
    </div>
  );
}

export function Stack({ children }: { children: ReactNode }): ReactNode {
  return <div className={css['stack']}>{children}</div>;
}

/** Acts in a row, wrapping where they do not fit. */
export function Acts({ children, end = false }: { children: ReactNode; end?: boolean }): ReactNode {
  return <div className={end ? `${css['acts']} ${css['end']}` : css['acts']}>{children}</div>;
}
