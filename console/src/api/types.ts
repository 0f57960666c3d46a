/**
 * The shapes of the HTTP API, written by hand until the server publishes its OpenAPI description.
 * Only `schema.ts` imports this file; the names are the ones the description uses.
 */
export type Id = string;
/** RFC 3339, UTC, microseconds. */
export type Time = string;

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  count: { value: number; exact: boolean };
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code:
    | 'unauthenticated'
    | 'not_found'
    | 'forbidden'
    | 'invalid'
    | 'conflict'
    | 'too_large'
    | 'rate_limited'
    | 'unavailable';
  detail: string;
  errors: { pointer: string; code: string }[];
}

export type Role = 'administrator' | 'operator' | 'approver' | 'auditor' | 'employee';
export type Permission =
  | 'endpoints.read'
  | 'endpoints.write'
  | 'enrolment.write'
  | 'groups.write'
  | 'people.read'
  | 'people.write'
  | 'policies.read'
  | 'policies.write'
  | 'commands.read'
  | 'commands.run'
  | 'notices.write'
  | 'events.read'
  | 'assets.read'
  | 'audit.read'
  | 'admins.write'
  | 'tokens.write'
  | 'settings.read'
  | 'settings.write'
  | 'own.read';

export interface SessionView {
  admin: {
    id: Id;
    name: string;
    display_name: string;
    role: Role;
    groups: Id[] | null;
    language: 'ja' | 'en';
    must_change_password: boolean;
    totp_enabled: boolean;
  };
  permissions: Permission[];
  organisation: { name: string; time_zone: string };
  server: { version: string; instance: string };
}

export interface SessionRow {
  id: Id;
  admin_id: Id;
  admin_name: string;
  created_at: Time;
  last_used_at: Time;
  ip: string;
  user_agent: string;
  current: boolean;
}

export type EndpointState = 'online' | 'offline' | 'silent' | 'pending' | 'retired';
export type Os = 'windows' | 'macos' | 'linux' | 'android' | 'ios';
export interface GroupRef {
  id: Id;
  name: string;
  path: string;
}
export interface EndpointRef {
  id: Id;
  hostname: string;
}
export interface EndpointSummary {
  id: Id;
  hostname: string;
  os: Os;
  os_name: string;
  state: EndpointState;
  online: boolean;
  last_seen: Time | null;
  agent_version: string;
  group: GroupRef;
  primary_user: { id: Id; name: string } | null;
  ip: string | null;
  clone_suspected: boolean;
}
export interface SensorReport {
  sensor: string;
  source: string;
  health: 'ok' | 'degraded' | 'unsupported' | 'off' | 'failed';
  reason?: string;
  seen: number;
  lost: number;
}
export interface EndpointDetail extends EndpointSummary {
  enrolled_at: Time;
  hardware_id: string;
  boot_id: string | null;
  clock_skew_ms: number | null;
  sensors: SensorReport[];
  features: { feature: string; version: number }[];
  etag: string;
}
export interface EndpointCounts {
  total: number;
  online: number;
  offline: number;
  silent: number;
  pending: number;
  retired: number;
}
export interface Group {
  id: Id;
  name: string;
  parent_id: Id | null;
  path: string;
  kind: 'fixed' | 'query';
  query: string | null;
  endpoint_count: number;
  etag: string;
}
export interface EnrolmentToken {
  id: Id;
  label: string;
  group: GroupRef;
  created_at: Time;
  created_by: string;
  expires_at: Time | null;
  max_uses: number | null;
  uses: number;
  needs_approval: boolean;
  revoked_at: Time | null;
  state: 'active' | 'expired' | 'used_up' | 'revoked';
}
export interface NewEnrolmentToken {
  token: EnrolmentToken;
  secret: string;
  commands: { os: 'linux' | 'windows' | 'macos'; command: string }[];
}

export interface Person {
  id: Id;
  employee_number: string;
  name: string;
  kana: string;
  email: string | null;
  department: string | null;
  active: boolean;
  accounts: { id: Id; name: string; endpoint: EndpointRef }[];
}
export interface ImportReport {
  encoding: 'utf-8' | 'cp932';
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  errors: { line: number; column: string | null; code: string; value: string | null }[];
  applied: boolean;
}
export interface AccountRow {
  id: Id;
  name: string;
  account_id: string;
  endpoint: EndpointRef;
  person: { id: Id; name: string } | null;
  last_seen: Time;
}

export interface Ring {
  percent: number;
  wait_s: number;
}
export interface Rollout {
  state: 'running' | 'paused' | 'done' | 'superseded';
  ring: number;
  rings: Ring[];
  wanted: number;
  applied: number;
  failed: number;
  pending: number;
}
export interface PolicyVersion {
  id: Id;
  feature: string;
  group: GroupRef;
  version: number;
  inherit: 'replace' | 'add';
  value: unknown;
  created_at: Time;
  created_by: string;
  comment: string;
  etag: string;
  rollout: Rollout;
}
export interface PolicyFeature {
  feature: string;
  title: { ja: string; en: string };
  schema: unknown;
  default_value: unknown;
}
export interface PolicyPreview {
  endpoints: number;
  changed: number;
  diff: { pointer: string; before: unknown; after: unknown }[];
  cannot_enforce: { endpoint: EndpointRef; reason: string }[];
}
export interface EffectivePolicy {
  feature: string;
  value: unknown;
  origins: {
    pointer: string;
    from: 'default' | 'group' | 'grant';
    group: GroupRef | null;
    policy_version: number | null;
    grant_id: Id | null;
    expires_at: Time | null;
  }[];
  wanted_hash: string;
  applied_hash: string | null;
  applied_at: Time | null;
  state: 'applied' | 'pending' | 'failed' | 'too_old';
  errors: { pointer: string; message: string }[];
}
export interface GrantScope {
  person_id?: Id;
  account?: string;
  endpoint_id?: Id;
  group_id?: Id;
}
export interface Grant {
  id: Id;
  feature: string;
  scope: GrantScope;
  scope_label: string;
  value: unknown;
  reason: string;
  created_by: string;
  created_at: Time;
  starts_at: Time;
  expires_at: Time;
  revoked_at: Time | null;
  state: 'waiting' | 'active' | 'expired' | 'revoked';
}

