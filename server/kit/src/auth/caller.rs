//! The caller of a request, and the gate that every route of the API stands behind.

use async_trait::async_trait;
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{Method, header, request::Parts};
use yagura_vocabulary::{
    Id,
    id::{AccountKind, Admin, ApiToken, Endpoint, Person, Session},
};

use super::{Permission, Role};
use crate::{ApiError, Context, idempotency};

/// What the caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A console session (cookie).
    Session(Id<Session>),
    /// An API token (bearer).
    Token(Id<ApiToken>),
    /// Nothing: it is work that they ordered and that is done later in their name.
    Order,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody with an account of the console: administrator, operator, ...
    Admin(Id<Admin>),
    /// Somebody who works at an endpoint and came in from there, without an account of the console.
    Employee(Employee),
}

/// A person at an endpoint, known by the account that the endpoint vouched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employee {
    /// The account, as `core/people` knows it.
    pub account: Id<AccountKind>,
    /// Where it is.
    pub endpoint: Id<Endpoint>,
    /// Its uid or SID there.
    pub account_id: String,
    /// Whose it is, where somebody has said so.
    pub person: Option<Id<Person>>,
}

impl Who {
    /// The id that stands in the audit log: the administrator's, the person's, or the account's where it is nobody's.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Admin(id) => id.to_string(),
            Self::Employee(Employee { person: Some(person), .. }) => person.to_string(),
            Self::Employee(Employee { account, .. }) => account.to_string(),
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub who: Who,
    /// The name that stands in the audit log.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// What they may do: the role's permissions, cut down to the token's scopes.
    pub permissions: Vec<Permission>,
    /// Whether they may see only some groups (those in `admins_group`).
    pub limited: bool,
    /// Whether nothing but a change of password is open to them.
    pub must_change_password: bool,
    /// How they came in.
    pub credential: Credential,
    /// The address they came from.
    pub ip: Option<String>,
}

impl Caller {
    /// Whether they may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Their account of the console, for what only makes sense with one: its password, its second factor, its tokens.
    ///
    /// # Errors
    /// `forbidden` for an employee.
    pub fn admin(&self) -> Result<Id<Admin>, ApiError> {
        match &self.who {
            Who::Admin(id) => Ok(*id),
            Who::Employee(_) => Err(ApiError::forbidden("this needs an account of the console")),
        }
    }

    /// The person at an endpoint, if they came in from there. Somebody with an account of the console is nobody's colleague
    /// by that alone, and so has no rows of their own.
    #[must_use]
    pub fn employee(&self) -> Option<&Employee> {
        match &self.who {
            Who::Admin(_) => None,
            Who::Employee(employee) => Some(employee),
        }
    }

    /// Their id as SQL wants it to keep rows within their groups; empty when they see all. Used as `$n` in
    /// `($n = '' OR EXISTS (... admins_group ...))`. An employee's is in no group.
    #[must_use]
    pub fn limit(&self) -> String {
        match &self.who {
            Who::Admin(_) if !self.limited => String::new(),
            who => who.id(),
        }
    }
}

/// Knows sessions and tokens. `core/admins` puts one into the context as `Box<dyn Authenticator>`.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Who asks; `None` when nobody is signed in.
    async fn authenticate(&self, ctx: &Context, parts: &Parts) -> Result<Option<Caller>, ApiError>;

    /// Somebody in whose name work is done that they ordered; `None` when they may no longer sign in.
    async fn in_the_name_of(&self, ctx: &Context, admin: Id<Admin>) -> Result<Option<Caller>, ApiError>;

    /// Whether a browser's change comes from our own pages: its `Origin` is ours.
    fn is_own_origin(&self, ctx: &Context, origin: Option<&str>) -> bool;
}

impl FromRequestParts<Context> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _ctx: &Context) -> Result<Self, ApiError> {
        // Put there by `authorise`; a route without that gate has no caller.
        parts.extensions.get().cloned().ok_or_else(ApiError::unauthenticated)
    }
}

/// The gate: lets a request pass when its caller has the permission.
///
/// # Errors
/// `unauthenticated` for nobody, `forbidden` for the wrong role, a missing scope or a foreign origin.
pub async fn authorise(
    State((ctx, permission)): State<(Context, Permission)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let authenticator = ctx.part::<Box<dyn Authenticator>>();
    let (parts, body) = request.into_parts();
    let caller = authenticator.authenticate(&ctx, &parts).await?.ok_or_else(ApiError::unauthenticated)?;
    request = Request::from_parts(parts, body);
    if !caller.may(permission) {
        return Err(ApiError::forbidden(format!("this needs the permission `{permission}`")));
    }
    // A browser sends cookies along with requests that other sites make; a token is sent only on purpose.
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let from_browser = matches!(caller.credential, Credential::Session(_));
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    if changes && from_browser && !authenticator.is_own_origin(&ctx, origin) {
        return Err(ApiError::forbidden("the request does not come from this server's own pages (Origin)"));
    }
    if caller.must_change_password && permission != Permission::OwnRead {
        return Err(ApiError::forbidden("change your password first").with("/password", "must_change", None));
    }
    request.extensions_mut().insert(caller.clone());
    if changes { idempotency::once(&ctx, &caller, request, next).await } else { Ok(next.run(request).await) }
}
