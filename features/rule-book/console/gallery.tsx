import type { Group, ReadyRuleView } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { useCan, usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { Await } from '@shell/ui/states';
import { KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { ClassIcon } from './classes';
import { LevelIcon, useLevelWord } from './level';
import { fill } from './popup';
import { useReady, useReadyRule, useSight } from './queries';
import { isShown, type Rule } from './rule';
import css from './rules.module.css';
import { madeUp } from './screen';
import { sentenceOf } from './sentence';
import { useReasonWord, useSensorWord } from './sight';
import { useSpeech } from './speech';

function Needs({ rule, group }: { rule: Rule; group: Group }): ReactNode {
  const t = useWords('rule-book');
  const marks = useMarks();
  const sensor = useSensorWord();
  const reason = useReasonWord();
  const may = useCan('endpoints.read');
  const { data } = useSight(rule, group.id, may);
  const sensors = [...new Set((rule.when.kinds ?? []).map((kind) => kind.split('.')[0] ?? kind).map((family) => (family === 'folder' ? 'file' : family)))];
  const byCalendar = typeof rule.when.hours === 'string';
  return (
    <>
      {marks.list([t('gallery.needs_sensor', { sensors: marks.facts(sensors.map(sensor)) }), ...(byCalendar ? [t('gallery.needs_calendar')] : [])])}
      {/* The line is there from the start, so that nothing moves when its words come. */}
      {may && data?.endpoints !== 0 && (
        <>
          <br />
          <span className="sub">
            {data ? t('gallery.holds', { endpoints: data.endpoints, enforced: data.enforced }) : '\u00a0'}
            {data && data.enforced < data.endpoints && data.reasons[0] ? marks.noted('', reason(data.reasons[0])) : ''}
          </span>
        </>
      )}
    </>
  );
}

type Place = { key: string; stored: boolean } | undefined;

function Card({ ready, group, place, onUse }: { ready: ReadyRuleView; group: Group; place: Place; onUse: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const language = useLanguage();
  const { zone } = usePlace();
  const speech = useSpeech();
  const level = useLevelWord();
  const mayWrite = useCan('policies.write');
  const rule = useReadyRule()(ready);
  const name = ready.name[language];
  const says = rule.level !== 'log' && isShown(rule);
  return (
    <li className={css['ready']}>
      <div>
        <h3>
          <ClassIcon name={rule.class} />
          {name}
          <span className={css['kicker']}>
            <LevelIcon level={rule.level} />
            {level(rule.level)}
          </span>
        </h3>
        <p className="sm sub">{ready.about[language]}</p>
        <p className={css['use']}>
          {!place && mayWrite && (
            <Button
              small
              icon="plus"
              aria-label={t('gallery.use_of', { name })}
              onClick={() => {
                onUse(rule);
              }}
            >
              {t('gallery.use')}
            </Button>
          )}
          {place && (
            <>
              <span className="sm sub" role="status">
                {t(place.stored ? 'gallery.used' : 'gallery.used_new')}
              </span>{' '}
              <Go className="t sm" to="/rules" search={{ group: group.id, edit: place.key }}>
                {t('gallery.edit')}
              </Go>
            </>
          )}
        </p>
      </div>
      <KeyValues
        facts={[
          { label: t('gallery.sees'), value: sentenceOf(speech, rule) },
          { label: t('gallery.person'), value: says ? fill(ready.popup[language], madeUp(rule, zone)) : t('gallery.person_none') },
          { label: t('gallery.needs'), value: <Needs rule={rule} group={group} /> },
        ]}
      />
    </li>
  );
}

/** Rules to begin with: what each sees, what the person reads, what it needs. Off until somebody takes one. */
export function Gallery({ group, placeOf, onUse }: { group: Group; placeOf: (id: string) => Place; onUse: (rule: Rule) => void }): ReactNode {
  const query = useReady();
  const t = useWords('rule-book');
  return (
    <Await query={query} lines={16}>
      {(all) => (
        <ul className={css['gallery']} aria-label={t('gallery.title')}>
          {all.map((ready) => (
            <Card key={ready.id} ready={ready} group={group} place={placeOf(ready.id)} onUse={onUse} />
          ))}
        </ul>
      )}
    </Await>
  );
}
