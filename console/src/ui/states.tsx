import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useWords } from '../i18n';
import { AskPurposeButton } from '../purpose/button';
import { Button } from './button';
import css from './states.module.css';

/** Nothing here: what would be here, and the one button that brings it. */
export function Empty({ children, act }: { children: ReactNode; act?: ReactNode }): ReactNode {
  return (
    <div className={css['state']}>
      <p>{children}</p>
      {act !== undefined && <div className={css['act']}>{act}</div>}
    </div>
  );
}

/** Something went wrong: what, the code, try again, and what still works. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }): ReactNode {
  const t = useWords('shell');
  if (error instanceof ApiError && error.problem.code === 'forbidden') return <NoPermission />;
  const code = error instanceof ApiError ? error.problem.code : null;
  const known = code === 'not_found' || code === 'unavailable' || code === 'rate_limited' || code === 'conflict';
  if (code === 'purpose_required') {
    return (
      <div className={css['state']} role="alert">
        <p className={css['title']}>{t('purpose.needed')}</p>
        <p className="sm sub">{t('purpose.why')}</p>
        <div className={css['act']}>
          <AskPurposeButton />
        </div>
      </div>
    );
  }
  // Nothing came back: the reason is the browser's, in its own words, and no other page would fare better.
  const unreached = error instanceof ApiError && error.problem.status === 0;
  return (
    <div className={css['state']} role="alert">
      <p className={css['title']}>{known ? t(`failed.${code}`) : t('failed.other')}</p>
      <p className="sm sub">
        {unreached ? '' : error instanceof ApiError ? error.problem.detail : error.message}
        {error instanceof ApiError && (
          <span className="dim">
            {' '}
            ({error.problem.code}
            {error.problem.status > 0 ? ` ${String(error.problem.status)}` : ''})
          </span>
        )}
      </p>
      <p className="sm sub">{t(unreached ? 'failed.check_network' : 'failed.still_works')}</p>
      {retry && (
        <div className={css['act']}>
          <Button icon="refresh" onClick={retry}>
            {t('failed.retry')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Not allowed: said plainly, with who can change it. */
export function NoPermission(): ReactNode {
  const t = useWords('shell');
  return (
    <div className={css['state']}>
      <p className={css['title']}>{t('no_permission.title')}</p>
      <p className="sm sub">{t('no_permission.who')}</p>
    </div>
  );
}

/** Grey lines where text is about to be, as tall as the text, so that nothing moves when it comes. */
export function Skeleton({ lines = 3, height = 24 }: { lines?: number; height?: number }): ReactNode {
  const t = useWords('shell');
  return (
    <div className={css['skeleton']} role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} style={{ height, width: `${String(92 - ((at * 17) % 38))}%` }} />
      ))}
    </div>
  );
}

interface Loaded<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

/** The three faces of anything that is fetched: coming, failed, here. */
export function Await<T>({
  query,
  lines = 6,
  children,
}: {
  query: Loaded<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}
