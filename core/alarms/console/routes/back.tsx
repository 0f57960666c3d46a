import { useWords } from '@shell/i18n';
import { Go } from '@shell/ui/link';
import type { ReactNode } from 'react';

/** Where all routes stand. */
export const home = '/settings/alarm-routes';

export function Back(): ReactNode {
  const t = useWords('alarms');
  return (
    <Go className="t" to={home}>
      {t('routes.back')}
    </Go>
  );
}
