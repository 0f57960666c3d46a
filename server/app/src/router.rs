//! All endpoints under one roof, with what every answer has in common.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use http::{HeaderName, HeaderValue, header};
use utoipa::openapi::OpenApi;
use yagura_server_kit::{Context, Json, Permission, Routes, auth::authorise, metrics::Answered};

use crate::{console, features, openapi};

/// Largest body of an API request: a list of people is the largest.
const MAX_BODY: usize = 16 << 20;

/// The endpoints of all features.
pub(crate) fn routes() -> Routes {
    features::ALL.iter().fold(Routes::new(), |routes, feature| routes.and((feature.routes)()))
}

/// The two routers: the console's, and the agents' own.
pub(crate) struct Routers {
    /// Console, API and what needs no signature.
    pub console: Router,
    /// Agents.
    pub agents: Router,
}

pub(crate) fn routers(ctx: &Context) -> Routers {
    let mut routes = routes();
    let agents = routes.take_agents(ctx);
    let (api, description) = routes.into_console(ctx, openapi::info());
    // Axum copies a handler for every request that it answers.
    let description = Arc::new(description);
    let metrics =
        get(metrics).layer(middleware::from_fn_with_state((ctx.clone(), Permission::SettingsRead), authorise));
    let console = api
        .route("/api/openapi.json", get(move || describe(Arc::clone(&description))))
        .route("/metrics", metrics)
        .fallback(get(console::file))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let finish = |router: Router<Context>| {
        router.layer(middleware::from_fn_with_state(ctx.clone(), every_answer)).with_state(ctx.clone())
    };
    Routers { console: finish(console), agents: finish(agents) }
}

async fn describe(description: Arc<OpenApi>) -> Json<Arc<OpenApi>> {
    Json(description)
}

async fn metrics(State(ctx): State<Context>) -> ([(HeaderName, &'static str); 1], String) {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], ctx.metrics().render())
}

/// Counts the answer and tells browsers what they may do with it.
async fn every_answer(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    ctx.metrics().requests.get_or_create(&Answered { route, status }).inc();
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
        ("permissions-policy", "camera=(self), microphone=(), geolocation=()"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_two_types_have_one_name_in_the_description() {
        assert_eq!(super::routes().clashes(), BTreeSet::new());
    }
}
