import { Select, TextInput } from '@mantine/core';
import type { Group } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { useCrumbs } from '@shell/ui/page';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Empty, Failed } from '@shell/ui/states';
import { Remark } from '@shell/ui/words';
import type { UseMutationResult } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { paces, type Pace } from '../../../core/policy/console/rings';
import type { Change } from './book';
import { useLevelWord } from './level';
import { Answers, PastPart } from './past';
import { useSight } from './queries';
import { isLoud, type Calendar, type Rule } from './rule';
import css from './rules.module.css';
import { sentenceOf } from './sentence';
import { SightPart } from './sight';
import { useSpeech } from './speech';
import type { Draft } from './use-draft';
import { usePast } from './use-past';
import { isConflict, refusalsOf, type Decision } from './use-save';

function Line({ change, group, onUndo }: { change: Change; group: Group; onUndo: () => void }): ReactNode {
  const t = useWords('rule-book');
  const level = useLevelWord();
  const speech = useSpeech();
  const { kind, before, after } = change;
  const name = change.name || t(kind === 'order' ? 'check.kind.order' : 'rules.new_name');
  return (
    <li>
      <span className="sub">{t(`check.kind.${kind}`)}</span>
      <div>
        {after ? (
          <Go className="t" to="/rules" search={{ group: group.id, edit: change.key }}>
            {name}
          </Go>
        ) : (
          name
        )}
        {before && after && before.level !== after.level && <b> {t('check.level_from_to', { from: level(before.level), to: level(after.level) })}</b>}
        {(kind === 'added' || kind === 'changed') && after && <small>{sentenceOf(speech, after)}</small>}
      </div>
      <Button small aria-label={t('check.undo_of', { name })} onClick={onUndo}>
        {t('check.undo')}
      </Button>
    </li>
  );
}

/** What the change would have done in the last week: asked before it is saved, where somebody would be warned or stopped. */
function useTrial(draft: Draft, calendar: Calendar): { loud: Rule[]; past: ReturnType<typeof usePast>; over: boolean } {
  const mayRead = useCan('events.read');
  const loud = draft.changes.flatMap(({ after }) => (after && isLoud(after) ? [after] : []));
  const past = usePast(loud, calendar);
  const asked = JSON.stringify(loud);
  const { start } = past;
  useEffect(() => {
    if (mayRead && asked !== '[]') start();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each set of rules
  }, [asked, mayRead]);
  return { loud, past, over: !mayRead || loud.length === 0 || past.now.state === 'done' || past.now.state === 'failed' || past.now.state === 'cancelled' };
}

function Stops({ rule, group }: { rule: Rule; group: Group }): ReactNode {
  const query = useSight(rule, group.id, true);
  return (
    <>
      <h3 className={css['minor']}>{rule.name}</h3>
      <SightPart query={query} group={group.name} />
    </>
  );
}

function commentOf(draft: Draft, t: ReturnType<typeof useWords<'rule-book'>>, list: (items: string[]) => string): string {
  const lines = draft.changes.map(({ kind, name }) => t(`check.comment.${kind}`, { name }));
  return list([...lines, ...(draft.calendar ? [t('check.comment.calendar')] : [])]).slice(0, 300);
}

/** Of fewer endpoints a tenth is none or one: whoever saves would wait for nothing. */
const few = 50;

