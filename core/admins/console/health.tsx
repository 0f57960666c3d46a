import type { Status, Health } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { bytes } from '@shell/ui/bytes';
import { PageHead } from '@shell/ui/page';
import { Await } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './first-run.module.css';
import { useHealth } from './health-today';

const tones: Record<Status, Tone> = { ok: 'on', degraded: 'open', failed: 'open' };

function Components({ health }: { health: Health }): ReactNode {
  const t = useWords('admins');
  const loose = useLooseWords('admins');
  return (
    <>
      <p className="sub">
        {t('health.version', { version: health.version })} <RelativeTime at={health.started_at} />
      </p>
      <br />
      <ul className={css['health']}>
        {health.components.map((component) => (
          <li key={component.name}>
            <StateWord tone={tones[component.status]}>{t(`health.status.${component.status}`)}</StateWord>
            <div>
              <h2>{loose(`health.component.${component.name}`, component.name)}</h2>
              <p className="sm sub wrap">
                {loose(`health.${component.status === 'ok' ? 'good' : 'bad'}.${component.name}`, component.detail)}
              </p>
              {component.status !== 'ok' && (
                <p className="xs dim wrap" lang="en">
                  {component.detail}
                </p>
              )}
              {component.since && (
                <p className="xs dim">
                  <RelativeTime at={component.since} />
                </p>
              )}
            </div>
            <p className={css['numbers']}>
              {Object.entries(component.numbers).map(([name, value]) => (
                <span key={name}>
                  <b>{/(^|_)bytes(_|$)/.test(name) ? bytes(value) : value.toLocaleString('en-US')}</b>
                  <span className="dim">{loose(`health.number_of.${component.name}.${name}`, loose(`health.number.${name}`, name))}</span>
                </span>
              ))}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

export default function Health(): ReactNode {
  return (
    <>
      <PageHead room="settings" title="admins:health.title" />
      <Await query={useHealth()} lines={12}>
        {(health) => <Components health={health} />}
      </Await>
    </>
  );
}
