import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { SchemaForm } from '@shell/schema-form/form';
import { useNames, type Names } from '@shell/schema-form/names';
import type { Schema } from '@shell/schema-form/schema';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { isRecord } from '@shell/ui/diff';
import { Acts, Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Book } from './book';
import { useDescription } from './queries';
import type { Calendar, Rule, When } from './rule';
import css from './rules.module.css';
import { spanWords } from './sentence';
import { useSpeech } from './speech';
import type { Draft } from './use-draft';

const asks = (when: When): boolean => typeof when.hours === 'string';
const usesCalendar = (rule: Rule): boolean => asks(rule.when) || (rule.except ?? []).some((one) => asks(one.when));

/** The calendar's part of the policy's form, with the names that it has there. */
function CalendarForm({ value, onChange }: { value: Calendar; onChange: (value: Calendar) => void }): ReactNode {
  const names = useNames('rule_book');
  const { feature } = useDescription();
  const schema = (feature?.schema as Schema | undefined)?.properties?.['calendar'];
  const below: Names = {
    label: (pointer, otherwise) => names.label(`/calendar${pointer}`, otherwise),
    hint: (pointer, otherwise) => names.hint(`/calendar${pointer}`, otherwise),
    order: (pointer) => names.order(`/calendar${pointer}`),
    value: (one) => names.value(one),
  };
  if (!schema) return null;
  return (
    <SchemaForm
      schema={schema}
      value={value}
      names={below}
      onChange={(next) => {
        if (isRecord(next)) onChange(next);
      }}
    />
  );
}

/** When the organisation works: what "outside business hours" means in rules. */
export function Company({ book, draft, rules }: { book: Book; draft: Draft; rules: readonly Rule[] }): ReactNode {
  const t = useWords('rule-book');
  const marks = useMarks();
  const speech = useSpeech();
  const mayWrite = useCan('policies.write');
  const [open, setOpen] = useState(false);
  const calendar = draft.calendar ?? book.calendar;
  const { shifts = [], closed = [], open: worked = [] } = calendar;
  const used = rules.filter(usesCalendar).length;
  const facts = [
    shifts.length > 0 ? t('company.shifts', { spans: marks.list(shifts.map((span) => spanWords(speech, span))) }) : t('company.no_shifts'),
    t(calendar.japanese_holidays === false ? 'company.no_holidays' : 'company.holidays'),
    ...(closed.length > 0 ? [t('company.closed', { count: closed.length })] : []),
    ...(worked.length > 0 ? [t('company.open', { count: worked.length })] : []),
    calendar.time_zone,
  ];
  return (
    <Section
      title={t('company.title')}
      note={!book.ownCalendar ? t('company.from', { group: book.calendarFrom?.name ?? '' }) : book.calendarFrom ? undefined : t('company.from_usual')}
    >
      <p>{marks.facts(facts)}</p>
      <p className="sm sub">{used === 0 ? t('company.used_by_none') : t('company.used_by', { count: used })}</p>
      {mayWrite && book.ownCalendar && (
        <div className={css['company']}>
          {open && <CalendarForm value={calendar} onChange={draft.setCalendar} />}
          <Acts>
            <Button
              small
              aria-expanded={open}
              onClick={() => {
                setOpen(!open);
              }}
            >
              {t(open ? 'company.done' : 'company.edit')}
            </Button>
            {draft.calendar && (
              <Button
                small
                onClick={() => {
                  draft.setCalendar(null);
                }}
              >
                {t('company.undo')}
              </Button>
            )}
          </Acts>
        </div>
      )}
    </Section>
  );
}
