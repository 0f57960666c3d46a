import { api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import { useCan } from '@shell/session/session';
import { Amount, Switch } from '@shell/settings/fields';
import { SettingsForm } from '@shell/settings/form';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import type { ReactNode } from 'react';
import { useLicenceWords } from './own-words';

/** Which alarms about products and licences are raised. */
export default function Watch(): ReactNode {
  const t = useLicenceWords();
  const mayWrite = useCan('assets.write');
  return (
    <>
      <PageHead room="assets" title="licences:watch" lead={t('watch.lead')} />
      <SettingsForm
        queryKey={['licences', 'watch']}
        read={() => api.GET('/api/v1/licences/watch')}
        write={(etag, body) => api.PUT('/api/v1/licences/watch', { ...ifMatch(etag), body })}
        bounds={{ '/ending_days': [1, 730] }}
        readOnly={!mayWrite}
      >
        {(edit) => (
          <Fields>
            <Switch edit={edit} place="/not_permitted" label={t('watch.not_permitted')} hint={t('watch.not_permitted_hint')} />
            <Switch edit={edit} place="/over_used" label={t('watch.over_used')} />
            <Switch edit={edit} place="/ending" label={t('watch.ending')} />
            <Amount edit={edit} place="/ending_days" label={t('watch.ending_days')} unit={t('watch.days')} />
          </Fields>
        )}
      </SettingsForm>
    </>
  );
}
