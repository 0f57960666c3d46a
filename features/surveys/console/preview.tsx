import { useLanguage } from '@shell/i18n';
import type { Language } from '@shell/i18n/words';
import { useSession } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Section } from '@shell/ui/section';
import { useState, type ReactNode } from 'react';
import type { Values } from './answers';
import { number, questionsOf, type Draft } from './draft';
import { Fill, Terms } from './fill';
import { formWords } from './form-words';
import css from './surveys.module.css';
import { usePageWords } from './page-words';

const names = { ja: '日本語', en: 'English' };

/** A survey just as people see it, in either language. Nothing that is written here goes anywhere. */
export function Preview({ draft, by }: { draft: Draft; by: string }): ReactNode {
  const p = usePageWords();
  const own = useLanguage();
  const { admin } = useSession();
  const [language, setLanguage] = useState<Language>(own);
  const [values, setValues] = useState<Values>({});
  const say = formWords(language);
  return (
    <Section
      title={p('preview.title')}
      note={
        <span role="group" aria-label={p('preview.language')} className={css['languages']}>
          {(['ja', 'en'] as const).map((one) => (
            <Button
              key={one}
              small
              aria-pressed={language === one}
              onClick={() => {
                setLanguage(one);
              }}
            >
              {names[one]}
            </Button>
          ))}
        </span>
      }
    >
      <p className="xs dim">{p('preview.note')}</p>
      <div className={css['preview']} lang={language}>
        <h3>{draft.title}</h3>
        {draft.lead.trim() !== '' && <p className={css['text']}>{draft.lead}</p>}
        <Terms anonymous={draft.anonymous} name={admin.display_name} by={by} days={number(draft.keep) ?? 0} say={say} />
        <Fill
          questions={questionsOf(draft)}
          values={values}
          faults={{}}
          say={say}
          onChange={(id, value) => {
            setValues((now) => ({ ...now, [id]: value }));
          }}
        />
      </div>
    </Section>
  );
}
