import { Checkbox, NumberInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import type { WithoutRules, WithoutRulesView } from '@shell/api/schema';
import { useLanguage, useWords } from '@shell/i18n';
import { ownWords, type OwnSay } from '@shell/i18n/own-words';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Acts, Section, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import en from './without.en.json';
import ja from './without.ja.json';

const withoutWords = ownWords({ ja, en });
const key = ['rule-book', 'without-rules'] as const;

type Part = keyof WithoutRules;
/** What the server takes, by the place in what is stored. */
const bounds: Record<string, [number, number]> = {
  '/volume/copies': [1, 1_000_000],
  '/volume/deletions': [1, 1_000_000],
  '/volume/pages': [1, 1_000_000],
  '/volume/times': [1, 100],
  '/new_program/learning_days': [0, 90],
  '/sensors/still_after_hours': [12, 720],
};

interface Editing {
  value: WithoutRules;
  readOnly: boolean;
  say: OwnSay<typeof ja>;
  set: <P extends Part>(part: P, changes: Partial<WithoutRules[P]>) => void;
}

/** Whether every number is one that the server takes. */
function isGood(value: WithoutRules): boolean {
  return Object.entries(bounds).every(([pointer, [least, most]]) => {
    const [, part = '', name = ''] = pointer.split('/');
    const number = (value as unknown as Record<string, Record<string, number>>)[part]?.[name] ?? NaN;
    return number >= least && number <= most;
  });
}

function Amount<P extends Part>({ at, part, name, label, hint, suffix }: { at: Editing; part: P; name: keyof WithoutRules[P] & string; label: string; hint?: string; suffix: string }): ReactNode {
  const [least, most] = bounds[`/${part}/${name}`] ?? [0, 0];
  const value = Number(at.value[part][name]);
  return (
    <NumberInput
      label={label}
      description={hint}
      suffix={suffix}
      min={least}
      max={most}
      allowDecimal={false}
      thousandSeparator=","
      error={value >= least && value <= most ? undefined : at.say('fault', { least: String(least), most: most.toLocaleString('en-US') })}
      value={Number.isNaN(value) ? '' : value}
      disabled={at.readOnly}
      onChange={(next) => {
        at.set(part, { [name]: next === '' ? NaN : Number(next) } as Partial<WithoutRules[P]>);
      }}
    />
  );
}

function On<P extends Part>({ at, part, label }: { at: Editing; part: P; label: string }): ReactNode {
  return (
    <Checkbox
      label={label}
      checked={at.value[part].on}
      disabled={at.readOnly}
      onChange={(event) => {
        at.set(part, { on: event.currentTarget.checked } as Partial<WithoutRules[P]>);
      }}
    />
  );
}

function Parts({ at }: { at: Editing }): ReactNode {
  const { say } = at;
  return (
    <>
      <Section title={say('volume')}>
        <Fields>
          <p className="sm sub">{say('volume_hint')}</p>
          <On at={at} part="volume" label={say('on_volume')} />
          {(['copies', 'deletions', 'pages'] as const).map((name) => (
            <Amount key={name} at={at} part="volume" name={name} label={say('from', { what: say(name) })} suffix={say(name === 'pages' ? 'pages_unit' : 'files_unit')} />
          ))}
          <Amount at={at} part="volume" name="times" label={say('times')} hint={say('times_hint')} suffix={say('times_unit')} />
        </Fields>
      </Section>
      <Section title={say('program')}>
        <Fields>
          <p className="sm sub">{say('program_hint')}</p>
          <On at={at} part="new_program" label={say('on_program')} />
          <Amount at={at} part="new_program" name="learning_days" label={say('learning')} hint={say('learning_hint')} suffix={say('days')} />
        </Fields>
      </Section>
      <Section title={say('sensor')}>
        <Fields>
          <p className="sm sub">{say('sensor_hint')}</p>
          <On at={at} part="sensors" label={say('on_sensor')} />
          <Amount at={at} part="sensors" name="still_after_hours" label={say('still')} suffix={say('hours')} />
        </Fields>
      </Section>
    </>
  );
}

function Form({ seen, say, onReload }: { seen: WithoutRulesView; say: OwnSay<typeof ja>; onReload: () => void }): ReactNode {
  const s = useWords('shell');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const [{ value: before, etag }, setBefore] = useState(seen);
  const [value, setValue] = useState(before);
  const changed = JSON.stringify(value) !== JSON.stringify(before);
  const { question } = useUnsaved(changed);
  const save = useMutation({
    mutationFn: () => answered(api.PUT('/api/v1/rule-book/without-rules', { ...ifMatch(etag), body: value })),
    onSuccess: (after) => {
      client.setQueryData(key, after);
      setBefore(after);
      setValue(after.value);
    },
  });
  const at: Editing = {
    value,
    readOnly: !mayWrite,
    say,
    set: (part, changes) => {
      setValue((now) => ({ ...now, [part]: { ...now[part], ...changes } }));
      if (!save.isPending) save.reset();
    },
  };
  const conflict = save.error instanceof ApiError && save.error.problem.code === 'conflict';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <Parts at={at} />
        {save.error && !conflict && <Failed error={save.error} />}
        {conflict && (
          <p role="alert" className="sm">
            {say('conflict')}{' '}
            <button type="button" className="t" onClick={onReload}>
              {say('reload')}
            </button>
          </p>
        )}
        {mayWrite && (
          <Acts>
            <Button main type="submit" busy={save.isPending} disabled={!changed || !isGood(value)}>
              {s('save')}
            </Button>
            <span role="status" className="sm sub">
              {save.isSuccess ? say('saved') : changed ? '' : say('asleep')}
            </span>
          </Acts>
        )}
      </Stack>
    </form>
  );
}

/** What is raised without a rule: which of it, and from when on. */
export default function Without(): ReactNode {
  const say = withoutWords(useLanguage());
  const [reading, setReading] = useState(0);
  const query = useQuery({ queryKey: key, refetchOnWindowFocus: false, queryFn: () => answered(api.GET('/api/v1/rule-book/without-rules')) });
  return (
    <>
      <PageHead room="rules" title="rule-book:without.title" lead={say('lead')} />
      <Await query={query} lines={14}>
        {(seen) => (
          <Form
            key={reading}
            seen={seen}
            say={say}
            onReload={() => {
              void query.refetch().then(() => {
                setReading(reading + 1);
              });
            }}
          />
        )}
      </Await>
    </>
  );
}
