import { Checkbox, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { LicenceWatchView } from '@shell/api/schema';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { useLicenceWords } from './own-words';

const key = ['licences', 'watch'] as const;

function Form({ seen, readOnly, onSaved }: { seen: LicenceWatchView; readOnly: boolean; onSaved: (after: LicenceWatchView) => void }): ReactNode {
  const t = useLicenceWords();
  const [value, setValue] = useState(seen.value);
  const changed = JSON.stringify(value) !== JSON.stringify(seen.value);
  const { question } = useUnsaved(changed);
  const days = value.ending_days ?? 60;
  const good = days >= 1 && days <= 730;
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/licences/watch', { ...ifMatch(seen.etag), body: value })),
    onSuccess: onSaved,
  });
  const on = (name: 'not_permitted' | 'over_used' | 'ending', hint?: string): ReactNode => (
    <Checkbox
      label={t(`watch.${name}`)}
      description={hint}
      checked={value[name] ?? true}
      disabled={readOnly}
      onChange={(event) => {
        setValue({ ...value, [name]: event.currentTarget.checked });
      }}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <Fields>
          {on('not_permitted', t('watch.not_permitted_hint'))}
          {on('over_used')}
          {on('ending')}
          <NumberInput
            label={t('watch.ending_days')}
            suffix={t('watch.days')}
            min={1}
            max={730}
            allowDecimal={false}
            disabled={readOnly}
            error={good ? undefined : t('watch.fault')}
            value={Number.isNaN(days) ? '' : days}
            onChange={(next) => {
              setValue({ ...value, ending_days: next === '' ? NaN : Number(next) });
            }}
          />
        </Fields>
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !good}>
              {t('watch.save')}
            </Button>
          </Acts>
        )}
      </Stack>
    </form>
  );
}

/** Which alarms about products and licences are raised. */
export default function Watch(): ReactNode {
  const t = useLicenceWords();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const query = useQuery({ queryKey: key, refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/licences/watch')) });
  return (
    <>
      <PageHead room="assets" title="licences:watch" lead={t('watch.lead')} />
      <Await query={query} lines={8}>
        {(seen) => (
          <Form
            key={seen.etag}
            seen={seen}
            readOnly={!mayWrite}
            onSaved={(after) => {
              client.setQueryData(key, after);
            }}
          />
        )}
      </Await>
    </>
  );
}
