import { Checkbox, NumberInput, PasswordInput, Select, TextInput } from '@mantine/core';
import { answered } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { ConfirmAct } from '@shell/ui/confirm';
import { SidePanel } from '@shell/ui/panel';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime, RelativeTime } from '@shell/ui/time';
import { KeyValues, Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { api, type Feed, type FeedBody, type FeedChange } from './api';
import { useDayOf } from './day';
import { ImportFile } from './feed-import';
import { FeedState } from './feed-state';
import { number } from './number';
import { formats, useFeedWords, wordOf } from './own-words';
import css from './parts.module.css';
import { useChange } from './use-change';

const hour = 3600;
const fresh: Required<FeedBody> = { name: '', format: 'osv', url: '', every_s: 24 * hour, enabled: false, licence: '', public_key: '', api_key: null };
const bodyOf = ({ name, format, url, every_s, enabled, licence, public_key }: Feed): Required<FeedBody> => ({ name, format, url, every_s, enabled, licence, public_key, api_key: null });
// Without a word about the key, the server keeps the one that it has.
const changeOf = ({ url, every_s, enabled, public_key, api_key }: Required<FeedBody>): FeedChange => ({ url, every_s, enabled, public_key, ...(api_key === null ? {} : { api_key }) });

/** Where a feed is fetched, how often, and whether at all. */
function Form({ feed, readOnly, onDone }: { feed: Feed | null; readOnly: boolean; onDone: () => void }): ReactNode {
  const t = useFeedWords();
  const before = feed ? bodyOf(feed) : fresh;
  const [value, setValue] = useState(before);
  const changed = JSON.stringify(value) !== JSON.stringify(before);
  const hours = value.every_s / hour;
  // The server says more of an address; what it would surely refuse is said here.
  const goodUrl = value.url === '' ? !value.enabled : /^https:\/\/.|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(value.url);
  const good = value.name.trim() !== '' && goodUrl && hours >= 1 && hours <= 720;
  const save = useChange(
    () =>
      feed
        ? answered(api.PUT('/api/v1/vulnerabilities/feeds/{id}', { ...ifMatch(`"${String(feed.version)}"`), params: { path: { id: feed.id } }, body: changeOf(value) }))
        : answered(api.POST('/api/v1/vulnerabilities/feeds', { body: value })),
    onDone,
  );
  const text = (name: 'name' | 'licence' | 'url' | 'public_key', hint?: string, error?: string): ReactNode => (
    <TextInput
      label={t(name)}
      description={hint}
      error={error}
      disabled={readOnly}
      value={value[name]}
      onChange={(event) => {
        setValue({ ...value, [name]: event.currentTarget.value });
      }}
    />
  );
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (good) save.mutate();
      }}
    >
      {!feed && (
        <>
          {text('name')}
          <Select
            label={t('format_pick')}
            allowDeselect={false}
            disabled={readOnly}
            data={formats.map((one) => ({ value: one, label: t(`format.${one}`) }))}
            value={value.format}
            onChange={(format) => {
              if (format !== null) setValue({ ...value, format });
            }}
          />
          {text('licence')}
        </>
      )}
      {text('url', t('url_hint'), goodUrl ? undefined : t('url_fault'))}
      <NumberInput
        label={t('every')}
        description={t('every_hint')}
        suffix={t('hours')}
        min={1}
        max={720}
        allowDecimal={false}
        disabled={readOnly}
        value={Number.isNaN(hours) ? '' : hours}
        onChange={(next) => {
          setValue({ ...value, every_s: next === '' ? NaN : Number(next) * hour });
        }}
      />
      <Checkbox
        label={t('enabled')}
        description={t('enabled_hint')}
        disabled={readOnly}
        checked={value.enabled}
        onChange={(event) => {
          setValue({ ...value, enabled: event.currentTarget.checked });
        }}
      />
      {text('public_key', t('public_key_hint'))}
      <PasswordInput
        label={t('api_key')}
        description={feed?.has_api_key ? t('api_key_kept') : t('api_key_hint')}
        disabled={readOnly}
        autoComplete="new-password"
        value={value.api_key ?? ''}
        onChange={(event) => {
          setValue({ ...value, api_key: event.currentTarget.value === '' ? null : event.currentTarget.value });
        }}
      />
      {feed?.has_api_key && (
        <Checkbox
          label={t('api_key_none')}
          disabled={readOnly}
          checked={value.api_key === ''}
          onChange={(event) => {
            setValue({ ...value, api_key: event.currentTarget.checked ? '' : null });
          }}
        />
      )}
      {save.error && <Failed error={save.error} />}
      {!readOnly && (
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={!good || !changed}>
            {feed ? t('save') : t('add')}
          </Button>
        </Acts>
      )}
    </form>
  );
}

