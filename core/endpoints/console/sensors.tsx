import type { EndpointDetail, SensorView } from '@shell/api/schema';
import { useLooseWords, useWords } from '@shell/i18n';
import { useMarks } from '@shell/i18n/marks';
import { Section } from '@shell/ui/section';
import { Empty } from '@shell/ui/states';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './sensors.module.css';

const tones: Record<SensorView['health'], Tone> = {
  ok: 'on',
  degraded: 'open',
  unsupported: 'plain',
  off: 'plain',
  failed: 'open',
};

/** What this endpoint can see, sensor by sensor, in words; what it cannot see is never a silent blank. */
export default function Sensors({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('endpoints');
  const loose = useLooseWords('endpoints');
  const marks = useMarks();
  const bad = endpoint.sensors.filter((sensor) => tones[sensor.health] === 'open').length;
  return (
    <Section title={t('sensors.title')} note={bad === 0 ? t('sensors.all_good') : t('sensors.bad', { count: bad })}>
      {endpoint.sensors.length === 0 && <Empty>{t('sensors.none')}</Empty>}
      <ul className={css['sensors']}>
        {endpoint.sensors.map((sensor) => (
          <li key={`${sensor.sensor}.${sensor.source}`}>
            <StateWord tone={tones[sensor.health]}>{t(`sensors.health.${sensor.health}`)}</StateWord>
            <div>
              <p>
                <b>{loose(`sensors.name.${sensor.sensor}`, sensor.sensor)}</b> <span className="dim sm">{sensor.source}</span>
              </p>
              <p className="sm sub">
                {sensor.reason
                  ? marks.noted(
                      t(`sensors.meaning.${sensor.health}`),
                      loose(`sensors.reason.${sensor.reason.replaceAll(' ', '_')}`, sensor.reason),
                    )
                  : t(`sensors.meaning.${sensor.health}`)}
              </p>
            </div>
            <p className="sm sub num">
              {sensor.health === 'ok' || sensor.health === 'degraded'
                ? t('sensors.seen', { seen: (sensor.seen ?? 0).toLocaleString('en-US'), lost: (sensor.lost ?? 0).toLocaleString('en-US') })
                : ''}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
