import { day, mockNow, timeOf, minute } from '@shell/mock/day';
import { departments } from '@shell/mock/office';
import type { Board, BoardCell, BoardDay, BoardEnd, BoardGroup, Column } from './api';
import { bitsIn, columnMask, each, machineCount, roll, severityMasks, systemAt, theOffice, unitsBelow, worstOf } from './mock-machines';
import { systemNames } from './mock-catalogue';
import { feeds } from './mock-feeds';
import { columns, parts, severities } from './own-words';

const days = 90;
const dayText = (ago: number): string => new Date(mockNow - ago * day + 9 * 60 * minute).toISOString().slice(0, 10);

/** Ninety days that end at today's numbers, with the wave that a month's updates make. */
function trendTo(behind: number, late: number, counts: Record<string, number>): BoardDay[] {
  const at = (ago: number, today: number, salt: number): number => Math.round(today * (1 + (0.38 * ago) / days + (ago === 0 ? 0 : 0.06 * Math.sin(ago / 4.6) + 0.02 * roll(ago, salt))));
  return Array.from({ length: days }, (_, index): BoardDay => {
    const ago = days - 1 - index;
    const appeared = Math.round((behind / 30) * (0.6 + roll(ago, 7)));
    return {
      day: dayText(ago),
      behind: at(ago, behind, 1),
      critical: at(ago, counts['critical'] ?? 0, 2),
      high: at(ago, counts['high'] ?? 0, 3),
      medium: at(ago, counts['medium'] ?? 0, 4),
      low: at(ago, counts['low'] ?? 0, 5),
      overdue: at(ago, late, 6),
      appeared,
      fixed: Math.round(appeared * (0.9 + 0.4 * roll(ago, 8))),
    };
  });
}

function endsFor(counted: Map<string, number>): BoardEnd[] {
  const end = (product: string, cycle: string, ends_on: string, machines: number): BoardEnd[] => (machines === 0 ? [] : [{ product, cycle, ends_on, machines, ended: ends_on <= dayText(0) }]);
  return [
    ...end('Windows 10', '22H2', '2025-10-14', counted.get('windows10') ?? 0),
    ...end('Office LTSC', '2021', '2026-10-13', Math.round((counted.get('windows') ?? 0) / 210)),
    ...end('FortiOS', '7.2', '2027-03-31', Math.round((counted.get('appliance') ?? 0) / 8)),
  ];
}

/** The overview, counted over every machine: each number is that of the list it leads to. */
export function boardOf(group: string | undefined, kind: string | undefined): Board {
  const { has, late, excepted, unknown, unit } = theOffice();
  const units = unitsBelow(group);
  const masks = columns.map((column): [Column, number] => [column, columnMask(column)]);
  const shown = departments.flatMap((department, at) => (units === null || units.has(at) ? [{ department, at }] : []));
  const rows = new Map<number, BoardGroup & { worst: Map<Column, number> }>(
    shown.map(({ department, at }) => [
      at,
      { id: department.id, name: department.name, path: `/${department.site}/${department.name}`, machines: 0, current: 0, behind: 0, unknown: 0, worst: new Map(), cells: columns.map((column): BoardCell => ({ column, machines: 0, findings: 0, worst: null })) },
    ]),
  );
  const systems = new Map<string, number>();
  let aside = 0;
  let waiting = 0;
  for (let machine = 0; machine < machineCount; machine += 1) {
    const row = rows.get(unit[machine] ?? -1);
    const system = systemAt(machine);
    if (!row || (kind !== undefined && systemNames[system].kind !== kind)) continue;
    row.machines += 1;
    systems.set(system, (systems.get(system) ?? 0) + 1);
    if (unknown[machine]) row.unknown += 1;
    aside += bitsIn((has[machine] ?? 0) & (excepted[machine] ?? 0));
  }
  const filter = { group, kind };
  const partCounts = new Map(parts.map((part) => [part, { part, machines: 0, findings: 0, overdue: 0 }]));
  const severityCounts = severities.map((severity) => ({ severity, machines: 0, findings: 0, overdue: 0 }));
  const emergency = { machines: 0, findings: 0, weaknesses: 0 };
  let emergencies = 0;
  let lateAll = 0;
  each(filter, (machine, bits) => {
    const row = rows.get(unit[machine] ?? -1);
    if (!row) return;
    const overdue = bits & (late[machine] ?? 0);
    row.behind += 1;
    lateAll += bitsIn(overdue);
    masks.forEach(([column, mask], at) => {
      const found = bits & mask;
      const cell = row.cells[at];
      if (found === 0 || !cell) return;
      cell.machines += 1;
      cell.findings += bitsIn(found);
      row.worst.set(column, (row.worst.get(column) ?? 0) | found);
      const part = column === 'emergency' ? undefined : partCounts.get(column);
      if (part) {
        part.machines += 1;
        part.findings += bitsIn(found);
        part.overdue += bitsIn(found & overdue);
      } else {
        emergency.machines += 1;
        emergency.findings += bitsIn(found);
        emergencies |= found;
      }
    });
    for (const count of severityCounts) {
      const found = bits & severityMasks[count.severity];
      if (found === 0) continue;
      count.machines += 1;
      count.findings += bitsIn(found);
      count.overdue += bitsIn(found & overdue);
    }
  });
  each({ ...filter, standing: 'no_fix' }, (_, bits) => {
    waiting += bitsIn(bits);
  });
  const groups = [...rows.values()].map(({ worst, ...row }) => ({ ...row, current: row.machines - row.behind - row.unknown, cells: row.cells.map((cell) => ({ ...cell, worst: worstOf(worst.get(cell.column) ?? 0) })) }));
  const sum = (of: 'machines' | 'current' | 'behind' | 'unknown'): number => groups.reduce((all, row) => all + row[of], 0);
  const behind = sum('behind');
  const trend = trendTo(behind, lateAll, Object.fromEntries(severityCounts.map(({ severity, machines }) => [severity, machines])));
  const week = trend.slice(-7);
  const used = feeds.filter((feed) => feed.good_at);
  return {
    counted_at: timeOf(mockNow - 40_000),
    machines: sum('machines'),
    current: sum('current'),
    behind,
    unknown: sum('unknown'),
    parts: [...partCounts.values()],
    emergency: { ...emergency, weaknesses: bitsIn(emergencies) },
    severities: severityCounts,
    groups,
    appeared_this_week: week.reduce((all, one) => all + one.appeared, 0),
    fixed_this_week: week.reduce((all, one) => all + one.fixed, 0),
    excepted: aside,
    no_fix: waiting,
    trend,
    ends: endsFor(systems),
    feeds: { count: used.length, failing: feeds.filter((feed) => feed.state === 'failing').length, oldest_good_at: used.map((feed) => feed.good_at ?? '').sort()[0] ?? null },
  };
}
