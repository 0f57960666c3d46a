import { Checkbox, NumberInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { RemovalPreview, Retention } from '@shell/api/schema';
import { useSentence, useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { Button, IconButton } from '@shell/ui/button';
import { Acts } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { Remark } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { KindSelect, useKindWords } from './kind-words';
import { RemovalFacts } from './removal-facts';
import css from './retention.module.css';
import { drafts, faults, isUsual, longestDays, rulesOf, type Draft, type Fault } from './rules';
import { retentionKey } from './use-retention';

interface RowProps {
  rule: Draft;
  /** It answers for everything that no other rule speaks of. */
  usual: boolean;
  fault: Fault | undefined;
  onChange: (rule: Draft) => void;
  onRemove: () => void;
}

function RuleRow({ rule, usual, fault, onChange, onRemove }: RowProps): ReactNode {
  const t = useWords('events');
  const kind = useKindWords();
  return (
    <li>
      {usual ? (
        <p className={css['usual']}>
          {t('keep.usual')} <span className="sm dim">{t('keep.everywhere')}</span>
        </p>
      ) : (
        <>
          <KindSelect
            label={t('keep.what')}
            value={rule.kind}
            error={fault === 'taken' ? t('keep.taken') : undefined}
            onChange={(one) => {
              onChange({ ...rule, kind: one });
            }}
          />
          <GroupSelect
            label={t('keep.where_empty')}
            clearable
            value={rule.group}
            onChange={(group) => {
              onChange({ ...rule, group });
            }}
          />
        </>
      )}
      <NumberInput
        label={t('keep.days_field')}
        min={1}
        max={longestDays}
        allowDecimal={false}
        disabled={rule.days === null}
        value={rule.days ?? ''}
        error={fault === 'days' ? t('keep.bad_days', { longest: longestDays.toLocaleString('en-US') }) : undefined}
        onChange={(days) => {
          onChange({ ...rule, days });
        }}
      />
      <Checkbox
        label={t('keep.for_ever')}
        checked={rule.days === null}
        onChange={(event) => {
          onChange({ ...rule, days: event.currentTarget.checked ? null : 365 });
        }}
      />
      {!usual && <IconButton name="close" label={t('keep.remove', { kind: kind(rule.kind) })} onClick={onRemove} />}
    </li>
  );
}

/** What was estimated, and what saving it means. */
function Seen({ preview }: { preview: RemovalPreview }): ReactNode {
  const t = useWords('events');
  const sentence = useSentence('events');
  const waits = preview.takes_effect_at > preview.made_at;
  return (
    <div role="status">
      <Remark title={t(preview.rows === 0 ? 'keep.nothing_goes' : 'keep.would_go')}>
        <div className={css['parts']}>
          <RemovalFacts removed={preview} seen={preview} />
          <p className="sm sub">{waits ? sentence('keep.shortens', { at: <ExactTime at={preview.takes_effect_at} /> }) : t('keep.at_once')}</p>
        </div>
      </Remark>
    </div>
  );
}

/** Other rules: first what they would take away, then the decision. */
export function RulesForm({ retention, onDone }: { retention: Retention; onDone: () => void }): ReactNode {
  const t = useWords('events');
  const s = useWords('shell');
  const client = useQueryClient();
  const [all, setAll] = useState(() => drafts((retention.waiting ?? retention.in_force)?.rules ?? [{ days: 365 }]));
  const [etag] = useState(retention.etag);
  const wrong = faults(all);
  const estimate = useMutation({ mutationFn: () => answered(api.POST('/api/v1/events/retention/preview', { body: { rules: rulesOf(all) } })) });
  const save = useMutation({
    mutationFn: (preview: string) => answered(api.PUT('/api/v1/events/retention', { ...ifMatch(etag), body: { rules: rulesOf(all), preview } })),
    onSuccess: (after) => {
      client.setQueryData(retentionKey, after);
      onDone();
    },
  });
  const change = (rules: Draft[]): void => {
    setAll(rules);
    // What was estimated was of other rules.
    estimate.reset();
    save.reset();
  };
  const usual = all.find(isUsual)?.id;
  const preview = estimate.data;
  const error = estimate.error ?? save.error;
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (preview) save.mutate(preview.id);
      }}
    >
      <ul className={css['edit']} aria-label={t('keep.change_title')}>
        {all.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            usual={rule.id === usual}
            fault={wrong.get(rule.id)}
            onChange={(after) => {
              change(all.map((one) => (one.id === rule.id ? after : one)));
            }}
            onRemove={() => {
              change(all.filter((one) => one.id !== rule.id));
            }}
          />
        ))}
      </ul>
      <Acts>
        <Button
          small
          icon="plus"
          onClick={() => {
            change([...all, { id: Math.max(-1, ...all.map((one) => one.id)) + 1, kind: 'web.*', group: null, days: 365 }]);
          }}
        >
          {t('keep.add')}
        </Button>
      </Acts>
      {preview && <Seen preview={preview} />}
      {error && <Failed error={error} />}
      <Acts>
        <Button
          main={!preview}
          disabled={wrong.size > 0}
          busy={estimate.isPending}
          onClick={() => {
            estimate.mutate();
          }}
        >
          {t('keep.estimate')}
        </Button>
        <Button type="submit" main={preview !== undefined} disabled={!preview} busy={save.isPending}>
          {s('save')}
        </Button>
        <Button onClick={onDone}>{s('cancel')}</Button>
        {!preview && <span className="xs dim">{t('keep.asleep')}</span>}
      </Acts>
    </form>
  );
}
