import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { now, toLocalInput } from '@shell/time';
import { Section } from '@shell/ui/section';
import { useState, type ReactNode } from 'react';
import { routeOf, type Draft } from './draft';
import { mailOf, type Values } from './mail';
import css from './routes.module.css';
import { useSettings } from './use-routes';

/** The mail as it arrives, with the values of an alarm that could be. */
export function Preview({ draft }: { draft: Draft }): ReactNode {
  const t = useWords('alarms');
  const { zone } = usePlace();
  const settings = useSettings();
  const [at] = useState(now);
  const rule = t('routes.example.rule');
  const values: Values = {
    TITLE: rule,
    RULE: rule,
    HOST: t('routes.example.host'),
    USER: t('routes.example.user'),
    FILE: t('routes.example.file'),
    // As the server writes it: by the organisation's clock, to the second.
    TIME: `${toLocalInput(at, zone).replace('T', ' ')}:00`,
    CLASS: draft.classes[0] ?? 'removable_write',
    SEVERITY: 'medium',
  };
  const route = { subject: null, line: null, open_for_min: null, ...routeOf(draft) };
  const url = settings.data?.public_url ?? '';
  const one = mailOf(route, values, 1, url);
  return (
    <Section title={t('routes.preview.title')} note={t('routes.preview.note')}>
      <div className={css['mail']} role="group" aria-label={t('routes.preview.title')}>
        <p className={css['subject']}>{one.subject}</p>
        <pre>{one.text}</pre>
      </div>
      <p className="xs dim">
        {t('routes.preview.several')}: <span className="sub">{mailOf(route, values, 3, url).subject}</span>
      </p>
    </Section>
  );
}
