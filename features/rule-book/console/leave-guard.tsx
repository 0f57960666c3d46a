import { Modal } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useWords } from '@shell/i18n';
import { Button } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import type { ReactNode } from 'react';

interface Address {
  pathname: string;
  search: unknown;
}

/** Asks before what was not saved is lost: on the way to another page, to another group, or out of the console. */
export function LeaveGuard({ count, group, home }: { count: number; group: string; home: string }): ReactNode {
  const t = useWords('rule-book');
  const blocker = useBlocker({
    // Only what is lost is asked about: the list, a rule and the ready rules share one draft.
    shouldBlockFn: ({ current, next }) => {
      const [from, to] = [current, next] as [Address, Address];
      const there = (to.search as Record<string, unknown>)['group'] ?? home;
      return count > 0 && (from.pathname !== to.pathname || there !== group);
    },
    enableBeforeUnload: count > 0,
    withResolver: true,
  });
  const blocked = blocker.status === 'blocked';
  return (
    <Modal
      opened={blocked}
      onClose={() => {
        blocker.reset?.();
      }}
      title={t('bar.leave_title')}
    >
      <p>{t('bar.leave_text', { count })}</p>
      <br />
      <Acts end>
        <Button
          onClick={() => {
            blocker.proceed?.();
          }}
        >
          {t('bar.leave')}
        </Button>
        <Button
          main
          onClick={() => {
            blocker.reset?.();
          }}
        >
          {t('bar.stay')}
        </Button>
      </Acts>
    </Modal>
  );
}
