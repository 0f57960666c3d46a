/** The addresses of the API in the form openapi-typescript generates, so that the generated file can take this one's place. */
import type * as T from './types';

type Answer<Body> = Body extends null
  ? { 204: { headers: object; content?: never }; default: Failure }
  : { 200: { headers: object; content: { 'application/json': Body } }; default: Failure };
interface Failure {
  headers: object;
  content: { 'application/problem+json': T.Problem };
}
interface NoQuery {
  query?: never;
}
interface NoPath {
  path?: never;
}
interface NoHeader {
  header?: never;
}
interface ById {
  path: { id: T.Id };
}
interface IfMatch {
  header: { 'If-Match': string };
}
interface MaybeIfMatch {
  header?: { 'If-Match': string };
}
type Parameters<Query, Path, Header> = Query & Path & Header & { cookie?: never };

/** Reads; `Query` is the query string, `Path` the parts of the address. */
interface Read<Result, Query = never, Path = NoPath> {
  parameters: Parameters<[Query] extends [never] ? NoQuery : { query?: Query }, Path, NoHeader>;
  requestBody?: never;
  responses: Answer<Result>;
}
/** Changes something, told how by a JSON body. */
interface Send<Body, Result, Path = NoPath, Header = NoHeader> {
  parameters: Parameters<NoQuery, Path, Header>;
  requestBody: { content: { 'application/json': Body } };
  responses: Answer<Result>;
}
/** Changes something without needing to be told more. */
interface Act<Result, Path = NoPath> {
  parameters: Parameters<NoQuery, Path, NoHeader>;
  requestBody?: never;
  responses: Answer<Result>;
}

interface Paged {
  limit?: number | undefined;
  cursor?: string | undefined;
}
export interface EndpointQuery extends Paged {
  q?: string | undefined;
  group?: string | undefined;
  os?: string | undefined;
  state?: string | undefined;
  sort?: string | undefined;
  clone_suspected?: boolean | undefined;
}
export interface EventQuery extends Paged {
  text?: string | undefined;
  kind?: string | undefined;
  level?: string | undefined;
  endpoint?: string | undefined;
  user?: string | undefined;
  image?: string | undefined;
  process_guid?: string | undefined;
  hash?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  order?: 'occurred' | 'received' | undefined;
}

interface PolicyAddress {
  path: { feature: string; group_id: T.Id };
}
export interface PolicyDraft {
  inherit: 'replace' | 'add';
  value: unknown;
}

export interface paths {
  '/api/v1/session': {
    get: Read<T.SessionView>;
    post: Send<{ name: string; password: string; code?: string }, T.SessionView>;
    delete: Act<null>;
  };
  '/api/v1/session/link': { post: Send<{ token: string }, T.SessionView> };
  '/api/v1/session/password': { post: Send<{ current?: string; new: string }, null> };
  '/api/v1/session/totp': {
    post: Send<object, { secret: string; uri: string }>;
    delete: Send<{ password: string }, null>;
  };
  '/api/v1/session/totp/confirm': { post: Send<{ code: string }, { recovery_codes: string[] }> };
  '/api/v1/session/preferences': { patch: Send<{ language?: 'ja' | 'en' }, null> };
  '/api/v1/sessions': { get: Read<T.Page<T.SessionRow>, Paged> };
  '/api/v1/sessions/{id}': { delete: Act<null, ById> };

  '/api/v1/endpoints': { get: Read<T.Page<T.EndpointSummary>, EndpointQuery> };
  '/api/v1/endpoints/summary': { get: Read<T.EndpointCounts> };
  '/api/v1/endpoints/{id}': {
    get: Read<T.EndpointDetail, never, ById>;
    patch: Send<{ group_id?: T.Id; primary_user_id?: T.Id | null }, T.EndpointDetail, ById, IfMatch>;
  };
  '/api/v1/endpoints/{id}/approve': { post: Act<T.EndpointDetail, ById> };
  '/api/v1/endpoints/{id}/retire': { post: Send<{ reason?: string }, T.EndpointDetail, ById> };
  '/api/v1/endpoints/{id}/policies': { get: Read<T.Page<T.EffectivePolicy>, never, ById> };
  '/api/v1/groups': {
    get: Read<T.Page<T.Group>, Paged>;
    post: Send<{ name: string; parent_id: T.Id; kind: 'fixed' | 'query'; query?: string }, T.Group>;
  };
  '/api/v1/groups/{id}': {
    patch: Send<{ name?: string; parent_id?: T.Id; query?: string }, T.Group, ById, IfMatch>;
    delete: Act<null, ById>;
  };
  '/api/v1/enrolment-tokens': {
    get: Read<T.Page<T.EnrolmentToken>, Paged>;
    post: Send<
      { label: string; group_id: T.Id; expires_in_s?: number; max_uses?: number; needs_approval: boolean },
      T.NewEnrolmentToken
    >;
  };
  '/api/v1/enrolment-tokens/{id}/revoke': { post: Act<T.EnrolmentToken, ById> };

