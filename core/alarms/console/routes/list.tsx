import type { AlarmRouteView, Settings } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { Go } from '@shell/ui/link';
import type { ReactNode } from 'react';
import { PlaceIcon } from './place-icon';
import { RouteRows } from './row';
import css from './routes.module.css';
import { useSpeech } from './use-routes';
import { endWords } from './words';

/** The route that is always there: whom the organisation's settings name hears of everything. */
function Everything({ settings }: { settings: Settings }): ReactNode {
  const t = useWords('alarms');
  const speech = useSpeech();
  const addresses = settings.alarm_recipients;
  return (
    <tbody>
      <tr>
        <th scope="row">
          <b>{t('routes.everything.name')}</b> <span className="xs dim">{t('routes.everything.usual')}</span>
          <p className="sm sub">{t('routes.which.all')}</p>
        </th>
        <td>
          <div className={css['end']}>
            <PlaceIcon place="mail" />
            <span className="wrap">
              {addresses.length === 0 ? <span className="dim">{t('routes.everything.nobody')}</span> : endWords({ kind: 'mail', addresses }, null, speech)}
            </span>
          </div>
        </td>
        <td>{t('routes.when.at_once')}</td>
        <td className="num dim">—</td>
        <td colSpan={3}>
          <Go className="t" to="/settings/organisation">
            {t('routes.everything.change')}
          </Go>
        </td>
      </tr>
    </tbody>
  );
}

/** All routes, each with what it sends, where to, and how it does. */
export function RouteList({ routes, settings }: { routes: AlarmRouteView[]; settings: Settings | undefined }): ReactNode {
  const t = useWords('alarms');
  const columns = ['name', 'to', 'when', 'waiting', 'how', 'on', 'acts'] as const;
  return (
    <div className={css['scroll']}>
      <table className={css['routes']} aria-label={t('routes.list')}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={column === 'waiting' ? 'num' : undefined}>
                {column === 'acts' ? <span className="sr">{t('routes.column.acts')}</span> : t(`routes.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        {settings && <Everything settings={settings} />}
        {routes.map((route) => (
          <RouteRows key={route.id} route={route} />
        ))}
      </table>
    </div>
  );
}
