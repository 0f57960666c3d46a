import type { RolloutPreview } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import type { ReactNode } from 'react';
import css from './distribution.module.css';

/** What would happen: each ring with its endpoints, and who cannot have it and why. */
export function Checked({ seen }: { seen: RolloutPreview }): ReactNode {
  const t = useWords('distribution');
  const number = (value: number): string => value.toLocaleString('en-US');
  return (
    <>
      <p>{t('form.reaches', { count: number(seen.endpoints - seen.cannot) })}</p>
      {seen.cannot > 0 && (
        <>
          <p className={css['bad']}>{t('form.cannot', { count: number(seen.cannot) })}</p>
          <ul className={css['counts']}>
            {seen.obstacles.map((one) => (
              <li key={one.why}>
                <span>{t(`obstacles.${one.why}`)}</span>
                <span>{number(one.endpoints)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {seen.near && seen.near.take > 0 && <p>{t('form.near', { take: number(seen.near.take), give: number(seen.near.give) })}</p>}
      {seen.near && seen.near.not_taken.length > 0 && (
        <ul className={css['counts']} aria-label={t('form.near_not')}>
          {seen.near.not_taken.map((one) => (
            <li key={one.why} className="sub">
              <span>{t(`near_not.${one.why}`)}</span>
              <span>{number(one.endpoints)}</span>
            </li>
          ))}
        </ul>
      )}
      {seen.rings.map((ring, at) => (
        <section key={`${String(at)} ${ring.name}`} className={css['lane']} aria-label={ring.name}>
          <h3>
            <span>{ring.name}</span>
            <span>{number(ring.endpoints - ring.cannot)}</span>
          </h3>
          {ring.endpoints === 0 && <span className="sub">{t('one.nobody')}</span>}
          <ul className={css['counts']}>
            {ring.first.slice(0, 8).map((one) => (
              <li key={one.id}>
                <span>{one.hostname}</span>
                {one.cannot && <span className="sub">{t(`obstacles.${one.cannot}`)}</span>}
              </li>
            ))}
            {ring.endpoints > 8 && <li className="sub">+{number(ring.endpoints - 8)}</li>}
          </ul>
        </section>
      ))}
    </>
  );
}
