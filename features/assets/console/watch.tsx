import { Checkbox, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { AssetWatch, AssetWatchView } from '@shell/api/schema';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { parts, useLedgerWords } from './ledger-words';

const key = ['assets', 'watch'] as const;

function Form({ seen, readOnly, onSaved }: { seen: AssetWatchView; readOnly: boolean; onSaved: (after: AssetWatchView) => void }): ReactNode {
  const t = useLedgerWords();
  const [value, setValue] = useState(seen.value);
  const changed = JSON.stringify(value) !== JSON.stringify(seen.value);
  const { question } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/assets/watch', { ...ifMatch(seen.etag), body: value })),
    onSuccess: onSaved,
  });
  const set = (changes: Partial<AssetWatch>): void => {
    setValue((now) => ({ ...now, ...changes }));
    save.reset();
  };
  const on = (part: 'new_software' | 'full_disk' | 'address_twice' | 'ends' | 'unreachable' | 'toner_low', label: string): ReactNode => (
    <Checkbox
      label={label}
      checked={value[part].on}
      disabled={readOnly}
      onChange={(event) => {
        set({ [part]: { ...value[part], on: event.currentTarget.checked } } as Partial<AssetWatch>);
      }}
    />
  );
  const amount = (label: string, unit: string, [least, most]: [number, number], now: number, put: (next: number) => Partial<AssetWatch>): ReactNode => (
    <NumberInput
      label={label}
      suffix={unit}
      min={least}
      max={most}
      allowDecimal={false}
      disabled={readOnly}
      error={now >= least && now <= most ? undefined : t('watch.fault', { least, most })}
      value={Number.isNaN(now) ? '' : now}
      onChange={(next) => {
        set(put(next === '' ? NaN : Number(next)));
      }}
    />
  );
  const good = [value.new_software.learning_days, value.full_disk.percent, value.ends.days, value.unreachable.rounds, value.toner_low.percent].every((number) => !Number.isNaN(number));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <Section title={t('watch.changes')}>
          <Fields>
            <p className="sm sub">{t('watch.changes_hint')}</p>
            {parts.map((part) => (
              <Checkbox
                key={part}
                label={t(`part.${part}`)}
                checked={value.changes.includes(part)}
                disabled={readOnly}
                onChange={(event) => {
                  const wanted = event.currentTarget.checked;
                  set({ changes: parts.filter((one) => (one === part ? wanted : value.changes.includes(one))) });
                }}
              />
            ))}
            {on('new_software', t('watch.new_software'))}
            {amount(t('watch.learning'), t('watch.days'), [0, 90], value.new_software.learning_days, (learning_days) => ({ new_software: { ...value.new_software, learning_days } }))}
          </Fields>
        </Section>
        <Section title={t('watch.lasting')}>
          <Fields>
            {on('full_disk', t('watch.full_disk'))}
            {amount(t('watch.percent'), '%', [50, 99], value.full_disk.percent, (percent) => ({ full_disk: { ...value.full_disk, percent } }))}
            {on('address_twice', t('watch.address_twice'))}
            {on('unreachable', t('watch.unreachable'))}
            {amount(t('watch.rounds'), t('watch.rounds_unit'), [1, 100], value.unreachable.rounds, (rounds) => ({ unreachable: { ...value.unreachable, rounds } }))}
            {on('toner_low', t('watch.toner_low'))}
            {amount(t('watch.toner_left'), '%', [1, 50], value.toner_low.percent, (percent) => ({ toner_low: { ...value.toner_low, percent } }))}
            {on('ends', t('watch.ends'))}
            {amount(t('watch.days_before'), t('watch.days'), [1, 730], value.ends.days, (days) => ({ ends: { ...value.ends, days } }))}
          </Fields>
        </Section>
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !good}>
              {t('watch.save')}
            </Button>
            {changed && (
              <Button
                onClick={() => {
                  setValue(seen.value);
                }}
              >
                {t('watch.back')}
              </Button>
            )}
          </Acts>
        )}
      </Stack>
    </form>
  );
}

/** Which alarms about assets are raised. */
export default function Watch(): ReactNode {
  const t = useLedgerWords();
  const client = useQueryClient();
  const mayWrite = useCan('assets.write');
  const limited = Boolean(useSession().admin.groups);
  const query = useQuery({ queryKey: key, refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/assets/watch')) });
  return (
    <>
      <PageHead room="assets" title="assets:watch" lead={t('watch.lead')} />
      {limited && <Remark>{t('watch.limited')}</Remark>}
      <Await query={query} lines={14}>
        {(seen) => (
          <Form
            key={seen.etag}
            seen={seen}
            readOnly={!mayWrite || limited}
            onSaved={(after) => {
              client.setQueryData(key, after);
            }}
          />
        )}
      </Await>
    </>
  );
}
