import { Checkbox, MultiSelect, NumberInput, TextInput } from '@mantine/core';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { pathWords, useGroups } from '@shell/pick/groups';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import css from './distribution.module.css';
import { ringDraft, type RingDraft } from './draft';
import type { PartProps } from './form-what';

function Ring({ ring, at, set, remove }: { ring: RingDraft; at: number; set: (changes: Partial<RingDraft>) => void; remove: (() => void) | null }): ReactNode {
  const t = useWords('distribution');
  const number = (name: 'share' | 'waitHours' | 'mostFailures', label: string, unit: string, max: number): ReactNode => (
    <NumberInput
      label={label}
      suffix={unit}
      allowDecimal={false}
      min={0}
      max={max}
      value={Number.isNaN(ring[name]) ? '' : ring[name]}
      onChange={(next) => {
        set({ [name]: next === '' ? NaN : Number(next) });
      }}
    />
  );
  return (
    <div role="group" aria-label={`${t('form.ring')} ${String(at + 1)}`} className={css['ring']}>
      <div className={css['ring-fields']}>
        <TextInput
          label={t('form.ring_name')}
          maxLength={100}
          value={ring.name}
          onChange={(event) => {
            set({ name: event.currentTarget.value });
          }}
        />
        <GroupSelect
          label={t('form.ring_group')}
          clearable
          value={ring.group}
          onChange={(group) => {
            set({ group });
          }}
        />
        {ring.group === null && number('share', t('form.share'), '%', 100)}
        {at > 0 && number('waitHours', t('form.wait'), t('form.hours'), 2160)}
        {number('mostFailures', t('form.most_failures'), ring.inPercent ? '%' : t('form.machines'), 100_000)}
      </div>
      <div className={css['ring-choices']}>
        <Checkbox
          label={t('form.in_percent')}
          checked={ring.inPercent}
          onChange={(event) => {
            set({ inPercent: event.currentTarget.checked });
          }}
        />
        <Checkbox
          label={t('form.needs_go')}
          checked={ring.needsGo}
          onChange={(event) => {
            set({ needsGo: event.currentTarget.checked });
          }}
        />
        {remove && (
          <Button small onClick={remove}>
            {t('form.remove_ring')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** To whom, in which rings. Endpoints that came with a list of weaknesses are not named one by one. */
export function FormWhom({ draft, set, withoutAgent }: PartProps & { withoutAgent: number }): ReactNode {
  const t = useWords('distribution');
  const { data: groups = [] } = useGroups();
  const setRing = (at: number, changes: Partial<RingDraft>): void => {
    set({ rings: draft.rings.map((ring, own) => (own === at ? { ...ring, ...changes } : ring)) });
  };
  return (
    <Section title={t('form.whom')}>
      <Fields>
        {draft.endpoints.length > 0 && <p className="sm">{t('form.from_vulnerabilities', { count: draft.endpoints.length.toLocaleString('en-US') })}</p>}
        {withoutAgent > 0 && <p className="sm sub">{t('form.without_agent', { count: withoutAgent })}</p>}
        <MultiSelect
          label={t('form.groups')}
          description={t('form.groups_hint')}
          searchable
          data={groups.map((group) => ({ value: group.id, label: pathWords(group) }))}
          value={draft.groups}
          onChange={(next) => {
            set({ groups: next });
          }}
        />
      </Fields>
      <h3 className={css['rings']}>{t('form.rings')}</h3>
      <p className="sm sub">{t('form.rings_hint')}</p>
      {draft.rings.map((ring, at) => (
        <Ring
          key={at}
          ring={ring}
          at={at}
          set={(changes) => {
            setRing(at, changes);
          }}
          remove={
            draft.rings.length > 1
              ? () => {
                  set({ rings: draft.rings.filter((_, own) => own !== at) });
                }
              : null
          }
        />
      ))}
      {draft.rings.length < 20 && (
        <div className={css['add']}>
          <Button
            small
            icon="plus"
            onClick={() => {
              set({ rings: [...draft.rings, ringDraft(`${t('form.ring')} ${String(draft.rings.length + 1)}`, 0)] });
            }}
          >
            {t('form.add_ring')}
          </Button>
        </div>
      )}
    </Section>
  );
}
