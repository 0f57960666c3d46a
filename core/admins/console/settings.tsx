import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { Settings, SettingsChange } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { sessionKey, useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useState, type ReactNode } from 'react';
import { Backups } from './backups';
import { MailForm } from './mail-form';

/** Only what is different: what nobody touched needs no checking, and does not stand in the audit log. */
function changesTo(settings: Settings, wanted: SettingsChange): SettingsChange {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => (settings[name as keyof Settings] ?? null) !== value));
}

function Form({ settings }: { settings: Settings }): ReactNode {
  const t = useWords('admins');
  const s = useWords('shell');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const [organisation, setOrganisation] = useState(settings.organisation_name);
  const [zone, setZone] = useState(settings.time_zone);
  const [url, setUrl] = useState(settings.public_url);
  const [silent, setSilent] = useState<number | string>(settings.silent_after_days);
  const [backup, setBackup] = useState(settings.backup_directory ?? '');
  const [purpose, setPurpose] = useState(settings.log_purpose_required);
  const [hours, setHours] = useState<number | string>(settings.log_case_hours);
  const save = useMutation({
    mutationFn: () =>
      answered(
        api.PATCH('/api/v1/settings', {
          ...ifMatch(settings.etag),
          body: changesTo(settings, {
            organisation_name: organisation,
            time_zone: zone,
            public_url: url,
            silent_after_days: Number(silent),
            backup_directory: backup.trim() || null,
            log_purpose_required: purpose,
            log_case_hours: Number(hours),
          }),
        }),
      ),
    onSuccess: async (saved) => {
      client.setQueryData(['settings'], saved);
      await client.invalidateQueries({ queryKey: sessionKey });
    },
  });
  const text = (label: string, value: string, set: (text: string) => void, description?: string): ReactNode => (
    <TextInput
      label={label}
      description={description}
      value={value}
      disabled={!mayWrite}
      onChange={(event) => {
        set(event.currentTarget.value);
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
      <Stack>
        <Section title={t('settings.organisation')}>
          <Fields>
            {text(t('settings.name'), organisation, setOrganisation)}
            <Select
              label={t('settings.zone')}
              description={t('settings.zone_hint')}
              searchable
              data={Intl.supportedValuesOf('timeZone')}
              value={zone}
              disabled={!mayWrite}
              onChange={(value) => {
                setZone(value ?? zone);
              }}
            />
            {text(t('settings.url'), url, setUrl, t('settings.url_hint'))}
            <NumberInput
              label={t('settings.silent')}
              description={t('settings.silent_hint')}
              min={1}
              max={365}
              suffix={t('settings.days')}
              value={silent}
              disabled={!mayWrite}
              onChange={setSilent}
            />
          </Fields>
        </Section>
        <Section title={t('settings.logs')}>
          <Fields>
            <Checkbox
              label={t('settings.purpose')}
              description={t('settings.purpose_hint')}
              checked={purpose}
              disabled={!mayWrite}
              onChange={(event) => {
                setPurpose(event.currentTarget.checked);
              }}
            />
            <NumberInput
              label={t('settings.case_hours')}
              min={1}
              max={24}
              suffix={t('settings.hours')}
              value={hours}
              disabled={!mayWrite}
              onChange={setHours}
            />
          </Fields>
        </Section>
        <Section title={t('settings.backup')}>
          <Fields>{text(t('settings.backup_directory'), backup, setBackup, t('settings.backup_hint'))}</Fields>
        </Section>
        <div>
          {save.error && <Failed error={save.error} />}
          <Acts>
            {mayWrite && (
              <Button main type="submit" busy={save.isPending}>
                {s('save')}
              </Button>
            )}
            <span role="status" className="sm sub">
              {save.isSuccess ? t('settings.saved') : ''}
            </span>
          </Acts>
        </div>
      </Stack>
    </form>
  );
}

export default function OrganisationSettings(): ReactNode {
  const t = useWords('admins');
  const query = useQuery({ queryKey: ['settings'], refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/settings')) });
  return (
    <>
      <PageHead room="settings" title="admins:settings.title" />
      <Await query={query} lines={12}>
        {(settings) => (
          <Columns
            main={
              <>
                <Form settings={settings} />
                <Section title={t('backups.title')}>
                  <Backups ready={Boolean(settings.backup_directory)} />
                </Section>
              </>
            }
            side={<MailForm settings={settings} />}
          />
        )}
      </Await>
    </>
  );
}
