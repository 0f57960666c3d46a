import { useLanguage, useWords } from '@shell/i18n';
import type { Language } from '@shell/i18n/words';
import { usePlace } from '@shell/session/session';
import { exact, now, partsIn } from '@shell/time';
import { Icon } from '@shell/ui/icons';
import { useState, type ReactNode } from 'react';
import { splitPath } from '../../../core/events/console/kinds';
import { fill, stamp, valuesOf, type Values } from './popup';
import type { Example } from './queries';
import type { Rule } from './rule';
import css from './screen.module.css';
import { screenWords } from './screen-words';

const weekdays: Record<Language, string[]> = { ja: ['日', '月', '火', '水', '木', '金', '土'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 11月17日（火）8:30, as the session program writes it. */
function timeWords(ms: number, zone: string, language: Language): string {
  const at = partsIn(zone, ms);
  const weekday = weekdays[language][at.weekday] ?? '';
  const clock = `${String(at.hour)}:${String(at.minute).padStart(2, '0')}`;
  return language === 'ja' ? `${String(at.month)}月${String(at.day)}日（${weekday}）${clock}` : `${weekday} ${String(at.day)} ${months[at.month - 1] ?? ''}, ${clock}`;
}

/** Made up, for a rule whose acts have not happened yet. */
export function madeUp(rule: Rule, zone: string): Values {
  const program = rule.when.program?.names?.[0] ?? 'cp';
  const word = rule.when.texts?.find((one) => one.in === 'name')?.any_of?.[0]?.replaceAll('*', '') ?? '';
  const starts = rule.when.kinds?.every((kind) => kind.startsWith('process')) ?? false;
  return { APP: program, FILE: starts ? program : `/media/usb/${word}見積書_2026.xlsx`, TIME: stamp(now(), zone), USER: 'tanaka', RULE: rule.name, HASH: '9f86d081884c7d65…' };
}

/** What the person reads when the rule answers, filled with something that really happened where there is such a thing. */
export function Screen({ rule, example }: { rule: Rule; example: Example | null | undefined }): ReactNode {
  const t = useWords('rule-book');
  const place = usePlace();
  const [language, setLanguage] = useState<Language>(useLanguage());
  const words = screenWords[language];
  const level = rule.level === 'prohibit' ? 'prohibit' : 'alarm';
  const values = example ? valuesOf(example.event, rule.name, place.zone) : madeUp(rule, place.zone);
  const at = example ? Date.parse(example.event.occurred_at) : now();
  const { name } = splitPath(values.FILE);
  return (
    <>
      <p className={css['languages']} role="group" aria-label={t('screen.language')}>
        {(['ja', 'en'] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="t sm"
            aria-pressed={one === language}
            onClick={() => {
              setLanguage(one);
            }}
          >
            {t(`screen.${one}`)}
          </button>
        ))}
      </p>
      <figure className={css['popup']} aria-label={t('screen.label')} lang={language}>
        <p className={css['head']}>
          <span className={css['seal']} aria-hidden="true">
            櫓
          </span>
          {words.classes[rule.class] ?? words[level]}
          <span className={css['cross']}>
            <Icon name="close" />
          </span>
        </p>
        <div className={css['body']}>
          <Icon name={level === 'prohibit' ? 'shield' : 'bell'} size={24} />
          <div>
            <p className={css['title']}>{rule.name || '—'}</p>
            <dl>
              <dt>{words.what}</dt>
              <dd title={values.FILE}>{name || '—'}</dd>
              <dt>{words.time}</dt>
              <dd>{timeWords(at, place.zone, language)}</dd>
            </dl>
            <p className={css['text']}>{rule.popup?.text ? fill(rule.popup.text, values) : words.usual[level]}</p>
          </div>
        </div>
        <p className={css['foot']} aria-hidden="true">
          <span>{words.history}</span>
          <span>{words.close}</span>
        </p>
      </figure>
      <p className="xs dim">{example ? t(example.answered ? 'screen.real' : 'screen.near', { at: exact(at, place) }) : t(example === null ? 'screen.none' : 'screen.made_up')}</p>
    </>
  );
}
