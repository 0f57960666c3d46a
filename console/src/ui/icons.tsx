import type { ReactNode } from 'react';

/** Line pictures on a 16 px field, 1.3 px stroke, in the colour of the text beside them. */
const drawings = {
  today: 'M2 12.5h12M4.4 12.5a3.6 3.6 0 0 1 7.2 0M8 3.8v2.6M2.7 7.2l1.6 1.5M13.3 7.2l-1.6 1.5',
  endpoint: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  records: 'M3 2h8l2 2v10H3zM5.5 6.2h5M5.5 8.6h5M5.5 11h3',
  shield: 'M8 1.8l5 1.8v4.2c0 3.2-2 5.3-5 6.4-3-1.100-5-3.200-5-6.400V3.600z',
  asset: 'M2 5l6-3 6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6',
  weakness: 'M3 2h10v12H3zM8.6 2 6.5 5.500l3 2-2.500 3 1.500 3.500',
  rules: 'M8 2v12M5 14h6M3 4.500h10M3 4.500 1.500 9h3zM13 4.500 11.500 9h3z',
  people: 'M8.500 5a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM1.500 13.500c0-2.500 2-4 4.500-4s4.500 1.500 4.500 4M11 3a2.200 2.200 0 0 1 0 4.300M12 9.800c1.500.4 2.500 1.700 2.500 3.700',
  guideline: 'M2.500 4l1 1 1.800-2M2.500 8.500l1 1 1.800-2M2.500 13l1 1 1.800-2M8 4h6M8 8.500h6M8 13h6',
  settings: 'M2 4.500h7M12.800 4.500H14M2 11.500h1.200M6.800 11.500H14M12.800 4.500a1.800 1.800 0 1 1-3.600 0 1.800 1.800 0 0 1 3.600 0zM6.800 11.500a1.800 1.800 0 1 1-3.600 0 1.800 1.800 0 0 1 3.600 0z',
  bell: 'M4 11V7.500a4 4 0 0 1 8 0V11l1.200 1.500H2.800zM6.700 14.300h2.600',
  find: 'M11.500 7a4.500 4.500 0 1 1-9 0 4.500 4.500 0 0 1 9 0zM10.500 10.500 14 14',
  close: 'm4 4 8 8M12 4l-8 8',
  file: 'M4 1.800h5.500L12.500 5v9.200H4zM9.500 1.800V5h3',
  network: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM2 8h12M8 2c1.800 2 2.500 4 2.500 6S9.800 12 8 14c-1.800-2-2.500-4-2.500-6S6.200 4 8 2z',
  process: 'M2.500 3h11v10h-11zM2.500 5.800h11M5 8.300l1.500 1.300L5 11M8 11h2.500',
  window: 'M2.500 2.500h11v11h-11zM2.500 6h11M5 4.300h.1M7 4.300h.1',
  clock: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 4.500V8l2.500 1.500',
  down: 'M8 2v8M4.800 7 8 10.200 11.200 7M2.500 13.500h11',
  right: 'm6 4 4 4-4 4',
  expand: 'm4 6 4 4 4-4',
  left: 'm10 4-4 4 4 4',
  scheme: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 2v12M10 2.400v11.200M12 3.600v8.800',
  plus: 'M8 3v10M3 8h10',
  message: 'M2 3h12v8H7l-3 3v-3H2z',
  power: 'M8 2v6M4.500 4.500a5 5 0 1 0 7 0',
  refresh: 'M13 5.500A5.500 5.500 0 1 0 13.500 9M13.500 2.500v3.200h-3.200',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  check: 'm3 8.500 3.500 3.500L13 4.500',
  key: 'M9.500 6.500a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM8.600 8.600l4.900 4.900M11.500 11.500l1.700-1.700',
  columns: 'M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10',
  group: 'M6 2h4v3.500H6zM1.500 10.500h4V14h-4zM10.500 10.500h4V14h-4zM8 5.500V8M3.500 10.500V8h9v2.500',
  language: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM4.500 6h7M4.500 10h7M8 2.500c-2.500 3.500-2.500 7.500 0 11M8 2.500c2.500 3.500 2.500 7.500 0 11',
  pause: 'M5.500 3.500v9M10.500 3.500v9',
  play: 'M5 3.500v9l7-4.500z',
  edit: 'M10.500 3 13 5.500 5.500 13H3v-2.500z',
  health: 'M1.500 8.500h3l1.500-4 3 8 1.800-4h3.700',
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg className="i" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
