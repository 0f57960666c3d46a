import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './routes.module.css';

/** Somebody else was first: nothing is lost until one asks for what it is now. */
export function Conflict({ onReload }: { onReload: (() => Promise<void>) | undefined }): ReactNode {
  const t = useWords('alarms');
  return (
    <div role="alert">
      <Remark title={t('routes.one.conflict')}>
        <p className={css['sentence']}>{t('routes.one.conflict_what')}</p>
        <Button small icon="refresh" onClick={() => void onReload?.()}>
          {t('routes.one.reload')}
        </Button>
      </Remark>
    </div>
  );
}
