import type { Assets, PrinterState } from '@shell/api/schema';
import { useMarks } from '@shell/i18n/marks';
import { Section } from '@shell/ui/section';
import { Bar, KeyValues } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './devices.module.css';
import { errors, statuses, useDeviceWords } from './devices-words';
import { wordOf } from './ledger-words';
import { Plain } from './machine-plain';

/** At so little somebody should buy a new one; the alarm has a limit of its own. */
const low = 10;

type Supply = NonNullable<PrinterState['supplies']>[number];

const isSaid = (one: Supply): one is Supply & { percent: number } => typeof one.percent === 'number';

/** How much of its toner is left, one column each, for a line of a list. */
export function Levels({ printer }: { printer: PrinterState | null | undefined }): ReactNode {
  const t = useDeviceWords();
  const marks = useMarks();
  const said = (printer?.supplies ?? []).filter((one) => one.kind === 'toner' || one.kind === 'ink').filter(isSaid);
  if (said.length === 0) return null;
  const words = marks.list(said.map((one) => t('left', { name: one.name, percent: one.percent })));
  return (
    <span className={css['bars']} role="img" aria-label={words} title={words}>
      {said.map((one, at) => (
        <span key={at} className={one.percent <= low ? css['empty'] : undefined}>
          <span style={{ height: `${String(one.percent)}%` }} />
        </span>
      ))}
    </span>
  );
}

/** All that a printer uses up, with how much is left. */
function Supplies({ printer }: { printer: PrinterState }): ReactNode {
  const t = useDeviceWords();
  return (
    <ul className={css['supplies']}>
      {(printer.supplies ?? []).map((one, at) => (
        <li key={at} className={css['supply']}>
          <span>{one.name}</span>
          <span className={isSaid(one) && one.percent <= low ? css['low'] : 'sub'}>{isSaid(one) ? `${String(one.percent)}%` : t(one.some ? 'some' : 'unknown')}</span>
          {isSaid(one) && <Bar share={one.percent / 100} label={t('left', { name: one.name, percent: one.percent })} />}
        </li>
      ))}
    </ul>
  );
}

/** How a device is as a printer, and its interfaces: what it said last. */
export function DeviceParts({ told }: { told: Assets }): ReactNode {
  const t = useDeviceWords();
  const marks = useMarks();
  const printer = told.device?.printer;
  return (
    <>
      {printer && (
        <Section title={t('printer')}>
          <KeyValues
            facts={[
              { label: t('status'), value: printer.status ? wordOf(statuses, printer.status, (status) => t(`statuses.${status}`)) : null },
              { label: t('errors'), value: marks.list((printer.errors ?? []).map((one) => wordOf(errors, one, (error) => t(`error.${error}`)))) },
              { label: t('column.pages'), value: typeof printer.pages === 'number' ? t('pages_of', { count: printer.pages.toLocaleString('ja') }) : null },
              { label: t('column.toner'), value: (printer.supplies ?? []).length > 0 ? <Supplies printer={printer} /> : null },
            ]}
          />
        </Section>
      )}
      {told.network.length > 0 && (
        <Section title={t('interfaces')}>
          <Plain
            heads={[t('interface'), t('addresses'), t('mac'), t('speed')]}
            rows={told.network.map((one) => [
              one.name,
              [...one.ipv4, ...one.ipv6].join(', '),
              <span key="mac" className="nw">
                {one.mac ?? ''}
              </span>,
              one.up ? (one.speed_mbps ? `${String(one.speed_mbps)} Mbit/s` : t('up')) : t('down'),
            ])}
          />
        </Section>
      )}
    </>
  );
}
