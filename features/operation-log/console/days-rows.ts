import type { MachineDay, MachineDayPerson } from '@shell/api/schema';
import { useLanguage } from '@shell/i18n';
import type { Language } from '@shell/i18n/words';
import type { Target } from '@shell/ui/link';
import { useDaysWords } from './days-words';

/** Fields of the search language, by both of their names. */
const fields = {
  endpoint: { ja: '端末', en: 'endpoint' },
  user: { ja: 'ユーザー', en: 'user' },
  kind: { ja: '種類', en: 'kind' },
  since: { ja: '以降', en: 'since' },
  until: { ja: 'まで', en: 'until' },
} as const;

function question(day: MachineDay, kinds: string[], more: string[], language: Language): Target {
  const word = (name: keyof typeof fields): string => fields[name][language];
  const of = kinds.map((kind) => `${word('kind')}:${kind}`).join(' OR ');
  const days = [`${word('since')}:${day.date}`, `${word('until')}:${day.date}`];
  return { to: '/events', search: { q: [`(${of})`, `${word('endpoint')}="${day.hostname}"`, ...more, ...days].join(' ') } };
}

/** Leads to the rows that a number of the report comes from. */
export function useRowsOf(): { run: (day: MachineDay) => Target; person: (day: MachineDay, person: MachineDayPerson) => Target } {
  const language = useLanguage();
  return {
    run: (day) => question(day, ['power.*'], [], language),
    person: (day, { user }) => question(day, ['session.*'], [`${fields.user[language]}="${user.replaceAll('"', '""')}"`], language),
  };
}

/** 7時間35分, 12分. */
export function useLength(): (ms: number) => string {
  const t = useDaysWords();
  return (ms) => {
    const all = Math.floor(ms / 60_000);
    const [hours, minutes] = [Math.floor(all / 60), all % 60];
    return hours === 0 ? t('minutes', { minutes }) : t('hours', { hours, minutes });
  };
}
