import { useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import css from './today-aside.module.css';
import { useEndpointCounts } from './today';

const shown = ['online', 'offline', 'silent', 'pending'] as const;

/** The fleet at a glance: how many answer, rest and are silent. */
export default function FleetAside(): ReactNode {
  const t = useWords('endpoints');
  const marks = useMarks();
  const counts = useEndpointCounts();
  return (
    <Section
      title={t('aside.title')}
      note={
        <Go className="t" to="/endpoints">
          {counts.data ? t('aside.all', { count: counts.data.total }) : t('list.title')}
        </Go>
      }
    >
      <Await query={counts} lines={2}>
        {(data) => (
          <>
            <div
              className={css['fleet']}
              role="img"
              aria-label={marks.list(shown.map((state) => `${t(`state.${state}`)} ${String(data[state])}`))}
            >
              {shown.map((state) => (data[state] > 0 ? <span key={state} data-state={state} style={{ flexGrow: data[state] }} /> : null))}
            </div>
            <p className={css['legend']}>
              {shown.map((state) => (
                <Go key={state} to="/endpoints" search={{ state }}>
                  <b>{data[state]}</b> {t(`state.${state}`)}
                </Go>
              ))}
            </p>
          </>
        )}
      </Await>
    </Section>
  );
}
