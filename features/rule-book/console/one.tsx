import { TextInput } from '@mantine/core';
import type { Group } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Acts } from '@shell/ui/section';
import type { ReactNode } from 'react';
import type { Entry, Inherited } from './book';
import { ClassIcon, useClassWord } from './classes';
import { Editor } from './editor';
import { useFault } from './faults-context';
import { LevelIcon, useLevelWord } from './level';
import { rowsOf } from './queries';
import type { Calendar, Rule } from './rule';
import css from './rules.module.css';
import type { Draft } from './use-draft';

function Head({ rule, group, note }: { rule: Rule; group: Group; note?: ReactNode }): ReactNode {
  const t = useWords('rule-book');
  const word = useClassWord();
  const level = useLevelWord();
  const language = useLanguage();
  const name = rule.name || t('rules.new_name');
  useCrumbs('rules', [{ label: t('rules.title'), to: '/rules', search: { group: group.id } }, { label: name }]);
  return (
    <header className={css['head']}>
      <p className="sm sub">
        <Go className="t" to="/rules" search={{ group: group.id }}>
          {t('rules.to_list')}
        </Go>
        <span className={css['kicker']}>
          <ClassIcon name={rule.class} />
          {word(rule.class)}
        </span>
        <span className={css['kicker']}>
          <LevelIcon level={rule.level} />
          {level(rule.level)}
        </span>
        <Go className="t" to="/events" search={{ q: rowsOf(rule.id, 7, group, language) }}>
          {t('edit.rows_week')}
        </Go>
        <Go className="t" to="/calendar" search={{ rule: rule.id }}>
          {t('rules.calendar')}
        </Go>
      </p>
      <h1>{name}</h1>
      {note !== undefined && <p className="sm sub">{note}</p>}
    </header>
  );
}

/** A rule from above: it is read here and changed where it is written. */
export function InheritedRule({ held, group, calendar }: { held: Inherited; group: Group; calendar: Calendar }): ReactNode {
  const t = useWords('rule-book');
  return (
    <>
      <Head
        rule={held.rule}
        group={group}
        note={
          <>
            {t('edit.read_only', { group: held.group.name })}{' '}
            <Go className="t" to="/rules" search={{ group: held.group.id, edit: held.rule.id }}>
              {t('rules.open_there', { group: held.group.name })}
            </Go>
          </>
        }
      />
      <Editor rule={held.rule} group={group} calendar={calendar} readOnly onChange={() => undefined} />
    </>
  );
}

function More({ entry, draft, isNew, onRemoved }: { entry: Entry; draft: Draft; isNew: boolean; onRemoved: () => void }): ReactNode {
  const t = useWords('rule-book');
  const fault = useFault();
  const at = draft.entries.findIndex((one) => one.key === entry.key);
  const change = draft.changes.find((one) => one.key === entry.key);
  const moves = [
    { by: -1, word: 'edit.up', off: at <= 0 },
    { by: 1, word: 'edit.down', off: at >= draft.entries.length - 1 },
  ] as const;
  return (
    <>
      <TextInput
        label={t('edit.id')}
        description={t('edit.id_hint')}
        error={fault('/id')}
        disabled={!isNew}
        className={css['short'] ?? ''}
        value={entry.rule.id}
        onChange={(event) => {
          draft.put(entry.key, { ...entry.rule, id: event.currentTarget.value });
        }}
      />
      <div>
        <p className="xs dim">{t('edit.order_hint')}</p>
        <Acts>
          {moves.map(({ by, word, off }) => (
            <Button
              key={word}
              small
              disabled={off}
              onClick={() => {
                draft.move(entry.key, by);
              }}
            >
              {t(word)}
            </Button>
          ))}
          <span className="sm sub">
            {at + 1} / {draft.entries.length}
          </span>
        </Acts>
      </div>
      <div>
        <p className="xs dim">{t('edit.remove_hint')}</p>
        <Acts>
          <Button
            small
            onClick={() => {
              draft.remove(entry.key);
              onRemoved();
            }}
          >
            {t('edit.remove')}
          </Button>
          {change?.before && (
            <Button
              small
              onClick={() => {
                draft.restore(change);
              }}
            >
              {t('edit.undo')}
            </Button>
          )}
        </Acts>
      </div>
    </>
  );
}

/** A rule of the group itself. What is typed is in the draft at once, and is saved with it. */
export function OwnRule({ entry, draft, group, calendar, onRemoved }: { entry: Entry; draft: Draft; group: Group; calendar: Calendar; onRemoved: () => void }): ReactNode {
  const t = useWords('rule-book');
  const mayWrite = useCan('policies.write');
  const isNew = draft.changes.some((one) => one.key === entry.key && one.kind === 'added');
  return (
    <>
      <Head rule={entry.rule} group={group} {...(mayWrite ? {} : { note: t('edit.no_write') })} />
      <Editor
        rule={entry.rule}
        group={group}
        calendar={calendar}
        readOnly={!mayWrite}
        onChange={(rule) => {
          draft.put(entry.key, rule);
        }}
        {...(mayWrite ? { more: <More entry={entry} draft={draft} isNew={isNew} onRemoved={onRemoved} /> } : {})}
      />
    </>
  );
}
