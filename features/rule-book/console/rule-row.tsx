import { Switch } from '@mantine/core';
import type { Group } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useCan, usePlace } from '@shell/session/session';
import { exact, relative, useNow } from '@shell/time';
import { Go } from '@shell/ui/link';
import { useState, type ReactNode } from 'react';
import { expiryOf, type Inherited } from './book';
import { ClassIcon, useClassWord } from './classes';
import { LevelChoice } from './level';
import { rowsOf, useSight, type Answers } from './queries';
import { isOn, withField, type Rule } from './rule';
import css from './rules.module.css';
import { sentenceOf } from './sentence';
import { nobodyStops as isNobody, useStopsNothing } from './sight';
import { useSpeech } from './speech';

export interface RowProps {
  /** The key by which the rule is opened. */
  name: string;
  rule: Rule;
  group: Group;
  /** From where it comes; the group itself where it is its own. */
  from: Inherited['group'] | null;
  added: boolean;
  /** Whether no endpoint can stop any act that rules here are about. */
  nobodyStops: boolean;
  changed: boolean;
  week: Answers | undefined;
  month: Answers | undefined;
  /** Absent where it may not be changed here. */
  onChange?: ((rule: Rule) => void) | undefined;
}

function Count({ rule, group, daysBack, answers }: { rule: Rule; group: Group; daysBack: number; answers: Answers | undefined }): ReactNode {
  const t = useWords('rule-book');
  const language = useLanguage();
  if (!answers) return <span className="dim">—</span>;
  const count = answers.of(rule.id);
  if (count === 0 && answers.exact) return <span className="dim">0</span>;
  const number = (count ?? 0).toLocaleString('en-US');
  const shown = count === undefined ? t('rules.unknown') : answers.exact ? number : t('rules.at_least', { count: number });
  return (
    <Go className="t" to="/events" search={{ q: rowsOf(rule.id, daysBack, group, language) }} aria-label={t('rules.answers_rows', { name: rule.name, days: daysBack, count: shown })}>
      {shown}
    </Go>
  );
}

function Exceptions({ rule }: { rule: Rule }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const nowMs = useNow();
  const { all, over, next } = expiryOf(rule, nowMs);
  if (all === 0) return <span className="dim">{t('rules.no_except')}</span>;
  return (
    <>
      {t('rules.excepts', { count: all })}
      {over > 0 && <small>{t('rules.except_over', { count: over })}</small>}
      {next !== null && <small title={exact(next, place)}>{t('rules.except_next', { time: relative(next, nowMs, place) })}</small>}
    </>
  );
}

/** The level with what no endpoint can do left out. It is asked for when somebody comes near, not for a thousand rows at once. */
function Level({ rule, group, near, none, onChange }: { rule: Rule; group: Group; near: boolean; none: boolean; onChange: RowProps['onChange'] }): ReactNode {
  const t = useWords('rule-book');
  const why = useStopsNothing();
  const may = useCan('endpoints.read');
  const { data } = useSight({ ...rule, level: 'prohibit' }, group.id, may && near && !none && onChange !== undefined);
  const barred = none || (near && isNobody(data));
  return (
    <span title={barred ? t('rules.cannot_stop', { why: why(data) }) : undefined}>
      <LevelChoice
        label={t('rules.level_of', { name: rule.name })}
        value={rule.level}
        barred={barred || (may && data === undefined)}
        readOnly={onChange === undefined}
        onChange={(level) => onChange?.({ ...rule, level })}
      />
    </span>
  );
}

/** A rule in two lines: its name and its sentence, its level, and how often it answered. */
export function RuleRow({ name, rule, group, from, added, nobodyStops, changed, week, month, onChange }: RowProps): ReactNode {
  const t = useWords('rule-book');
  const speech = useSpeech();
  const word = useClassWord();
  const [near, setNear] = useState(false);
  const come = (): void => {
    setNear(true);
  };
  const sentence = sentenceOf(speech, rule);
  return (
    <tr className={isOn(rule) ? undefined : css['off']} onMouseEnter={come} onFocus={come}>
      <th scope="row">
        <span className={css['name']}>
          <span title={word(rule.class)}>
            <ClassIcon name={rule.class} />
            <span className="sr">{word(rule.class)}</span>
          </span>
          <Go to="/rules" search={{ group: group.id, edit: name }}>
            {rule.name || t('rules.new_name')}
          </Go>
          {changed && <em>{t('rules.changed_mark')}</em>}
        </span>
        <span className={css['sentence']} title={sentence}>
          {sentence}
        </span>
      </th>
      <td>
        <Level rule={rule} group={group} near={near} none={nobodyStops} onChange={onChange} />
      </td>
      <td>
        {onChange ? (
          <Switch
            aria-label={t('rules.on_of', { name: rule.name })}
            checked={isOn(rule)}
            onChange={(event) => {
              onChange(withField(rule, 'on', event.currentTarget.checked ? undefined : false));
            }}
          />
        ) : (
          <span className="sub">{t(isOn(rule) ? 'rules.is_on' : 'rules.is_off')}</span>
        )}
      </td>
      <td>
        {from ? (
          <Go className="t" to="/rules" search={{ group: from.id }} aria-label={t('rules.open_there', { group: from.name })}>
            {t('rules.inherited', { group: from.name })}
          </Go>
        ) : (
          <>
            {t(added ? 'rules.added' : 'rules.own')}
            <small>{t('rules.endpoints', { count: group.endpoint_count })}</small>
          </>
        )}
      </td>
      <td>
        <Exceptions rule={rule} />
      </td>
      <td className="num">
        <Count rule={rule} group={group} daysBack={7} answers={week} />
      </td>
      <td className="num">
        <Count rule={rule} group={group} daysBack={30} answers={month} />
      </td>
    </tr>
  );
}
