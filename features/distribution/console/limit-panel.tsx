import { NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { DistributionSettingsView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';

const key = ['distribution', 'settings'] as const;
const MEGABYTE = 1024 * 1024;
/** As the server has them, in megabytes. */
const LEAST = 1;
const MOST = 16 * 1024;

function Form({ seen, readOnly, onSaved }: { seen: DistributionSettingsView; readOnly: boolean; onSaved: (after: DistributionSettingsView) => void }): ReactNode {
  const t = useWords('distribution');
  const now = Math.floor(seen.value.most_bytes / MEGABYTE);
  const [megabytes, setMegabytes] = useState(now);
  const fits = megabytes >= LEAST && megabytes <= MOST;
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/distribution/settings', { ...ifMatch(seen.etag), body: { ...seen.value, most_bytes: megabytes * MEGABYTE } })),
    onSuccess: onSaved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Fields>
        <NumberInput
          label={t('limit.most')}
          description={t('limit.hint')}
          suffix=" MB"
          thousandSeparator=","
          min={LEAST}
          max={MOST}
          allowDecimal={false}
          disabled={readOnly}
          error={fits ? undefined : t('limit.fault', { least: LEAST, most: MOST })}
          value={Number.isNaN(megabytes) ? '' : megabytes}
          onChange={(next) => {
            setMegabytes(next === '' ? NaN : Number(next));
            save.reset();
          }}
        />
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!fits || megabytes === now}>
              {t('limit.save')}
            </Button>
          </Acts>
        )}
      </Fields>
    </form>
  );
}

/** How large a package may be that is handed in. */
export function LimitPanel({ onClose }: { onClose: () => void }): ReactNode {
  const t = useWords('distribution');
  const client = useQueryClient();
  const mayWrite = useCan('distribution.write');
  const limited = Boolean(useSession().admin.groups);
  const [saved, setSaved] = useState(false);
  const query = useQuery({ queryKey: key, refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/distribution/settings')) });
  return (
    <SidePanel label={t('limit.title')} title={t('limit.title')} onClose={onClose}>
      {limited && <Remark>{t('limit.limited')}</Remark>}
      <Await query={query} lines={3}>
        {(seen) => (
          <Form
            seen={seen}
            readOnly={!mayWrite || limited}
            onSaved={(after) => {
              client.setQueryData(key, after);
              setSaved(true);
            }}
          />
        )}
      </Await>
      <p role="status" className="sm sub">
        {saved ? t('limit.saved') : ''}
      </p>
    </SidePanel>
  );
}
