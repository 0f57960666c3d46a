import { Select } from '@mantine/core';
import { useLooseWords, useWordTree, useWords, useWordsOfAll } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { Fields } from '@shell/ui/filters';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import { severities } from '../states';
import type { PartProps } from './form';
import css from './routes.module.css';
import { WordsSelect } from './words-select';

interface Option {
  value: string;
  label: string;
}

/** The kinds of alarms that have a name. */
function useKinds(): Option[] {
  const tree = useWordTree('alarms')('kind') as Record<string, Record<string, unknown>>;
  const loose = useLooseWords('alarms');
  return Object.entries(tree)
    .flatMap(([family, kinds]) => Object.keys(kinds).map((kind) => `${family}.${kind}`))
    .map((value) => ({ value, label: loose(`kind.${value}.title`, value) }));
}

function useClasses(): Option[] {
  return Object.entries(useWordsOfAll('class'))
    .filter(([value]) => value !== 'none')
    .map(([value, label]) => ({ value, label }));
}

/** Which alarms: what is left empty does not narrow it. */
export function WhichFields({ draft, change, fault }: PartProps): ReactNode {
  const t = useWords('alarms');
  const own = t('routes.form.own_hint');
  return (
    <Section title={t('routes.form.which')}>
      <Fields>
        <Select
          label={t('routes.form.least')}
          data={[...severities].reverse().map((value) => ({ value, label: t(`routes.form.least_of.${value}`) }))}
          value={draft.least}
          onChange={(least) => {
            change({ least: least ?? 'low' });
          }}
        />
        <WordsSelect
          label={t('routes.form.kinds')}
          description={`${t('routes.form.kinds_hint')}${t('routes.form.stop')}${own}`}
          known={useKinds()}
          value={draft.kinds}
          error={fault('kinds')}
          onChange={(kinds) => {
            change({ kinds });
          }}
        />
        <WordsSelect
          label={t('routes.form.classes')}
          description={`${t('routes.form.classes_hint')}${t('routes.form.stop')}${own}`}
          known={useClasses()}
          value={draft.classes}
          error={fault('classes')}
          onChange={(classes) => {
            change({ classes });
          }}
        />
        <div>
          <GroupSelect
            label={t('routes.form.group')}
            fixedOnly
            clearable
            value={draft.group}
            error={fault('group') ?? null}
            onChange={(group) => {
              change({ group });
            }}
          />
          <p className={`${css['under']} xs dim`}>{t('routes.form.group_hint')}</p>
        </div>
      </Fields>
    </Section>
  );
}