/** A new feed. */
export function NewFeed({ onClose }: { onClose: () => void }): ReactNode {
  const t = useFeedWords();
  return (
    <SidePanel label={t('new')} title={t('new')} onClose={onClose}>
      <Form feed={null} readOnly={false} onDone={onClose} />
    </SidePanel>
  );
}

/** One feed: whether it can be relied on, where it comes from, and a file of it. */
export function FeedPanel({ feed, onClose }: { feed: Feed; onClose: () => void }): ReactNode {
  const t = useFeedWords();
  const day = useDayOf();
  const mayWrite = useCan('vulnerabilities.write');
  const fetch = useChange(() => answered(api.POST('/api/v1/vulnerabilities/feeds/{id}/fetch', { params: { path: { id: feed.id } } })));
  const remove = useChange(() => answered(api.DELETE('/api/v1/vulnerabilities/feeds/{id}', { params: { path: { id: feed.id } } })), onClose);
  return (
    <SidePanel label={t('one')} title={feed.name} state={<FeedState feed={feed} />} onClose={onClose}>
      <div className={css['blocks']}>
      {feed.failure !== '' && (
        <Remark title={t('failure')}>
          <p className="wrap">{feed.failure}</p>
          {feed.good_at && <p>{t('failure_kept')}</p>}
        </Remark>
      )}
      {feed.state === 'stale' && <Remark title={t('stale')}>{t('stale_note', { at: day(feed.good_at) })}</Remark>}
      <KeyValues
        facts={[
          { label: t('facts.good'), value: <RelativeTime at={feed.good_at} /> },
          { label: t('facts.dated'), value: day(feed.dated_at) },
          { label: t('facts.records'), value: number(feed.records) },
          { label: t('facts.skipped'), value: number(feed.skipped) },
          { label: t('facts.failed'), value: feed.failed_at ? <ExactTime at={feed.failed_at} /> : '' },
          { label: t('facts.format'), value: wordOf(formats, feed.format, (known) => t(`format.${known}`)) },
          { label: t('facts.licence'), value: feed.licence },
        ]}
      />
      <Form key={`${feed.id} ${String(feed.version)}`} feed={feed} readOnly={!mayWrite} onDone={() => undefined} />
      {mayWrite && (
        <>
          {feed.url !== '' && (
            <Acts>
              <Button
                icon="refresh"
                busy={fetch.isPending}
                disabled={feed.state === 'importing' || !feed.enabled}
                onClick={() => {
                  fetch.mutate();
                }}
              >
                {t('fetch')}
              </Button>
            </Acts>
          )}
          {fetch.error && <Failed error={fetch.error} />}
          <ImportFile feed={feed} />
          {!feed.built_in && (
            <ConfirmAct
              act={t('remove')}
              withReason={false}
              consequence={{ hits: t('remove_hits', { name: feed.name, count: number(feed.records) }), stops: t('remove_stops'), stays: t('remove_stays'), undo: t('remove_undo') }}
              onConfirm={() => remove.mutateAsync()}
            />
          )}
        </>
      )}
      </div>
    </SidePanel>
  );
}
