import { useWords } from '@shell/i18n';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Bar } from '@shell/ui/words';
import type { ReactNode } from 'react';
import { useFirstRun } from './first-run-query';
import css from './first-run.module.css';

/** How far the setting up has got; gone for good once every step is done or left out. */
export default function FirstRunAside(): ReactNode {
  const t = useWords('admins');
  const { data } = useFirstRun();
  if (!data) return null;
  const left = data.steps.filter((step) => !step.done && !step.skipped);
  const done = data.steps.length - left.length;
  if (left.length === 0) return null;
  return (
    <Section
      title={t('first_run.title')}
      note={
        <Go className="t" to="/settings/first-run">
          {t('first_run.open')}
        </Go>
      }
    >
      <p className="sm sub">{t('first_run.left', { count: left.length, next: left[0] ? t(`first_run.step.${left[0].id}.title`) : '' })}</p>
      <div className={css['bar']}>
        <Bar share={done / data.steps.length} label={`${String(done)} / ${String(data.steps.length)}`} />
      </div>
    </Section>
  );
}
