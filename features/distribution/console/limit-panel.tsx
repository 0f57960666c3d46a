import { api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import { useWords } from '@shell/i18n';
import { useCan, useSession } from '@shell/session/session';
import { Amount } from '@shell/settings/fields';
import { SettingsForm } from '@shell/settings/form';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Remark } from '@shell/ui/words';
import type { ReactNode } from 'react';

const MEGABYTE = 1024 ** 2;
const bounds = { '/most_bytes': [MEGABYTE, 16 * 1024 * MEGABYTE] } as const;

/** How large a package may be that is handed in. */
export function LimitPanel({ onClose }: { onClose: () => void }): ReactNode {
  const t = useWords('distribution');
  const mayWrite = useCan('distribution.write');
  const limited = Boolean(useSession().admin.groups);
  return (
    <SidePanel label={t('limit.title')} title={t('limit.title')} onClose={onClose}>
      {limited && <Remark>{t('limit.limited')}</Remark>}
      <SettingsForm
        queryKey={['distribution', 'settings']}
        read={() => api.GET('/api/v1/distribution/settings')}
        write={(etag, body) => api.PUT('/api/v1/distribution/settings', { ...ifMatch(etag), body })}
        bounds={bounds}
        readOnly={!mayWrite || limited}
        lines={3}
      >
        {(edit) => (
          <Fields>
            <Amount edit={edit} place="/most_bytes" label={t('limit.most')} hint={t('limit.hint')} unit=" MB" times={1 / MEGABYTE} />
          </Fields>
        )}
      </SettingsForm>
    </SidePanel>
  );
}
