import type { Group, RuleSightView } from '@shell/api/schema';
import { useDebouncedValue } from '@mantine/hooks';
import { useWords, type WordKey } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Failed } from '@shell/ui/states';
import type { UseQueryResult } from '@tanstack/react-query';
import { useId, useState, type ReactNode } from 'react';
import { AmountFields } from './amount-fields';
import { ExceptFields } from './except-fields';
import { LevelChoice } from './level';
import { NameFields } from './name-fields';
import { Answers, PastPart, firstExample } from './past';
import { PopupFields } from './popup-fields';
import { useEvent, useExample, useSight } from './queries';
import { isShown, type Calendar, type Rule } from './rule';
import css from './rules.module.css';
import { Screen } from './screen';
import { sentenceOf } from './sentence';
import { SightPart, nobodyStops, useStopsNothing } from './sight';
import { useSpeech } from './speech';
import { usePast, type Past } from './use-past';
import { TimeFields, WhatFields, WhichFields, WhoFields, type WhenProps } from './when-fields';

type PartName = Extract<WordKey<'rule-book'>, `edit.part.${string}`> extends `edit.part.${infer P}` ? P : never;

/** One of the words of the sentence, with its fields beside it. */
export function Part({ name, about, children }: { name: PartName; about?: string; children: ReactNode }): ReactNode {
  const t = useWords('rule-book');
  return (
    <fieldset className={css['word']}>
      <legend>{t(`edit.part.${name}`)}</legend>
      <div className={css['fields']}>
        {about !== undefined && <p className="xs dim">{about}</p>}
        {children}
      </div>
    </fieldset>
  );
}

function LevelPart({ rule, stops, readOnly, onChange }: { rule: Rule; stops: RuleSightView | undefined; readOnly: boolean; onChange: (rule: Rule) => void }): ReactNode {
  const t = useWords('rule-book');
  const why = useStopsNothing();
  const id = useId();
  const barred = nobodyStops(stops);
  return (
    <Part name="level">
      <LevelChoice
        label={t('edit.part.level')}
        value={rule.level}
        barred={barred}
        readOnly={readOnly}
        describedBy={id}
        onChange={(level) => {
          onChange({ ...rule, level });
        }}
      />
      <div id={id} className="sm sub">
        <p>{t(`edit.level_hint.${rule.level}`)}</p>
        {barred && (
          <p>
            {t('sight.not_stopped')} {why(stops)}
          </p>
        )}
      </div>
    </Part>
  );
}

function Fields({ rule, readOnly, stops, found, onChange }: {
  rule: Rule;
  readOnly: boolean;
  stops: RuleSightView | undefined;
  /** An event that a trial found. */
  found: string | undefined;
  onChange: (rule: Rule) => void;
}): ReactNode {
  const t = useWords('rule-book');
  const when: WhenProps = {
    at: '/when',
    when: rule.when,
    readOnly,
    onChange: (next) => {
      onChange({ ...rule, when: next });
    },
  };
  return (
    <>
      <Part name="what_for">
        <NameFields rule={rule} readOnly={readOnly} onChange={onChange} />
      </Part>
      <Part name="who" about={t('edit.about.who')}>
        <WhoFields {...when} />
      </Part>
      <Part name="what">
        <WhatFields {...when} />
      </Part>
      <Part name="which" about={t('edit.about.which')}>
        <WhichFields {...when} />
      </Part>
      <Part name="when">
        <TimeFields {...when} />
      </Part>
      <Part name="much">
        <AmountFields rule={rule} readOnly={readOnly} onChange={onChange} />
      </Part>
      <LevelPart rule={rule} stops={stops} readOnly={readOnly} onChange={onChange} />
      <Part name="popup">
        <PopupFields rule={rule} readOnly={readOnly} onChange={onChange} />
        {rule.level !== 'log' && isShown(rule) && (
          <div className={css['screen']}>
            <h3 className={css['minor']}>{t('edit.screen')}</h3>
            <ScreenPart rule={rule} found={found} />
          </div>
        )}
      </Part>
      <Part name="except" about={t('edit.about.except')}>
        <ExceptFields rule={rule} readOnly={readOnly} onChange={onChange} />
      </Part>
    </>
  );
}

/** The pop-up with what the trial found; otherwise made up, until somebody asks for something real. Reading rows is written down. */
function ScreenPart({ rule, found }: { rule: Rule; found: string | undefined }): ReactNode {
  const t = useWords('rule-book');
  const may = useCan('events.read');
  const [wanted, setWanted] = useState(false);
  const real = useExample(rule, may && wanted && found === undefined);
  if (found !== undefined) return <Found id={found} rule={rule} />;
  return (
    <>
      <Screen rule={rule} example={real.data} />
      {may && !wanted && (
        <Acts>
          <Button
            small
            onClick={() => {
              setWanted(true);
            }}
          >
            {t('screen.fill')}
          </Button>
          <span className="xs dim">{t('screen.fill_hint')}</span>
        </Acts>
      )}
      {real.error && <Failed error={real.error} />}
    </>
  );
}

function Found({ id, rule }: { id: string; rule: Rule }): ReactNode {
  const event = useEvent(id);
  return <Screen rule={rule} example={event.data && { event: event.data, answered: true }} />;
}

function Facts({ rule, group, past, sight }: { rule: Rule; group: Group; past: Past; sight: UseQueryResult<RuleSightView> }): ReactNode {
  const t = useWords('rule-book');
  const speech = useSpeech();
  return (
    <>
      <Section title={t('edit.sentence')}>
        <p aria-live="polite">{sentenceOf(speech, rule)}</p>
      </Section>
      <Section title={t('past.title')}>
        <PastPart past={past}>{(view) => view.rules.map((one) => <Answers key={one.rule} answers={one} open />)}</PastPart>
      </Section>
      <Section title={t('sight.title')}>
        <SightPart query={sight} group={group.name} />
      </Section>
    </>
  );
}

/** A rule in plain words: at left the words of its sentence, at right what it would do. */
export function Editor({ rule, group, calendar, readOnly, onChange, more }: {
  rule: Rule;
  group: Group;
  calendar: Calendar;
  readOnly: boolean;
  onChange: (rule: Rule) => void;
  /** What else can be done with it. */
  more?: ReactNode;
}): ReactNode {
  const may = useCan('endpoints.read');
  const [settled] = useDebouncedValue(rule, 400);
  const sight = useSight(settled, group.id, may);
  const stops = useSight({ ...settled, level: 'prohibit' }, group.id, may);
  const past = usePast([rule], calendar);
  return (
    <div className={css['editor']}>
      <div>
        <Fields rule={rule} readOnly={readOnly} stops={stops.data} found={firstExample(past, rule.id)} onChange={onChange} />
        {more !== undefined && <Part name="more">{more}</Part>}
      </div>
      <div className={css['facts']}>
        <Stack>
          <Facts rule={rule} group={group} past={past} sight={sight} />
        </Stack>
      </div>
    </div>
  );
}