export type CommandState =
  | 'queued'
  | 'nudged'
  | 'fetched'
  | 'accepted'
  | 'done'
  | 'failed'
  | 'expired'
  | 'cancelled';
export interface Command {
  id: Id;
  name: string;
  endpoint: EndpointRef;
  args: unknown;
  state: CommandState;
  created_at: Time;
  created_by: string;
  expires_at: Time;
  history: { state: CommandState; at: Time }[];
  result: unknown;
  error: string | null;
}
export interface Notice {
  id: Id;
  title: string;
  text: string;
  created_at: Time;
  created_by: string;
  expires_at: Time;
  delivery: { waiting: number; shown: number; closed: number; failed: number };
}

export type EventLevel = 'recorded' | 'alarm' | 'prohibited';
export interface EventRow {
  id: Id;
  endpoint: Id;
  hostname: string;
  kind: string;
  occurred_at: Time;
  received_at: Time;
  user: string | null;
  level: EventLevel;
  rule: string | null;
  class?: string;
  feature: string;
  lane: string;
  seq: number;
  person?: Id;
  process_guid?: string;
  pid?: number;
  image?: string;
  command_line?: string;
  parent_guid?: string;
  parent_image?: string;
  hash_sha256?: string;
  subject?: string;
  target?: string;
  truncated?: boolean;
  inferred?: boolean;
  count?: number;
  body: Record<string, unknown>;
}

export interface Software {
  name: string;
  version: string;
  publisher: string | null;
  source: string;
  architecture: string | null;
  installed_at: Time | null;
  size_bytes: number | null;
}
export interface Assets {
  endpoint: Id;
  hostname: string;
  collected_at: Time;
  hardware: {
    vendor: string | null;
    model: string | null;
    serial: string | null;
    firmware: string | null;
    cpu: { model: string; cores: number; threads: number };
    memory_bytes: number;
    virtual_machine: string | null;
  };
  os: {
    name: string;
    version: string;
    kernel: string;
    architecture: string;
    installed_at: Time | null;
    boot_at: Time | null;
    time_zone: string | null;
  };
  network: {
    name: string;
    mac: string | null;
    ipv4: string[];
    ipv6: string[];
    up: boolean;
    speed_mbps: number | null;
  }[];
  disks: { name: string; model: string | null; serial: string | null; size_bytes: number; removable: boolean }[];
  volumes: {
    mount: string;
    filesystem: string;
    size_bytes: number;
    free_bytes: number;
    encrypted: boolean | null;
  }[];
  software: Software[];
  users: { name: string; id: string }[];
}

export interface Admin {
  id: Id;
  name: string;
  display_name: string;
  email: string | null;
  role: Role;
  groups: GroupRef[] | null;
  disabled: boolean;
  locked_until: Time | null;
  must_change_password: boolean;
  totp_enabled: boolean;
  last_sign_in: Time | null;
  oidc_subject: string | null;
  etag: string;
}
export interface ApiToken {
  id: Id;
  label: string;
  scopes: Permission[];
  created_by: string;
  created_at: Time;
  expires_at: Time;
  last_used_at: Time | null;
  revoked_at: Time | null;
  purpose: string | null;
}
export interface AuditRow {
  id: Id;
  at: Time;
  actor: string;
  actor_id: Id | null;
  ip: string | null;
  action: string;
  object_kind: string;
  object_id: string;
  object_label: string;
  before: unknown;
  after: unknown;
  purpose: string | null;
}
export interface MailSettings {
  host: string;
  port: number;
  from: string;
  username: string | null;
  password_set: boolean;
  tls: 'none' | 'starttls' | 'tls';
}
export interface Settings {
  organisation_name: string;
  time_zone: string;
  public_url: string;
  silent_after_days: number;
  mail: MailSettings | null;
  backup_directory: string | null;
  etag: string;
}
export type FirstRunStepId =
  | 'organisation'
  | 'time_zone'
  | 'public_address'
  | 'certificate'
  | 'mail'
  | 'people'
  | 'backup'
  | 'pilot_group'
  | 'starter_policy';
export interface FirstRun {
  steps: { id: FirstRunStepId; done: boolean; skipped: boolean; value: string | null }[];
}
export type HealthStatus = 'ok' | 'degraded' | 'failed';
export interface SystemHealth {
  status: HealthStatus;
  components: {
    name: string;
    status: HealthStatus;
    detail: string;
    since: Time | null;
    numbers: Record<string, number>;
  }[];
  version: string;
  started_at: Time;
}

/** One thing that a feature records about people, in the words of the feature. */
export interface RecordedAboutMe {
  features: {
    feature: string;
    title: { ja: string; en: string };
    what: { ja: string; en: string };
    why: { ja: string; en: string };
    retention_days: number;
    viewers: Role[];
  }[];
}
