import type { Assets } from '@shell/api/schema';
import { useMarks } from '@shell/i18n/marks';
import { Section } from '@shell/ui/section';
import { RelativeTime } from '@shell/ui/time';
import { StateWord } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './assets.module.css';
import { useNamed, usePartsWords } from './machine-parts-words';
import { Plain } from './machine-plain';

/** A version is not broken while there is room for it. */
const whole = (version: string): ReactNode => <span className={version.length < 20 ? 'nw' : undefined}>{version}</span>;

/** What waits to be installed. Nothing here is red: that somebody has not looked yet is for alarms to say. */
export function Updates({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const { updates } = assets;
  if (!updates) return null;
  const rows = [...(updates.packages ?? [])].sort((a, b) => Number(b.security) - Number(a.security));
  return (
    <Section
      title={t('updates')}
      note={
        <>
          {t('updates_lists')} <RelativeTime at={updates.lists_at} />
        </>
      }
    >
      <p className={css['line']}>
        {updates.count === 0 ? t('updates_none') : t('updates_count', { count: updates.count, security: updates.security })}
        {updates.restart === true && ` ${t('restart')}`}
      </p>
      {rows.length > 0 && (
        <Plain
          heads={[t('package'), t('from'), t('to'), t('security')]}
          rows={rows.map((one) => [one.name, whole(one.installed), whole(one.available), one.security ? <StateWord key="security" tone="half">{t('security')}</StateWord> : ''])}
        />
      )}
    </Section>
  );
}

export function Protection({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const named = useNamed();
  const rows = assets.protection ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t('protection')}>
      <ul className={css['things']}>
        {rows.map((one) => (
          <li key={`${one.kind} ${one.name}`}>
            <b>
              {one.name} {one.version ?? ''}
            </b>{' '}
            <StateWord tone={one.active === true ? 'on' : 'plain'}>
              {typeof one.active === 'boolean' ? t(one.active ? 'active' : 'inactive') : t('active_unknown')}
            </StateWord>
            <div className="dim">
              {named('kind', one.kind)}
            </div>
            {one.signatures_at && (
              <div className="dim">
                {t('signatures')} <RelativeTime at={one.signatures_at} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Administrators({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const marks = useMarks();
  const rows = assets.administrators ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t('administrators')}>
      <Plain heads={[t('account'), 'ID', t('through')]} rows={rows.map((one) => [one.name, one.id, marks.list(one.through)])} />
    </Section>
  );
}

export function Services({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const named = useNamed();
  const running = (one: { running?: boolean | null }): number => (one.running === true ? 1 : 0);
  const rows = [...(assets.services ?? [])].sort((a, b) => running(b) - running(a));
  if (rows.length === 0) return null;
  return (
    <Section title={t('services')}>
      <Plain
        heads={[t('services'), t('start'), t('state')]}
        rows={rows.map((one) => [
          <span key="name" title={one.description ?? undefined}>
            {one.name} {one.description && <span className="dim">{one.description}</span>}
          </span>,
          one.start ? named('starts', one.start) : '',
          typeof one.running === 'boolean' ? (
            <StateWord key="running" tone={one.running ? 'on' : 'plain'}>
              {t(one.running ? 'running' : 'stopped')}
            </StateWord>
          ) : (
            ''
          ),
        ])}
      />
    </Section>
  );
}

export function Ports({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const marks = useMarks();
  const rows = assets.ports ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t('ports')}>
      <Plain
        heads={[t('port'), t('address'), t('program')]}
        rows={rows.map((one) => [
          `${one.protocol.toUpperCase()} ${String(one.port)}`,
          one.address,
          one.program ? (one.package ? marks.noted(one.program, one.package) : one.program) : t('no_program'),
        ])}
      />
    </Section>
  );
}
