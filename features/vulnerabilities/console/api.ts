/** The API's types of this room, by the names that its pages use. */
import type { QueryOf, WeaknessException } from '@shell/api/schema';

export { api } from '@shell/api/client';
export type {
  ApplianceBody,
  ApplianceView as Appliance,
  BannerPreview,
  BoardCell,
  BoardColumn as Column,
  BoardDay,
  BoardEnd,
  BoardGroup,
  ExceptionBody,
  ExceptionScope as Scope,
  FindingCounts as Counts,
  MachineFinding as Finding,
  NamedFinding as Named,
  VulnerabilityFeed as Feed,
  VulnerabilityFeedChange as FeedChange,
  VulnerabilityFeedNew as FeedBody,
  VulnerabilityImport as FeedImport,
  WeakMachine as Machine,
  WeakMachineDetail as MachineDetail,
  WeakSubject as WeaknessSubject,
  WeaknessBoard as Board,
  WeaknessSettings as Settings,
  WeaknessDetail,
  WeaknessEvidence as Evidence,
  WeaknessException as Exception,
  WeaknessPart as Part,
  WeaknessSeverity as Severity,
  WeaknessStanding as Standing,
  WeaknessState as Stands,
  WeaknessSummary as Weakness,
  WhatToDo as ToDo,
} from '@shell/api/schema';

/** The conditions that everything here is asked under; `severity` and others are written as in the address. */
export type Filter = Omit<QueryOf<'get_vulnerabilities_machines'>, 'sort' | 'cursor' | 'limit' | 'state'>;

/** How much an exception takes away. */
export type Touched = Pick<WeaknessException, 'findings' | 'machines'>;