  '/api/v1/people': { get: Read<T.Page<T.Person>, Paged & { q?: string | undefined }> };
  '/api/v1/people/import': {
    post: {
      parameters: { query: { dry_run: boolean }; path?: never; header?: never; cookie?: never };
      requestBody: { content: { 'text/csv': Blob } };
      responses: Answer<T.ImportReport>;
    };
  };
  '/api/v1/accounts': { get: Read<T.Page<T.AccountRow>, Paged & { unmapped?: boolean | undefined }> };
  '/api/v1/accounts/{id}/person': { put: Send<{ person_id: T.Id | null }, T.AccountRow, ById> };

  '/api/v1/policy-features': { get: Read<T.Page<T.PolicyFeature>> };
  '/api/v1/policies': {
    get: Read<T.Page<T.PolicyVersion>, Paged & { feature?: string | undefined; group?: string | undefined }>;
  };
  '/api/v1/policies/{feature}/{group_id}': {
    get: Read<T.PolicyVersion, never, PolicyAddress>;
    put: Send<
      PolicyDraft & { comment: string; rings?: T.Ring[] },
      T.PolicyVersion,
      PolicyAddress,
      MaybeIfMatch
    >;
    delete: Act<null, PolicyAddress>;
  };
  '/api/v1/policies/{feature}/{group_id}/versions': { get: Read<T.Page<T.PolicyVersion>, Paged, PolicyAddress> };
  '/api/v1/policies/{feature}/{group_id}/preview': { post: Send<PolicyDraft, T.PolicyPreview, PolicyAddress> };
  '/api/v1/policies/{feature}/{group_id}/rollout': {
    post: Send<{ action: 'pause' | 'resume' | 'finish' }, T.PolicyVersion, PolicyAddress>;
  };
  '/api/v1/grants': {
    get: Read<T.Page<T.Grant>, Paged & { feature?: string | undefined; endpoint?: string | undefined }>;
    post: Send<
      { feature: string; scope: T.GrantScope; value: unknown; reason: string; starts_at?: T.Time; expires_at: T.Time },
      T.Grant
    >;
  };
  '/api/v1/grants/{id}/revoke': { post: Send<{ reason: string }, T.Grant, ById> };

  '/api/v1/commands': {
    get: Read<T.Page<T.Command>, Paged & { endpoint?: string | undefined; state?: string | undefined }>;
    post: Send<{ name: string; endpoints: T.Id[]; args: unknown; expires_in_s?: number }, T.Page<T.Command>>;
  };
  '/api/v1/commands/{id}': { get: Read<T.Command, never, ById> };
  '/api/v1/commands/{id}/cancel': { post: Act<T.Command, ById> };
  '/api/v1/notices': {
    get: Read<T.Page<T.Notice>, Paged>;
    post: Send<
      { title: string; text: string; endpoints?: T.Id[]; group_id?: T.Id; expires_in_s?: number },
      T.Notice
    >;
  };

  '/api/v1/events': { get: Read<T.Page<T.EventRow>, EventQuery> };
  '/api/v1/events/{id}': { get: Read<T.EventRow, never, ById> };
  '/api/v1/me/recorded': { get: Read<T.RecordedAboutMe> };
  '/api/v1/me/events': { get: Read<T.Page<T.EventRow>, Paged> };
  '/api/v1/assets/{endpoint}': { get: Read<T.Assets, never, { path: { endpoint: string } }> };

  '/api/v1/admins': {
    get: Read<T.Page<T.Admin>, Paged>;
    post: Send<
      {
        name: string;
        display_name: string;
        email?: string;
        role: T.Role;
        groups?: T.Id[];
        your_password: string;
      },
      { admin: T.Admin; link: string }
    >;
  };
  '/api/v1/admins/{id}': {
    patch: Send<
      {
        display_name?: string;
        role?: T.Role;
        groups?: T.Id[] | null;
        disabled?: boolean;
        your_password: string;
      },
      T.Admin,
      ById,
      IfMatch
    >;
  };
  '/api/v1/admins/{id}/unlock': { post: Send<{ your_password: string }, T.Admin, ById> };
  '/api/v1/admins/{id}/reset': { post: Send<{ your_password: string }, { link: string }, ById> };
  '/api/v1/tokens': {
    get: Read<T.Page<T.ApiToken>, Paged>;
    post: Send<
      { label: string; scopes: T.Permission[]; expires_in_s: number; purpose?: string },
      { token: T.ApiToken; secret: string }
    >;
  };
  '/api/v1/tokens/{id}/revoke': { post: Act<T.ApiToken, ById> };
  '/api/v1/audit': {
    get: Read<
      T.Page<T.AuditRow>,
      Paged & {
        actor?: string | undefined;
        action?: string | undefined;
        object?: string | undefined;
        since?: string | undefined;
        until?: string | undefined;
      }
    >;
  };
  '/api/v1/settings': {
    get: Read<T.Settings>;
    patch: Send<
      Partial<Omit<T.Settings, 'etag' | 'mail'>> & {
        mail?: (Omit<T.MailSettings, 'password_set'> & { password?: string }) | null;
      },
      T.Settings,
      NoPath,
      IfMatch
    >;
  };
  '/api/v1/settings/mail-test': { post: Send<{ to: string }, { accepted: boolean; detail: string }> };
  '/api/v1/first-run': { get: Read<T.FirstRun> };
  '/api/v1/first-run/{id}/skip': { post: Act<T.FirstRun, { path: { id: T.FirstRunStepId } }> };
  '/api/v1/system/health': { get: Read<T.SystemHealth> };
}
