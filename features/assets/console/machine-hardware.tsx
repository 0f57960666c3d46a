import type { Assets } from '@shell/api/schema';
import { useMarks } from '@shell/i18n/marks';
import { bytes } from '@shell/ui/bytes';
import { Section } from '@shell/ui/section';
import type { ReactNode } from 'react';
import css from './assets.module.css';
import { usePartsWords } from './machine-parts-words';

interface Thing {
  name: ReactNode;
  facts: (string | null | undefined)[];
}

/** Things of one kind: a name, and what is known of it in one quiet line. Nothing where there are none. */
function Things({ title, things }: { title: string; things: Thing[] }): ReactNode {
  const marks = useMarks();
  if (things.length === 0) return null;
  return (
    <Section title={title}>
      <ul className={css['things']}>
        {things.map((thing, at) => (
          <li key={at}>
            <b>{thing.name}</b>
            <div className="dim">{marks.facts(thing.facts)}</div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const words = (...parts: (string | null | undefined)[]): string => parts.filter(Boolean).join(' ');
const wattHours = (milli: number): string => (milli / 1000).toFixed(1);

/** What is built in and plugged in, beside what every machine has. */
export function Parts({ assets }: { assets: Assets }): ReactNode {
  const t = usePartsWords();
  const marks = useMarks();
  return (
    <>
      <Things
        title={t('memory_modules')}
        things={(assets.memory ?? []).map((one) => ({
          name: words(one.slot, bytes(one.bytes)),
          facts: [words(one.kind, one.speed_mts ? `${String(one.speed_mts)} MT/s` : ''), words(one.maker, one.part), one.serial],
        }))}
      />
      <Things
        title={t('displays')}
        things={(assets.displays ?? []).map((one) => ({
          name: words(one.maker, one.model) || one.connector,
          facts: [one.connector, one.serial, one.year ? t('year_of', { year: one.year }) : null],
        }))}
      />
      <Things
        title={t('batteries')}
        things={(assets.batteries ?? []).map((one) => ({
          name: words(one.maker, one.model) || one.name,
          facts: [
            one.full_mwh && one.design_mwh
              ? t('battery', {
                  percent: Math.round((one.full_mwh / one.design_mwh) * 100),
                  full: wattHours(one.full_mwh),
                  design: wattHours(one.design_mwh),
                })
              : null,
            one.cycles ? t('cycles', { count: one.cycles }) : null,
          ],
        }))}
      />
      <Things
        title={t('printers')}
        things={(assets.printers ?? []).map((one) => ({
          name: one.default ? marks.noted(one.info ?? one.name, t('default_printer')) : (one.info ?? one.name),
          facts: [one.location, one.model, one.uri],
        }))}
      />
      <Things
        title={t('usb')}
        things={(assets.usb ?? []).map((one) => ({
          name: words(one.vendor, one.product) || `${one.vendor_id}:${one.product_id}`,
          facts: [`${one.vendor_id}:${one.product_id}`, one.serial],
        }))}
      />
    </>
  );
}

/** What a disk says of its own health, in one line; null where it cannot be asked. */
export function useHealth(): (disk: Assets['disks'][number]) => string | null {
  const t = usePartsWords();
  const marks = useMarks();
  return ({ health }) =>
    health
      ? marks.facts([
          t(health.failing ? 'health_bad' : 'health_good'),
          typeof health.used_percent === 'number' ? t('health_used', { percent: health.used_percent }) : null,
          typeof health.celsius === 'number' ? t('health_heat', { celsius: health.celsius }) : null,
          typeof health.hours === 'number' ? t('health_hours', { hours: health.hours.toLocaleString('ja') }) : null,
        ])
      : null;
}
