//! The table of endpoints. A route is public, for an agent, or behind a permission; there is no fourth way to add one.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Router, middleware, routing::MethodRouter};
use serde_json::Value;
use utoipa::openapi::{
    Components, Content, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    extensions::Extensions,
    path::{Operation, PathItem, Paths},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::{
    Context, agent,
    auth::{Permission, authorise},
};

/// The name of the OpenAPI extension that says which permission an operation needs; `none` for a public one.
pub const PERMISSION: &str = "x-permission";

/// The media type of every refusal.
pub(crate) const PROBLEM: &str = "application/problem+json";

/// A feature's endpoints, and their description.
#[derive(Default)]
pub struct Routes {
    api: Vec<(UtoipaMethodRouter<Context>, Option<Permission>)>,
    agent: Vec<(&'static str, MethodRouter<Context>)>,
    standing: Vec<(&'static str, MethodRouter<Context>)>,
    stranger: Vec<(&'static str, MethodRouter<Context>)>,
    plain: Vec<(&'static str, MethodRouter<Context>)>,
}

impl Routes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Endpoints for callers with `permission`: `.api(Permission::X, routes!(get, patch))`.
    #[must_use]
    pub fn api(mut self, permission: Permission, routes: UtoipaMethodRouter<Context>) -> Self {
        self.api.push((routes, Some(permission)));
        self
    }

    /// Endpoints of the API for everybody: signing in.
    #[must_use]
    pub fn public(mut self, routes: UtoipaMethodRouter<Context>) -> Self {
        self.api.push((routes, None));
        self
    }

    /// An endpoint for enrolled agents: the request's signature is checked before the handler sees it as
    /// [`crate::AgentRequest`].
    #[must_use]
    pub fn agent(mut self, path: &'static str, route: MethodRouter<Context>) -> Self {
        self.agent.push((path, route));
        self
    }

    /// The same, for what stays open until there is something to tell, and so takes no part in the admission control.
    #[must_use]
    pub fn standing(mut self, path: &'static str, route: MethodRouter<Context>) -> Self {
        self.standing.push((path, route));
        self
    }

    /// An endpoint for machines that are not enrolled yet, at the agents' listener. It checks for itself whom it believes.
    #[must_use]
    pub fn stranger(mut self, path: &'static str, route: MethodRouter<Context>) -> Self {
        self.stranger.push((path, route));
        self
    }

    /// An endpoint that is no part of the API and for everybody, at the console's listener: health.
    #[must_use]
    pub fn plain(mut self, path: &'static str, route: MethodRouter<Context>) -> Self {
        self.plain.push((path, route));
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.api.extend(other.api);
        self.agent.extend(other.agent);
        self.standing.extend(other.standing);
        self.stranger.extend(other.stranger);
        self.plain.extend(other.plain);
        self
    }

    /// The names under which the description has two types that are not the same: of two such, it would show one for both.
    #[must_use]
    pub fn clashes(&self) -> BTreeSet<String> {
        let mut known: BTreeMap<&str, Value> = BTreeMap::new();
        let mut clashes = BTreeSet::new();
        for (name, schema) in self.api.iter().flat_map(|((schemas, ..), _)| schemas) {
            let schema = serde_json::to_value(schema).unwrap_or_default();
            if known.get(&**name).is_some_and(|other| *other != schema) {
                clashes.insert(name.clone());
            }
            known.insert(name, schema);
        }
        clashes
    }

    /// The console's listener: API and plain endpoints, and the API's description.
    pub fn into_console(self, ctx: &Context, info: utoipa::openapi::Info) -> (Router<Context>, OpenApi) {
        let mut router = Router::new();
        let mut api = OpenApi::new(info, Paths::new());
        let mut components = Components::new();
        for (name, scheme) in security_schemes() {
            components.add_security_scheme(name, scheme);
        }
        for ((schemas, paths, methods), permission) in self.api {
            let methods = match permission {
                Some(permission) => methods.layer(middleware::from_fn_with_state((ctx.clone(), permission), authorise)),
                None => methods,
            };
            components.schemas.extend(schemas);
            for (path, mut item) in paths.paths {
                describe(&path, &mut item, permission);
                router = router.route(&path, methods.clone());
                match api.paths.paths.get_mut(&path) {
                    Some(there) => there.merge_operations(item),
                    None => drop(api.paths.paths.insert(path, item)),
                }
            }
        }
        api.components = Some(components);
        for (path, methods) in self.plain {
            router = router.route(path, methods);
        }
        (router, api)
    }

    /// The agents' listener. Takes only the agents' part, so that both listeners can be served from one set.
    pub fn take_agents(&mut self, ctx: &Context) -> Router<Context> {
        let mut router = Router::new();
        for (path, methods) in std::mem::take(&mut self.agent) {
            let gate = middleware::from_fn_with_state(ctx.clone(), agent::verify);
            router = router.route(path, methods.layer(gate));
        }
        for (path, methods) in std::mem::take(&mut self.standing) {
            let gate = middleware::from_fn_with_state(ctx.clone(), agent::verify_standing);
            router = router.route(path, methods.layer(gate));
        }
        for (path, methods) in std::mem::take(&mut self.stranger) {
            router = router.route(path, methods);
        }
        router
    }
}

fn security_schemes() -> [(&'static str, SecurityScheme); 2] {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token")).build();
    let cookie =
        ApiKeyValue::with_description("__Host-yagura", "The console's session; its name ends with the instance");
    [("token", SecurityScheme::Http(bearer)), ("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))]
}

fn describe(path: &str, item: &mut PathItem, permission: Option<Permission>) {
    let operations: [(&str, &mut Option<Operation>); 5] = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    for (method, operation) in operations {
        let Some(operation) = operation else { continue };
        operation.operation_id = Some(operation_id(method, path));
        refusals(&mut operation.responses.responses);
        let word = permission.map_or("none", Permission::as_str);
        operation.extensions = Some(Extensions::builder().add(PERMISSION, word).build());
        if permission.is_some() {
            let none: [&str; 0] = [];
            operation.security =
                Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("session", none)]);
        }
    }
}

/// Refusals are problem details (RFC 9457), also those that a handler does not name: its caller may be nobody, its body too
/// large, its key used before.
fn refusals(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response.content.insert(PROBLEM.to_owned(), content);
        }
    }
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let other = ResponseBuilder::new().description("Refused").content(PROBLEM, problem).build();
    responses.entry("default".to_owned()).or_insert(RefOr::T(other));
}

/// The one name of an operation in the whole description, as OpenAPI wants it: `get_endpoints_id_policies` for
/// `GET /api/v1/endpoints/{id}/policies`. The handlers' own names (`list`, `read`) are many times the same.
fn operation_id(method: &str, path: &str) -> String {
    let words =
        path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use utoipa_axum::routes;

    use super::*;

    mod one {
        /// Of one feature.
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub(super) struct View {
            pub(super) number: u64,
        }

        #[utoipa::path(get, path = "/api/v1/one", responses((status = 200, body = View)))]
        pub(super) async fn read() -> crate::Json<View> {
            crate::Json(View { number: 1 })
        }
    }

    mod other {
        /// Of another one.
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub(super) struct View {
            pub(super) text: String,
        }

        #[utoipa::path(get, path = "/api/v1/other", responses((status = 200, body = View)))]
        pub(super) async fn read() -> crate::Json<View> {
            crate::Json(View { text: String::new() })
        }
    }

    #[test]
    fn two_types_under_one_name_are_noticed_and_one_that_is_used_twice_is_not() {
        let once = || Routes::new().api(Permission::SettingsRead, routes!(one::read));
        assert_eq!(once().and(once()).clashes(), BTreeSet::new());
        let both = once().api(Permission::SettingsRead, routes!(other::read));
        assert_eq!(both.clashes(), BTreeSet::from(["View".to_owned()]));
    }
}
