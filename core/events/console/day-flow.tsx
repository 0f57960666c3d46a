import { useElementSize } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EndpointDetail } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { clockTime, startOfDay, useNow } from '@shell/time';
import { Go } from '@shell/ui/link';
import { Section } from '@shell/ui/section';
import { Await } from '@shell/ui/states';
import type { ReactNode } from 'react';
import { lanesOf, type Lanes, type Stretch } from './day-lanes';
import css from './events.module.css';
import { useKindWord } from './row-cells';

const left = 92;
const height = 184;
const laneY = { session: 36, windows: 66, files: 96, network: 126, marks: 156 } as const;

function Bars({ values, x, y, width }: { values: number[]; x: (slot: number) => number; y: number; width: number }): ReactNode {
  const most = Math.max(1, ...values);
  return values.map((value, slot) =>
    value === 0 ? null : (
      <rect
        key={slot}
        x={x(slot)}
        y={y + 14 - Math.max(2, (value / most) * 16)}
        width={Math.max(1.5, width - 1.5)}
        height={Math.max(2, (value / most) * 16)}
        fill="var(--ai-3)"
      />
    ),
  );
}

function Stretches({ list, x, y, fill }: { list: Stretch[]; x: (ms: number) => number; y: number; fill: string }): ReactNode {
  return list.map((one) => {
    const width = Math.max(2, x(one.to) - x(one.from) - 2);
    const fits = Math.floor((width - 8) / 8);
    return (
      <g key={one.from}>
        <title>{one.label}</title>
        <rect x={x(one.from)} y={y - 2} width={width} height={18} fill={fill} />
        {fits >= 4 && (
          <text x={x(one.from) + 6} y={y + 11} fill="var(--ink)">
            {one.label.length > fits ? `${one.label.slice(0, fits - 1)}…` : one.label}
          </text>
        )}
      </g>
    );
  });
}

function Drawing({ lanes, width, nowMs }: { lanes: Lanes; width: number; nowMs: number }): ReactNode {
  const t = useWords('events');
  const kind = useKindWord();
  const place = usePlace();
  const x = (ms: number): number => left + ((ms - lanes.from) / (lanes.to - lanes.from)) * (width - left);
  const slotWidth = x(lanes.from + lanes.slotMs) - x(lanes.from);
  const steps = [15, 30, 60, 120, 180].map((minutes) => minutes * 60_000);
  const step = steps.find((one) => x(lanes.from + one) - x(lanes.from) >= 76) ?? 240 * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(lanes.from / step) * step; at < lanes.to; at += step) ticks.push(at);
  const slotX = (slot: number): number => x(lanes.from + slot * lanes.slotMs);
  const last = lanes.marks.at(-1);
  return (
    <svg
      className={css['flow']}
      height={height}
      role="img"
      aria-label={t('day.picture', { from: clockTime(lanes.from, place, false), marks: lanes.marks.length })}
    >
      <rect x={x(nowMs)} y={22} width={Math.max(0, width - x(nowMs))} height={height - 30} fill="var(--paper-2)" />
      {ticks.map((at) => (
        <g key={at}>
          <line x1={x(at)} x2={x(at)} y1={22} y2={height - 8} stroke="var(--line)" />
          {x(at) + 40 < width && (
            <text x={x(at)} y={14} textAnchor="middle">
              {clockTime(at, place, false)}
            </text>
          )}
        </g>
      ))}
      {(['session', 'windows', 'files', 'network', 'marks'] as const).map((lane) => (
        <text key={lane} x={0} y={laneY[lane] + 12}>
          {t(`day.lane.${lane}`)}
        </text>
      ))}
      <Stretches list={lanes.session} x={x} y={laneY.session} fill="var(--ai-3)" />
      <Stretches list={lanes.windows} x={x} y={laneY.windows} fill="var(--ai-2)" />
      <Bars values={lanes.files} x={slotX} y={laneY.files} width={slotWidth} />
      <Bars values={lanes.network} x={slotX} y={laneY.network} width={slotWidth} />
      {lanes.marks.map(({ at, row }) => (
        <circle key={row.id} cx={x(at)} cy={laneY.marks + 8} r={5} fill="var(--ai)">
          <title>{`${clockTime(at, place)} ${kind(row.kind)}`}</title>
        </circle>
      ))}
      {last && (
        <text x={Math.min(x(last.at) + 12, width - 160)} y={laneY.marks + 12} fontWeight={600}>
          {kind(last.row.kind)}
        </text>
      )}
      <line x1={x(nowMs)} x2={x(nowMs)} y1={22} y2={height - 8} stroke="var(--ink)" strokeWidth={1.5} />
      <text x={Math.min(x(nowMs) + 6, width - 66)} y={height - 10}>
        {t('day.now', { time: clockTime(nowMs, place, false) })}
      </text>
    </svg>
  );
}

/** One machine's day as a picture: who was logged on, what was in front, how much moved, what was raised. */
export default function DayFlow({ endpoint }: { endpoint: EndpointDetail }): ReactNode {
  const t = useWords('events');
  const { zone } = usePlace();
  const nowMs = useNow();
  const { ref, width } = useElementSize();
  const since = new Date(startOfDay(nowMs, zone)).toISOString();
  const query = useQuery({
    queryKey: ['events-day', endpoint.id, since],
    refetchInterval: 60_000,
    queryFn: () => answered(api.GET('/api/v1/events', { params: { query: { endpoint: endpoint.id, since, limit: 1000 } } })),
  });
  const count = query.data?.count.value ?? 0;
  return (
    <Section
      title={t('day.title')}
      note={
        <>
          <span>{count > 0 ? t('day.count', { count }) : query.data && t('day.none')}</span>{' '}
          <Go className="t" to={`/endpoints/${endpoint.id}/events`} search={{ span: 'today' }}>
            {t('day.open')}
          </Go>
        </>
      }
    >
      <div ref={ref} style={{ minHeight: height }}>
        <Await query={query} lines={7}>
          {(page) => {
            return width > 0 ? <Drawing lanes={lanesOf(page.items, nowMs)} width={width} nowMs={nowMs} /> : null;
          }}
        </Await>
      </div>
    </Section>
  );
}
