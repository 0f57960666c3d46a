import { Checkbox, NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered } from '@shell/api/client';
import { useCan, useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { api, type Settings } from './api';
import { useRuleWords, useTerms } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

const key = ['vulnerabilities', 'settings'] as const;
const clocks = ['exploited', 'critical', 'high', 'medium', 'low'] as const;
const alarms = ['exploited', 'overdue', 'feeds'] as const;
const within = (value: number, least: number, most: number): boolean => value >= least && value <= most;

function Form({ seen, readOnly, onSaved }: { seen: Settings; readOnly: boolean; onSaved: (after: Settings) => void }): ReactNode {
  const t = useRuleWords();
  const terms = useTerms();
  const [value, setValue] = useState(seen);
  const changed = JSON.stringify(value) !== JSON.stringify(seen);
  const { question } = useUnsaved(changed);
  const save = useChange(() => answered(api.PUT('/api/v1/vulnerabilities/settings', { body: value })), onSaved);
  const share = Math.round(value.emergency_epss * 1000) / 10;
  const good = clocks.every((clock) => within(value.days[clock], 1, 730)) && within(share, 0, 100);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <Section title={t('settings.days')}>
          <div className={css['days']}>
            {clocks.map((clock) => (
              <NumberInput
                key={clock}
                label={t(`settings.day.${clock}`)}
                suffix={t('settings.day_unit')}
                min={1}
                max={730}
                allowDecimal={false}
                disabled={readOnly}
                error={within(value.days[clock], 1, 730) ? undefined : t('settings.day_fault')}
                value={Number.isNaN(value.days[clock]) ? '' : value.days[clock]}
                onChange={(next) => {
                  setValue({ ...value, days: { ...value.days, [clock]: next === '' ? NaN : Number(next) } });
                }}
              />
            ))}
          </div>
        </Section>
        <Section title={t('settings.counting')}>
          <Fields>
            <NumberInput
              label={t('settings.emergency')}
              description={t('settings.emergency_hint')}
              suffix="%"
              min={0}
              max={100}
              decimalScale={1}
              disabled={readOnly}
              error={within(share, 0, 100) ? undefined : t('settings.emergency_fault')}
              value={Number.isNaN(share) ? '' : share}
              onChange={(next) => {
                setValue({ ...value, emergency_epss: next === '' ? NaN : Number(next) / 100 });
              }}
            />
            <Checkbox
              label={t('settings.without_fix')}
              description={t('settings.without_fix_hint')}
              checked={value.red_without_fix}
              disabled={readOnly}
              onChange={(event) => {
                setValue({ ...value, red_without_fix: event.currentTarget.checked });
              }}
            />
          </Fields>
        </Section>
        <Section title={t('settings.alarms')}>
          <Fields>
            {alarms.map((alarm) => (
              <Checkbox
                key={alarm}
                label={t(`settings.alarm.${alarm}`)}
                checked={value.alarms[alarm]}
                disabled={readOnly}
                onChange={(event) => {
                  setValue({ ...value, alarms: { ...value.alarms, [alarm]: event.currentTarget.checked } });
                }}
              />
            ))}
          </Fields>
        </Section>
        {save.error && <Failed error={save.error} />}
        {!readOnly && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !good}>
              {terms('save')}
            </Button>
            {changed && (
              <Button
                onClick={() => {
                  setValue(seen);
                }}
              >
                {terms('back')}
              </Button>
            )}
          </Acts>
        )}
      </Stack>
    </form>
  );
}

/** How fast things are to be fixed, what counts as urgent, and which alarms are raised. */
export default function SettingsPage(): ReactNode {
  const t = useRuleWords();
  const client = useQueryClient();
  const mayWrite = useCan('vulnerabilities.write');
  // What holds for everybody is not decided by who looks after a part.
  const limited = Boolean(useSession().admin.groups);
  const query = useQuery({ queryKey: key, refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/vulnerabilities/settings')) });
  return (
    <>
      <PageHead room="weaknesses" title="vulnerabilities:settings" lead={t('settings.lead')} />
      <Await query={query} lines={14}>
        {(seen) => (
          <Form
            key={seen.version}
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
