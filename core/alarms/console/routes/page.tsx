import { useSearchState } from '@shell/address/use-search';
import { useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { RouteList } from './list';
import { NewRoute, OneRoute } from './one';
import { useRoutes, useSettings } from './use-routes';

function List(): ReactNode {
  const t = useWords('alarms');
  const mayWrite = useCan('settings.write');
  const [, change] = useSearchState();
  const routes = useRoutes();
  const settings = useSettings();
  const add = mayWrite && (
    <Button
      small
      icon="plus"
      onClick={() => {
        change({ open: 'new' });
      }}
    >
      {t('routes.add')}
    </Button>
  );
  return (
    <>
      <PageHead room="settings" title="alarms:routes.title" lead={t('routes.lead')} />
      <Await query={routes} lines={10}>
        {(items) => (
          <Stack>
            {settings.data && !settings.data.mail && (
              <Remark title={t('routes.no_mail')}>
                {t('routes.no_mail_what')} <LinkButton small to="/settings/organisation">{t('routes.no_mail_act')}</LinkButton>
              </Remark>
            )}
            <Section title={t('routes.list')} note={items.length > 0 && add}>
              <RouteList routes={items} settings={settings.data} />
              {items.length === 0 && <Empty act={add}>{t('routes.none')}</Empty>}
            </Section>
          </Stack>
        )}
      </Await>
    </>
  );
}

/** Where alarms go: all routes, or the one that the address names. */
export default function AlarmRoutes(): ReactNode {
  const mayWrite = useCan('settings.write');
  const [search] = useSearchState();
  const open = search['open'];
  if (open === undefined) return <List />;
  return open === 'new' && mayWrite ? <NewRoute /> : <OneRoute key={open} id={open} />;
}