/** Everything that would be saved, what it would have done, and the press that saves it. */
export function Check({ draft, group, calendar, save }: { draft: Draft; group: Group; calendar: Calendar; save: UseMutationResult<unknown, Error, Decision> }): ReactNode {
  const t = useWords('rule-book');
  const policy = useWords('policy');
  const marks = useMarks();
  const [comment, setComment] = useState<string | null>(null);
  const [pace, setPace] = useState<Pace>(group.endpoint_count < few ? 'once' : 'three');
  const { loud, past, over } = useTrial(draft, calendar);
  useCrumbs('rules', [{ label: t('rules.title'), to: '/rules', search: { group: group.id } }, { label: t('check.title') }]);
  const why = comment ?? commentOf(draft, t, marks.list);
  const refusals = refusalsOf(save.error, save.variables?.entries, draft.entries);
  const back = (
    <Go className="t sm" to="/rules" search={{ group: group.id }}>
      {t('rules.to_list')}
    </Go>
  );
  if (!draft.dirty) return <Empty act={back}>{t('check.nothing')}</Empty>;
  const stopping = loud.filter((rule) => rule.level === 'prohibit');
  return (
    <>
      <header className={css['head']}>
        <p>{back}</p>
        <h1>{t('check.heading')}</h1>
      </header>
      <Columns
        main={
          <>
            <Section title={t('check.changes')}>
              <ul className={css['changes']}>
                {draft.changes.map((change) => (
                  <Line
                    key={`${change.kind} ${change.key}`}
                    change={change}
                    group={group}
                    onUndo={() => {
                      draft.restore(change);
                    }}
                  />
                ))}
                {draft.calendar && (
                  <li>
                    <span className="sub">{t('company.title')}</span>
                    <div>{t('check.kind.calendar')}</div>
                    <Button
                      small
                      onClick={() => {
                        draft.setCalendar(null);
                      }}
                    >
                      {t('check.undo')}
                    </Button>
                  </li>
                )}
              </ul>
            </Section>
            <Section title={t('check.title')}>
              <div className={css['save']}>
                {draft.clashes.length > 0 && <Remark>{t('check.clashes', { names: marks.list(draft.clashes) })}</Remark>}
                <TextInput
                  label={t('check.why')}
                  description={t('check.why_hint')}
                  value={why}
                  onChange={(event) => {
                    setComment(event.currentTarget.value);
                  }}
                />
                <Select
                  label={t('check.pace')}
                  description={t('check.pace_hint')}
                  allowDeselect={false}
                  data={paces.map((one) => ({ value: one, label: policy(`pace.${one}`) }))}
                  value={pace}
                  onChange={(next) => {
                    setPace(paces.find((one) => one === next) ?? 'three');
                  }}
                />
                {refusals.length > 0 && (
                  <div role="alert" className="sm">
                    <p>{t('check.refused', { count: refusals.length })}</p>
                    <ul>
                      {refusals.map(({ key, fault }) => (
                        <li key={`${key}${fault.pointer}`}>
                          {fault.code ? t(`fault.${fault.code}`) : fault.message}{' '}
                          {key !== '' && (
                            <Go className="t" to="/rules" search={{ group: group.id, edit: key }}>
                              {t('check.edit')}
                            </Go>
                          )}
                        </li>
                      ))}
                    </ul>
                  </div>
                )}
                {draft.overtaken || isConflict(save.error) ? (
                  <Remark title={t('check.overtaken')}>
                    <Button
                      small
                      disabled={!draft.overtaken}
                      onClick={() => {
                        save.reset();
                        draft.rebase();
                      }}
                    >
                      {t('check.rebase')}
                    </Button>
                  </Remark>
                ) : (
                  save.error && refusals.length === 0 && <Failed error={save.error} />
                )}
                <Acts>
                  <Button
                    main
                    busy={save.isPending}
                    disabled={why.trim() === '' || !over || draft.overtaken}
                    onClick={() => {
                      save.mutate({ comment: why, pace, entries: draft.entries });
                    }}
                  >
                    {t('check.save')}
                  </Button>
                  {!over && <span className="sm sub">{t('check.wait')}</span>}
                </Acts>
              </div>
            </Section>
          </>
        }
        side={
          <>
            {loud.length > 0 && (
              <Section title={t('check.past')} note={t('check.past_note')}>
                <PastPart past={past}>
                  {(view) =>
                    view.rules.map((one) => (
                      <div key={one.rule} className={css['tried']}>
                        <h3>{one.name}</h3>
                        <Answers answers={one} />
                      </div>
                    ))
                  }
                </PastPart>
              </Section>
            )}
            {stopping.length > 0 && (
              <Section title={t('check.sight')}>
                {stopping.map((rule) => (
                  <Stops key={rule.id} rule={rule} group={group} />
                ))}
              </Section>
            )}
          </>
        }
      />
    </>
  );
}
