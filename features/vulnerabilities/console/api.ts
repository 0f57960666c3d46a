/**
 * What the API of vulnerabilities says, written by hand until the server's description has it. Then this file becomes
 * `export { api } from '@shell/api/client'` and `export type { ... } from '@shell/api/schema'`, and nothing else changes.
 */
import { api as described } from '@shell/api/client';
import type { Page } from '@shell/api/schema';
import type { Client } from 'openapi-fetch';

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'unknown';
export type Part = 'os' | 'patches' | 'third_party' | 'remote';
export type Column = Part | 'emergency';
export type Standing = 'open' | 'no_fix' | 'will_not_fix';
export type Evidence = 'updater' | 'vendor' | 'database' | 'guess';
export type Stands = 'current' | 'behind' | 'unknown';
export type ToDo = 'update_package' | 'update_system' | 'upgrade_release' | 'replace' | 'mitigate' | 'wait';

/** The conditions that everything here is asked under; `severity` and others are written as in the address. */
export interface Filter {
  group?: string | undefined;
  severity?: string | undefined;
  part?: Part | undefined;
  emergency?: boolean | undefined;
  overdue?: boolean | undefined;
  standing?: string | undefined;
  kind?: string | undefined;
  evidence?: Evidence | undefined;
  q?: string | undefined;
  weakness?: string | undefined;
  subject?: string | undefined;
  asset?: string | undefined;
}

type Listed = Filter & { sort?: string | undefined; cursor?: string | undefined; limit?: number | undefined };

export interface BoardCell {
  column: Column;
  machines: number;
  findings: number;
  worst: Severity | null;
}

export interface BoardGroup {
  id: string;
  name: string;
  /** `/本社/経理部`. */
  path: string;
  machines: number;
  current: number;
  behind: number;
  unknown: number;
  cells: BoardCell[];
}

export interface BoardDay {
  /** `2026-11-17`. */
  day: string;
  behind: number;
  critical: number;
  high: number;
  medium: number;
  low: number;
  overdue: number;
  appeared: number;
  fixed: number;
}

export interface BoardEnd {
  product: string;
  cycle: string;
  ends_on: string;
  machines: number;
  ended: boolean;
}

export interface Board {
  counted_at: string;
  machines: number;
  current: number;
  behind: number;
  unknown: number;
  parts: { part: Part; machines: number; findings: number; overdue: number }[];
  emergency: { machines: number; findings: number; weaknesses: number };
  severities: { severity: Severity; machines: number; findings: number; overdue: number }[];
  groups: BoardGroup[];
  appeared_this_week: number;
  fixed_this_week: number;
  excepted: number;
  no_fix: number;
  trend: BoardDay[];
  ends: BoardEnd[];
  feeds: { count: number; failing: number; oldest_good_at: string | null };
}

export interface Weakness {
  id: string;
  title_ja: string;
  title_en: string;
  severity: Severity;
  score: number;
  exploited_at?: string | null;
  due_at?: string | null;
  ransomware: boolean;
  epss?: number | null;
  subjects: string[];
  part: Part;
  machines: number;
  overdue: number;
  since: string;
  standing: Standing;
  fixed: string;
  evidence: Evidence;
}

export interface WeaknessSubject {
  subject: string;
  release: string;
  installed: string;
  fixed: string;
  standing: Standing;
  evidence: Evidence;
  feed: string;
  advisory: string;
  machines: number;
}

export interface WeaknessDetail extends Omit<Weakness, 'subjects'> {
  summary_ja: string;
  summary_en: string;
  vector: string;
  cwe: string;
  references: string[];
  published_at?: string | null;
  rejected: boolean;
  replaced_by: string[];
  subjects: WeaknessSubject[];
  told: { feed: string; severity?: Severity | null; score?: number | null; at?: string | null }[];
}

export interface Counts {
  critical: number;
  high: number;
  medium: number;
  low: number;
  unknown: number;
}

export interface Machine {
  asset_id: string;
  endpoint_id?: string | null;
  name: string;
  group_id: string;
  group_name: string;
  kind: string;
  os: string;
  release: string;
  state: Stands;
  counts: Counts;
  overdue: number;
  emergency: number;
  updates: number;
  oldest_since?: string | null;
  last_seen_at?: string | null;
  online: boolean;
}

export interface Finding {
  weakness?: string | null;
  title_ja: string;
  title_en: string;
  subject: string;
  part: Part;
  packages: { name: string; installed: string }[];
  fixed: string;
  standing: Standing;
  severity: Severity;
  score: number;
  exploited_at?: string | null;
  epss?: number | null;
  since: string;
  due_on?: string | null;
  overdue: boolean;
  evidence: Evidence[];
  feed: string;
  advisory: string;
  what_to_do: ToDo;
  exception?: Exception | null;
}

export interface MachineDetail extends Machine {
  findings: Finding[];
  excepted: Finding[];
  history: { at: string; appeared: Named[]; gone: Named[] }[];
  end_of_life?: BoardEnd | null;
}

export interface Named {
  weakness?: string | null;
  subject: string;
}

export type Scope = 'all' | { group: string } | { endpoint: string };

export interface ExceptionBody {
  weakness: string;
  subject: string | null;
  scope: Scope;
  reason: string;
  until: string;
}

export interface Exception extends ExceptionBody {
  id: string;
  scope_name: string;
  by: string;
  created_at: string;
  findings: number;
  machines: number;
  ended: boolean;
}

