import { useElementSize } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { HistogramView } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { usePlace } from '@shell/session/session';
import { clockTime, exact, shortDay } from '@shell/time';
import { useState, type PointerEvent, type ReactNode } from 'react';
import css from './log-search.module.css';

const height = 76;
const foot = 18;

type Bucket = HistogramView['buckets'][number];

const raised = (bucket: Bucket): number => bucket.alarm + bucket.prohibited;
const total = (bucket: Bucket): number => bucket.recorded + raised(bucket);

interface Reach {
  from: number;
  to: number;
}

function Drawing({ data, width, onZoom }: { data: HistogramView; width: number; onZoom: (since: number, until: number) => void }): ReactNode {
  const t = useWords('log-search');
  const place = usePlace();
  const [brush, setBrush] = useState<Reach | null>(null);
  const { buckets } = data;
  const step = data.step_s * 1000;
  const start = Date.parse(buckets[0]?.from ?? data.since);
  const slot = width / Math.max(1, buckets.length);
  const most = Math.max(1, ...buckets.map(total));
  const tall = (value: number): number => (value === 0 ? 0 : Math.max(2, (value / most) * (height - foot - 6)));
  const inDays = step >= 86_400_000;
  const every = Math.max(1, Math.ceil(72 / slot));
  // Over more than two days the days are what one looks for.
  const byDay = !inDays && buckets.length * step > 2 * 86_400_000;
  const midnights = buckets.map((_, at) => at).filter((at) => clockTime(start + at * step, place, false) === '00:00');
  const apart = Math.max(1, Math.ceil(72 / (slot * Math.max(1, 86_400_000 / step))));
  const ticks = new Set(byDay ? midnights.filter((_, at) => at % apart === 0) : buckets.map((_, at) => at).filter((at) => at % every === 0));
  const label = (ms: number): string =>
    inDays || byDay || clockTime(ms, place, false) === '00:00' ? shortDay(ms, place) : clockTime(ms, place, false);
  const slotAt = (event: PointerEvent<SVGSVGElement>): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.max(0, Math.min(buckets.length - 1, Math.floor(x / slot)));
  };
  const sum = buckets.reduce((all, bucket) => all + total(bucket), 0);
  const end = (): void => {
    if (brush) {
      const [from, to] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
      onZoom(start + from * step, start + (to + 1) * step - 60_000);
    }
    setBrush(null);
  };
  return (
    <svg
      className={css['histogram']}
      width={width}
      height={height}
      role="img"
      aria-label={t('histogram.picture', { count: sum, since: exact(Date.parse(data.since), place), until: exact(Date.parse(data.until), place) })}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = slotAt(event);
        setBrush({ from: at, to: at });
      }}
      onPointerMove={(event) => {
        if (brush) setBrush({ ...brush, to: slotAt(event) });
      }}
      onPointerUp={end}
      onPointerCancel={() => {
        setBrush(null);
      }}
    >
      {buckets.map((bucket, at) => {
        const ms = start + at * step;
        const whole = tall(total(bucket));
        const above = Math.min(whole, tall(raised(bucket)));
        return (
          <g key={bucket.from}>
            {whole > 0 && (
              <>
                <rect x={at * slot} y={0} width={slot} height={height - foot} fill="transparent">
                  <title>{t('histogram.bucket', { time: exact(ms, place), count: total(bucket), raised: raised(bucket) })}</title>
                </rect>
                <rect className={css['quiet']} x={at * slot} y={height - foot - whole} width={Math.max(1, slot - 1)} height={whole} fill="var(--ai-3)" />
              </>
            )}
            {above > 0 && (
              <rect className={css['quiet']} x={at * slot} y={height - foot - above} width={Math.max(1, slot - 1)} height={above} fill="var(--ai)" />
            )}
            {ticks.has(at) && at * slot + 48 < width && (
              <>
                <line x1={at * slot} x2={at * slot} y1={0} y2={height - foot} stroke="var(--line)" />
                <text x={at * slot + 3} y={height - 3}>
                  {label(ms)}
                </text>
              </>
            )}
          </g>
        );
      })}
      <line x1={0} x2={width} y1={height - foot} y2={height - foot} stroke="var(--line-2)" />
      {brush && (
        <rect
          className={css['brush']}
          x={Math.min(brush.from, brush.to) * slot}
          y={0}
          width={(Math.abs(brush.to - brush.from) + 1) * slot}
          height={height - foot}
        />
      )}
    </svg>
  );
}

/** How many records there are over time; drawing across it narrows the time. */
export function Histogram({ question, onZoom }: { question: string; onZoom: (since: number, until: number) => void }): ReactNode {
  const t = useWords('log-search');
  const place = usePlace();
  const { ref, width } = useElementSize();
  const buckets = Math.max(12, Math.min(120, Math.floor(width / 8)));
  const found = useQuery({
    queryKey: ['log-search-histogram', question, buckets],
    enabled: width > 0,
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
    retry: false,
    // The server ends what nobody waits for any more.
    queryFn: ({ signal }) => answered(api.GET('/api/v1/events/histogram', { params: { query: { q: question, buckets } }, signal })),
  });
  const data = found.data;
  // The picture of the question before, until this one's is there: it must not be read as an answer.
  const old = found.isPlaceholderData;
  const sum = data?.buckets.reduce((all, bucket) => all + total(bucket), 0);
  const alarms = data?.buckets.reduce((all, bucket) => all + bucket.alarm, 0) ?? 0;
  const prohibited = data?.buckets.reduce((all, bucket) => all + bucket.prohibited, 0) ?? 0;
  return (
    <section className={css['over']} aria-label={t('histogram.label')} aria-busy={old}>
      <p className={css['sum']}>
        {sum === undefined || old ? (
          <span className="sm dim">{t('histogram.counting')}</span>
        ) : (
          <>
            <b>{t('histogram.count', { count: sum })}</b> <span className="sm sub">{t('histogram.raised', { alarms, prohibited })}</span>
            {data && (
              <span className="sm dim">
                {shortDay(Date.parse(data.since), place)} – {shortDay(Date.parse(data.until), place)}
              </span>
            )}
            {data?.covered.down_to && (
              <span className="sm dim"> {t('histogram.partial', { time: exact(Date.parse(data.covered.down_to), place) })}</span>
            )}
          </>
        )}
        <span className={css['legend']}>
          <i style={{ background: 'var(--ai-3)' }} /> {t('histogram.recorded')}
          <i style={{ background: 'var(--ai)' }} /> {t('histogram.marked')}
        </span>
      </p>
      <div ref={ref} className={old ? `${css['plot']} ${css['old']}` : css['plot']} style={{ height }}>
        {data && width > 0 && <Drawing data={data} width={width} onZoom={onZoom} />}
      </div>
    </section>
  );
}
