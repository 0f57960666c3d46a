import { Modal } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useRef, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from './button';
import { Acts } from './section';

/**
 * Asks before a page with unsaved changes is left, also by closing the tab. `release` lets the next step pass: for what
 * has just been saved.
 */
export function useUnsaved(changed: boolean): { question: ReactNode; release: () => void } {
  const t = useWords('shell');
  const released = useRef(false);
  const blocker = useBlocker({
    shouldBlockFn: () => changed && !released.current,
    enableBeforeUnload: () => changed && !released.current,
    withResolver: true,
  });
  const question = blocker.status === 'blocked' && (
    <Modal opened title={t('unsaved.title')} closeButtonProps={{ 'aria-label': t('close') }} onClose={blocker.reset}>
      <p>{t('unsaved.what')}</p>
      <br />
      <Acts>
        <Button main onClick={blocker.reset}>
          {t('unsaved.stay')}
        </Button>
        <Button onClick={blocker.proceed}>{t('unsaved.leave')}</Button>
      </Acts>
    </Modal>
  );
  return {
    question,
    release: () => {
      released.current = true;
    },
  };
}