export interface Touched {
  findings: number;
  machines: number;
}

export interface Settings {
  version: number;
  days: { exploited: number; critical: number; high: number; medium: number; low: number };
  /** A critical weakness counts as an emergency from this probability on. */
  emergency_epss: number;
  red_without_fix: boolean;
  alarms: { exploited: boolean; overdue: boolean; feeds: boolean };
}

export interface ApplianceBody {
  name: string;
  group_id: string;
  product: string;
  /** The version of the product. */
  release: string;
}

export interface Appliance extends ApplianceBody {
  id: string;
  asset_id?: string | null;
  group_name: string;
  how: 'hand' | 'banner' | 'snmp';
  at: string;
  findings: number;
  worst?: Severity | null;
  ends_on?: string | null;
  ended: boolean;
  /** The version of the row. */
  version: number;
}

export interface BannerPreview {
  rows: { line: number; name: string; banner: string; product?: string | null; release?: string | null; fault?: string | null }[];
  good: number;
  bad: number;
}

export interface FeedBody {
  name: string;
  format: string;
  url: string;
  every_s: number;
  enabled: boolean;
  licence: string;
  /** Its publisher's key as minisign writes it; empty where nothing is signed. */
  public_key: string;
}

/** What can be changed of a feed later. */
export type FeedChange = Pick<FeedBody, 'url' | 'every_s' | 'enabled' | 'public_key'>;

export interface Feed extends FeedBody {
  id: string;
  good_at?: string | null;
  records: number;
  dated_at?: string | null;
  failed_at?: string | null;
  failure: string;
  skipped: number;
  state: 'never' | 'good' | 'stale' | 'failing' | 'importing';
  built_in: boolean;
  version: number;
}

export interface FeedImport {
  id: string;
  feed: string;
  /** The file's name, or the address. */
  name: string;
  state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';
  read: number;
  changed: number;
  skipped: number;
  faults: { at: string; what: string }[];
  failure: string;
  by: string;
  started_at: string;
  touched_at: string;
}

interface Ok<R> {
  200: { headers: Record<string, unknown>; content: { 'application/json': R } };
}
interface Read<R, Q = object> {
  get: { parameters: { query?: Q }; responses: Ok<R> };
}
interface ReadOne<R> {
  get: { parameters: { path: { id: string } }; responses: Ok<R> };
}
interface Add<B, R> {
  post: { parameters: object; requestBody: { content: { 'application/json': B } }; responses: Ok<R> };
}
interface Put<B, R> {
  put: { parameters: { path: { id: string } }; requestBody: { content: { 'application/json': B } }; responses: Ok<R> };
}
interface Act<R = unknown> {
  post: { parameters: { path: { id: string } }; responses: Ok<R> };
}
interface Remove {
  delete: { parameters: { path: { id: string } }; responses: { 204: { headers: Record<string, unknown>; content?: never } } };
}

interface Paths {
  '/api/v1/vulnerabilities/board': Read<Board, Pick<Filter, 'group' | 'kind'>>;
  '/api/v1/vulnerabilities/weaknesses': Read<Page<Weakness>, Listed>;
  '/api/v1/vulnerabilities/weaknesses/{id}': ReadOne<WeaknessDetail>;
  '/api/v1/vulnerabilities/machines': Read<Page<Machine>, Listed & { state?: Stands | undefined }>;
  '/api/v1/vulnerabilities/machines/{id}': ReadOne<MachineDetail>;
  '/api/v1/vulnerabilities/exceptions': Read<Page<Exception>, { cursor?: string | undefined }> & Add<ExceptionBody, Exception>;
  '/api/v1/vulnerabilities/exceptions/preview': Add<Pick<ExceptionBody, 'weakness' | 'subject' | 'scope'>, Touched>;
  '/api/v1/vulnerabilities/exceptions/{id}': Remove;
  '/api/v1/vulnerabilities/settings': Read<Settings> & { put: Omit<Put<Settings, Settings>['put'], 'parameters'> & { parameters: object } };
  '/api/v1/vulnerabilities/appliances': Read<Page<Appliance>, { q?: string | undefined; cursor?: string | undefined }> & Add<ApplianceBody, Appliance>;
  '/api/v1/vulnerabilities/appliances/{id}': Put<ApplianceBody & { version: number }, Appliance> & Remove;
  '/api/v1/vulnerabilities/appliances/banners/preview': Add<{ text: string; group_id: string }, BannerPreview>;
  '/api/v1/vulnerabilities/appliances/banners/import': Add<{ text: string; group_id: string }, { created: number; updated: number; skipped: number }>;
  '/api/v1/vulnerabilities/feeds': Read<Page<Feed>> & Add<FeedBody, Feed>;
  '/api/v1/vulnerabilities/feeds/{id}': ReadOne<Feed> & Put<FeedChange, Feed> & Remove;
  '/api/v1/vulnerabilities/feeds/{id}/fetch': Act;
  '/api/v1/vulnerabilities/feeds/{id}/import': {
    post: {
      parameters: { path: { id: string }; query: { name: string; sha256?: string | undefined; signature?: string | undefined } };
      requestBody: { content: { 'application/octet-stream': string } };
      responses: Ok<{ import_id: string }>;
    };
  };
  '/api/v1/vulnerabilities/imports': Read<Page<FeedImport>>;
  '/api/v1/vulnerabilities/imports/{id}/cancel': Act<FeedImport>;
}

export const api = described as unknown as Client<Paths>;
