import { api } from '@shell/api/client';
import { ifMatch } from '@shell/api/if-match';
import { useLanguage } from '@shell/i18n';
import { ownWords } from '@shell/i18n/own-words';
import { useCan } from '@shell/session/session';
import { Amount, Switch } from '@shell/settings/fields';
import { SettingsForm } from '@shell/settings/form';
import { Fields } from '@shell/ui/filters';
import { PageHead } from '@shell/ui/page';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import en from './without.en.json';
import ja from './without.ja.json';

const withoutWords = ownWords({ ja, en });
const amount = [1, 1_000_000] as const;

/** What is raised without a rule: which of it, and from when on. */
export default function Without(): ReactNode {
  const say = withoutWords(useLanguage());
  const mayWrite = useCan('settings.write');
  return (
    <>
      <PageHead room="rules" title="rule-book:without.title" lead={say('lead')} />
      <SettingsForm
        queryKey={['rule-book', 'without-rules']}
        read={() => api.GET('/api/v1/rule-book/without-rules')}
        write={(etag, body) => api.PUT('/api/v1/rule-book/without-rules', { ...ifMatch(etag), body })}
        bounds={{
          '/volume/copies': amount,
          '/volume/deletions': amount,
          '/volume/pages': amount,
          '/volume/times': [1, 100],
          '/new_program/learning_days': [0, 90],
          '/sensors/still_after_hours': [12, 720],
        }}
        readOnly={!mayWrite}
        lines={14}
      >
        {(edit) => (
          <>
            <Section title={say('volume')}>
              <Fields>
                <p className="sm sub">{say('volume_hint')}</p>
                <Switch edit={edit} place="/volume/on" label={say('on_volume')} />
                {(['copies', 'deletions', 'pages'] as const).map((name) => (
                  <Amount key={name} edit={edit} place={`/volume/${name}`} label={say('from', { what: say(name) })} unit={say(name === 'pages' ? 'pages_unit' : 'files_unit')} />
                ))}
                <Amount edit={edit} place="/volume/times" label={say('times')} hint={say('times_hint')} unit={say('times_unit')} />
              </Fields>
            </Section>
            <Section title={say('program')}>
              <Fields>
                <p className="sm sub">{say('program_hint')}</p>
                <Switch edit={edit} place="/new_program/on" label={say('on_program')} />
                <Amount edit={edit} place="/new_program/learning_days" label={say('learning')} hint={say('learning_hint')} unit={say('days')} />
              </Fields>
            </Section>
            <Section title={say('sensor')}>
              <Fields>
                <p className="sm sub">{say('sensor_hint')}</p>
                <Switch edit={edit} place="/sensors/on" label={say('on_sensor')} />
                <Amount edit={edit} place="/sensors/still_after_hours" label={say('still')} unit={say('hours')} />
              </Fields>
            </Section>
          </>
        )}
      </SettingsForm>
    </>
  );
}
