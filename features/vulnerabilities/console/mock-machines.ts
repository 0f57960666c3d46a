import { departments } from '@shell/mock/office';
import { idOf } from '@shell/mock/random';
import { fleet, groups } from '../../../core/endpoints/console/mock-fleet';
import type { Column, Exception, Filter, Settings, Severity } from './api';
import { catalogue, systemNames, type Kind, type System } from './mock-catalogue';
import { severities } from './own-words';

/** So many machines the office is said to have here: the first of them are those of the other pages. */
export const machineCount = 100_000;
/** The last of them are the appliances that no agent runs on. */
export const applianceCount = 40;

const systems: System[] = ['windows', 'windows10', 'ubuntu', 'debian', 'macos', 'server', 'appliance'];
/** Where machines stand that the other pages do not have, in hundredths. */
const shares: [System, number][] = [['windows', 72], ['windows10', 4], ['ubuntu', 7], ['debian', 4], ['macos', 8], ['server', 5]];

/** Repeatable chance for one thing of one machine: the same every time, without remembering it. 0 <= x < 1. */
export function roll(machine: number, salt: number): number {
  let mixed = Math.imul(machine + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
}

export function bitsIn(word: number): number {
  let left = word;
  let count = 0;
  for (; left !== 0; left &= left - 1) count += 1;
  return count;
}

/** The bits of the kinds that fit. */
export function maskOf(fits: (kind: Kind) => boolean): number {
  return catalogue.reduce((mask, kind, bit) => (fits(kind) ? mask | (1 << bit) : mask), 0);
}

export const settings: Settings = {
  days: { exploited: 3, critical: 7, high: 30, medium: 90, low: 180 },
  emergency_epss: 0.1,
  red_without_fix: false,
  alarms: { exploited: true, overdue: true, feeds: true },
};
export const exceptions: Exception[] = [];

/** How many days a kind may stay. */
export const limitOf = (kind: Kind): number => (kind.exploited === undefined ? (kind.severity === 'unknown' ? 180 : settings.days[kind.severity]) : settings.days.exploited);
/** For how many days a machine has had it. */
export const daysOf = (machine: number, bit: number): number => Math.floor(roll(machine, 200 + bit) * (catalogue[bit]?.age ?? 1));
export const isEmergency = (kind: Kind): boolean => kind.exploited !== undefined || (kind.severity === 'critical' && kind.epss >= settings.emergency_epss);

interface Office {
  system: Uint8Array;
  unit: Uint8Array;
  /** What each has, one bit for each kind; and which of it is past its deadline; and which of it was excepted. */
  has: Int32Array;
  late: Int32Array;
  excepted: Int32Array;
  /** 1 where no inventory has come yet. */
  unknown: Uint8Array;
}

let office: Office | null = null;

function systemOf(machine: number): System {
  if (machine >= machineCount - applianceCount) return 'appliance';
  const known = fleet[machine];
  if (known) return known.os === 'macos' ? 'macos' : known.os_name.startsWith('Windows 10') ? 'windows10' : known.os === 'windows' ? 'windows' : known.os_name.startsWith('Debian') ? 'debian' : 'ubuntu';
  let left = roll(machine, 1) * 100;
  return shares.find(([, share]) => (left -= share) < 0)?.[0] ?? 'windows';
}

const people = departments.reduce((sum, department) => sum + department.size, 0);

function unitOf(machine: number): number {
  const known = fleet[machine];
  if (known) return Math.max(0, departments.findIndex((department) => department.id === known.group.id));
  let left = roll(machine, 2) * people;
  return Math.max(0, departments.findIndex((department) => (left -= department.size) < 0));
}

/** The machine that other pages show in full has a little of everything. */
const shown = 12;
const shownBits = maskOf((kind) => ['CVE-2026-90001', 'CVE-2026-90002', 'CVE-2026-90004', 'CVE-2026-90009', 'CVE-2026-90019'].includes(kind.id ?? ''));

/** Some departments have done what they can: the executives’ machines come in by nothing old, information systems has installed all updates. */
const isTidy = (unit: number, kind: Kind): boolean => (unit === 5 && kind.part === 'remote') || (unit === 4 && (kind.part === 'patches' || kind.part === 'remote'));

function build(): Office {
  const made: Office = { system: new Uint8Array(machineCount), unit: new Uint8Array(machineCount), has: new Int32Array(machineCount), late: new Int32Array(machineCount), excepted: new Int32Array(machineCount), unknown: new Uint8Array(machineCount) };
  const bySystem = systems.map((system) => catalogue.flatMap((kind, bit) => (kind.systems.includes(system) ? [bit] : [])));
  for (let machine = 0; machine < machineCount; machine += 1) {
    const system = systems.indexOf(systemOf(machine));
    made.system[machine] = system;
    made.unit[machine] = unitOf(machine);
    if (roll(machine, 3) < 0.012) {
      made.unknown[machine] = 1;
      continue;
    }
    let has = 0;
    let late = 0;
    for (const bit of bySystem[system] ?? []) {
      const kind = catalogue[bit];
      if (!kind || isTidy(made.unit[machine] ?? 0, kind)) continue;
      if (machine === shown ? (shownBits & (1 << bit)) === 0 : roll(machine, 100 + bit) >= kind.share * 0.6) continue;
      has |= 1 << bit;
      if (kind.standing === 'open' && daysOf(machine, bit) > limitOf(kind)) late |= 1 << bit;
    }
    made.has[machine] = has;
    made.late[machine] = late;
  }
  return made;
}

/** The whole office, made when it is first asked about. */
export function theOffice(): Office {
  office ??= build();
  return office;
}

/** Counts everything anew at the next question: deadlines have changed. */
export function forgetOffice(): void {
  office = null;
  setExceptions();
}

function inScope(scope: Exception['scope'], machine: number, units: Set<number> | null): boolean {
  return scope === 'all' || ('group' in scope ? (units?.has(theOffice().unit[machine] ?? -1) ?? false) : idOfMachine(machine) === scope.endpoint);
}

/** The departments below a group, by their place; null for all. */
export function unitsBelow(group: string | null | undefined): Set<number> | null {
  if (!group) return null;
  const path = groups.find((one) => one.id === group)?.path;
  if (path === undefined || path === '/') return path === undefined ? new Set() : null;
  return new Set(departments.flatMap((department, at) => (`/${department.site}/${department.name}/`.startsWith(`${path}/`) ? [at] : [])));
}

/** Which findings an exception takes out of the red, for every machine that has them. */
export function touched(of: Pick<Exception, 'weakness' | 'subject' | 'scope'>, then: (machine: number, bits: number) => void): void {
  const mask = maskOf((kind) => kind.id === of.weakness && (of.subject === null || kind.subject === of.subject));
  const units = of.scope === 'all' || !('group' in of.scope) ? null : (unitsBelow(of.scope.group) ?? new Set(departments.keys()));
  const { has } = theOffice();
  for (let machine = 0; machine < machineCount; machine += 1) {
    const bits = (has[machine] ?? 0) & mask;
    if (bits !== 0 && inScope(of.scope, machine, units)) then(machine, bits);
  }
}

/** Writes down anew what is excepted, from the exceptions that hold. */
export function setExceptions(): void {
  const { excepted } = theOffice();
  excepted.fill(0);
  for (const exception of exceptions.filter((one) => !one.ended)) {
    touched(exception, (machine, bits) => {
      excepted[machine] = (excepted[machine] ?? 0) | bits;
    });
  }
}

export const idOfMachine = (machine: number): string => fleet[machine]?.id ?? idOf(90, machine);
export const numberOfId = (id: string): number => {
  const known = fleet.findIndex((one) => one.id === id);
  if (known >= 0) return known;
  const last = Number.parseInt(id.slice(-12), 16);
  return last < machineCount && idOf(90, last) === id ? last : -1;
};

export function systemAt(machine: number): System {
  return systems[theOffice().system[machine] ?? 0] ?? 'windows';
}

export function nameOf(machine: number): string {
  const known = fleet[machine];
  if (known) return known.hostname;
  const { code } = systemNames[systemAt(machine)];
  return code === 'VPN' ? `vpn-${String(machine - (machineCount - applianceCount) + 1).padStart(2, '0')}` : `${code}-${departments[theOffice().unit[machine] ?? 0]?.code ?? ''}-${String(machine).padStart(6, '0')}`;
}

/** Which kinds are asked about, whatever machine has them; `q` in numbers, titles and subjects. */
export function asked(filter: Filter): number {
  const severity = filter.severity?.split(',');
  const q = filter.q?.toLowerCase();
  return maskOf(
    (kind) =>
      (!severity || severity.includes(kind.severity)) &&
      (!filter.part || kind.part === filter.part) &&
      (!filter.emergency || isEmergency(kind)) &&
      (!filter.evidence || kind.evidence.includes(filter.evidence)) &&
      (!filter.weakness || kind.id === filter.weakness) &&
      (!filter.subject || kind.subject === filter.subject) &&
      (!q || `${kind.id ?? ''} ${kind.ja} ${kind.en} ${kind.subject}`.toLowerCase().includes(q)),
  );
}

const openMask = maskOf((kind) => kind.standing === 'open');
const noFixMask = maskOf((kind) => kind.standing === 'no_fix');
const neverMask = maskOf((kind) => kind.standing === 'will_not_fix');

/** What of a machine is to be seen under a standing. */
function standingOf(standing: string | undefined, has: number, excepted: number): number {
  if (standing === 'all') return has;
  if (standing === 'excepted') return has & excepted;
  return has & ~excepted & (standing === 'no_fix' ? noFixMask : standing === 'will_not_fix' ? neverMask : settings.red_without_fix ? openMask | noFixMask : openMask);
}

/** Whether a machine is among those that are asked about, whatever it suffers from. */
function among(filter: Filter): (machine: number) => boolean {
  const { unit, system } = theOffice();
  const units = unitsBelow(filter.group);
  const kinds = filter.kind === undefined ? null : new Set(systems.flatMap((one, at) => (systemNames[one].kind === filter.kind ? [at] : [])));
  const only = filter.asset === undefined ? null : numberOfId(filter.asset);
  return (machine) => (only === null || machine === only) && (units?.has(unit[machine] ?? -1) ?? true) && (kinds?.has(system[machine] ?? -1) ?? true);
}

/** Goes through every machine of which nothing is known, or on which nothing is left. */
export function eachQuiet(filter: Filter, state: 'current' | 'unknown', then: (machine: number) => void): void {
  const { has, excepted, unknown } = theOffice();
  const isMeant = among(filter);
  for (let machine = 0; machine < machineCount; machine += 1) {
    const isQuiet = state === 'unknown' ? unknown[machine] === 1 : unknown[machine] === 0 && standingOf(undefined, has[machine] ?? 0, excepted[machine] ?? 0) === 0;
    if (isQuiet && isMeant(machine)) then(machine);
  }
}

/** Goes through every machine that has something of what is asked about. */
export function each(filter: Filter, then: (machine: number, bits: number) => void): void {
  const { has, late, excepted } = theOffice();
  const mask = asked(filter);
  const anything = filter.q ? asked({ ...filter, q: undefined }) : 0;
  const q = filter.q?.toLowerCase() ?? '';
  const isMeant = among(filter);
  for (let machine = 0; machine < machineCount; machine += 1) {
    if (!isMeant(machine)) continue;
    let bits = standingOf(filter.standing, has[machine] ?? 0, excepted[machine] ?? 0);
    if (bits === 0) continue;
    if (filter.overdue) bits &= late[machine] ?? 0;
    const found = bits & mask;
    if (found !== 0) then(machine, found);
    else if ((bits & anything) !== 0 && nameOf(machine).toLowerCase().includes(q)) then(machine, bits & anything);
  }
}

export const severityMasks = Object.fromEntries(severities.map((severity) => [severity, maskOf((kind) => kind.severity === severity)])) as Record<Severity, number>;

/** The gravest of what is set. */
export function worstOf(bits: number): Severity | null {
  return severities.find((severity) => (bits & severityMasks[severity]) !== 0) ?? null;
}

export function columnMask(column: Column): number {
  return column === 'emergency' ? maskOf(isEmergency) : maskOf((kind) => kind.part === column);
}
