import { Checkbox, MultiSelect, Radio } from '@mantine/core';
import { useLooseWords, useWordTree, useWords } from '@shell/i18n';
import { useKindWords } from '../../../core/events/console/kind-words';
import type { ReactNode } from 'react';
import { sizeUnits } from './amounts';
import { useFault } from './faults-context';
import { Quantity, Words } from './fields';
import { ProgramFields } from './program-fields';
import { places, withField, type Place, type When } from './rule';
import css from './rules.module.css';
import { SpanFields } from './span-fields';
import { TextFields } from './text-fields';

export interface WhenProps {
  /** Where these conditions stand in the rule. */
  at: string;
  when: When;
  readOnly: boolean;
  onChange: (when: When) => void;
}

/** Whose account. */
export function WhoFields({ at, when, readOnly, onChange }: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  return (
    <Words
      label={t('edit.accounts')}
      hint={t('edit.accounts_hint')}
      value={when.accounts}
      error={fault(`${at}/accounts`)}
      readOnly={readOnly}
      onChange={(value) => {
        onChange(withField(when, 'accounts', value));
      }}
    />
  );
}

/** The families that rules are about, in the order they are offered. */
const families = ['file', 'folder', 'process', 'print', 'web', 'mail', 'device', 'drive', 'medium', 'session', 'window', 'power', 'net', 'software', 'asset'] as const;

function useKindOptions(chosen: readonly string[]): { group: string; items: { value: string; label: string }[] }[] {
  const t = useWords('rule-book');
  const loose = useLooseWords('events');
  const own = useLooseWords('rule-book');
  const word = useKindWords();
  const tree = useWordTree('events')('kinds') as Record<string, Record<string, string> | undefined>;
  const offered = families.map((family) => {
    const name = loose(`families.${family}`, own(`family.${family}`, family));
    const kinds = Object.keys(tree[family] ?? {}).map((kind) => `${family}.${kind}`);
    return { group: name, items: [{ value: family as string, label: t('edit.family_all', { family: name }) }, ...kinds.map((value) => ({ value, label: word(value) }))] };
  });
  const known = offered.flatMap((one) => one.items.map((item) => item.value));
  const others = chosen.filter((kind) => !known.includes(kind));
  return others.length === 0 ? offered : [...offered, { group: '', items: others.map((value) => ({ value, label: word(value.includes('.') ? value : `${value}.*`) })) }];
}

function Places({ label, value, readOnly, onChange }: { label: string; value: readonly Place[] | undefined; readOnly: boolean; onChange: (value: Place[] | undefined) => void }): ReactNode {
  const t = useWords('rule-book');
  return (
    <Checkbox.Group
      label={label}
      value={[...(value ?? [])]}
      onChange={(next) => {
        onChange(next.length > 0 ? places.filter((place) => next.includes(place)) : undefined);
      }}
    >
      <div className={css['choices']}>
        {places.map((place) => (
          <Checkbox key={place} value={place} label={t(`policy_values.${place}`)} disabled={readOnly} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

/** Which acts, from where to where. */
export function WhatFields({ at, when, readOnly, onChange }: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const kinds = when.kinds ?? [];
  return (
    <>
      <MultiSelect
        label={t('edit.kinds')}
        description={kinds.length > 0 ? t('edit.kinds_hint') : t('edit.kinds_any')}
        error={fault(`${at}/kinds`) ?? fault(at)}
        searchable
        disabled={readOnly}
        data={useKindOptions(kinds)}
        value={kinds}
        onChange={(next) => {
          onChange(withField(when, 'kinds', next.length > 0 ? next : undefined));
        }}
      />
      <div className={css['pair']}>
        {(['from', 'to'] as const).map((end) => (
          <Places
            key={end}
            label={t(`edit.${end}`)}
            value={when[end]}
            readOnly={readOnly}
            onChange={(value) => {
              onChange(withField(when, end, value));
            }}
          />
        ))}
      </div>
    </>
  );
}

/** Which of those: texts, programs, sizes, programs that are new. */
export function WhichFields(props: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const { when, readOnly, onChange } = props;
  return (
    <>
      <TextFields {...props} />
      <ProgramFields {...props} />
      <div className={css['pair']}>
        <Quantity
          label={t('edit.bytes')}
          units={sizeUnits}
          value={when.bytes_at_least}
          readOnly={readOnly}
          onChange={(value) => {
            onChange(withField(when, 'bytes_at_least', value));
          }}
        />
        <Radio.Group
          label={t('edit.first_seen')}
          description={when.first_seen === 'fleet' ? t('edit.fleet_server') : undefined}
          value={when.first_seen ?? 'none'}
          onChange={(next) => {
            onChange(withField(when, 'first_seen', next === 'endpoint' || next === 'fleet' ? next : undefined));
          }}
        >
          <div className={css['choices']}>
            <Radio value="none" label={t('edit.first_none')} disabled={readOnly} />
            <Radio value="endpoint" label={t('policy_values.endpoint')} disabled={readOnly} />
            <Radio value="fleet" label={t('policy_values.fleet')} disabled={readOnly} />
          </div>
        </Radio.Group>
      </div>
    </>
  );
}

const hourKinds = ['any', 'outside', 'business', 'within'] as const;
type HourKind = (typeof hourKinds)[number];

function hourKind({ hours }: When): HourKind {
  if (hours === undefined) return 'any';
  return hours === 'business' ? 'business' : hours === 'outside_business' ? 'outside' : 'within';
}

/** At what time of the week. */
export function TimeFields({ at, when, readOnly, onChange }: WhenProps): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const kind = hourKind(when);
  const choose = (next: HourKind): void => {
    const hours = { any: undefined, outside: 'outside_business' as const, business: 'business' as const, within: { within: [{ from: '22:00', to: '05:00' }] } };
    onChange(withField(when, 'hours', hours[next]));
  };
  return (
    <>
      <Radio.Group
        label={t('edit.hours')}
        value={kind}
        error={fault(`${at}/hours`)}
        onChange={(next) => {
          choose(hourKinds.find((one) => one === next) ?? 'any');
        }}
      >
        <div className={css['choices']}>
          {hourKinds.map((one) => (
            <Radio key={one} value={one} label={t(`edit.hours_${one}`)} disabled={readOnly} />
          ))}
        </div>
      </Radio.Group>
      {typeof when.hours === 'object' && (
        <SpanFields
          at={`${at}/hours/within`}
          spans={when.hours.within}
          readOnly={readOnly}
          onChange={(within) => {
            onChange(withField(when, 'hours', { within }));
          }}
        />
      )}
    </>
  );
}
