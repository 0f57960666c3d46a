import { Outlet } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useState, type ReactNode } from 'react';
import { Tray } from '../jobs/tray';
import { useWords } from '../i18n';
import { Skeleton } from '../ui/states';
import { Rail } from './rail';
import { Top } from './top';
import css from './frame.module.css';

const Find = lazy(() => import('./find'));

/** Menu at left, the way at the top, the page, and the tray of running jobs at the foot. */
export function Frame(): ReactNode {
  const t = useWords('shell');
  const [finding, setFinding] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setFinding(true);
      }
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <div className={css['app']}>
      <a href="#page" className={css['skip']}>
        {t('skip')}
      </a>
      <Rail />
      <div className={css['main']}>
        <Top
          onFind={() => {
            setFinding(true);
          }}
        />
        <main id="page" tabIndex={-1} className={css['page']}>
          <Suspense fallback={<Skeleton lines={12} height={36} />}>
            <Outlet />
          </Suspense>
        </main>
        <Tray />
      </div>
      {finding && (
        <Suspense>
          <Find
            onClose={() => {
              setFinding(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
