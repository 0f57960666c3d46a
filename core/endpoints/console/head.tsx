import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { LinkButton } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { RelativeTime } from '@shell/ui/time';
import { pathWords } from '@shell/pick/groups';
import type { ReactNode } from 'react';
import css from './head.module.css';
import { Approve } from './approve';
import { EndpointStateWord } from './states';

/** State and last sign of life, the machine's name, whose it is and where it stands. */
export function EndpointHead({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const mayCommand = useCan('commands.run');
  const mayApprove = useCan('endpoints.write');
  return (
    <header className={css['head']}>
      <div>
        <p className={css['state']}>
          <EndpointStateWord endpoint={endpoint} />
          <span className="sm sub">
            {t('one.seen')} <RelativeTime at={endpoint.last_seen} />
          </span>
          {endpoint.ip && <span className="sm sub">{endpoint.ip}</span>}
        </p>
        <h1>{endpoint.hostname}</h1>
        <p className={css['who']}>
          <b>{endpoint.primary_user?.name ?? t('one.nobody')}</b>
          <span>
            {t('list.group')}{' '}
            <Go className="t" to="/endpoints" search={{ group: endpoint.group.id }}>
              {pathWords(endpoint.group)}
            </Go>
          </span>
          <span>{endpoint.os_name}</span>
        </p>
      </div>
      <div className={css['acts']}>
        {endpoint.state === 'pending' && mayApprove && <Approve id={endpoint.id} />}
        {mayCommand && endpoint.state !== 'pending' && endpoint.state !== 'retired' && (
          <LinkButton to={`/endpoints/${endpoint.id}/commands`} icon="message">
            {t('one.notice')}
          </LinkButton>
        )}
      </div>
    </header>
  );
}
