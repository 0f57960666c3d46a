//! `GET /api/v1/me/recorded`: what is recorded about the caller, by the policies in force on the endpoints they work at.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_people::Seat;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Role, error::Problem};

use super::{
    features::Both,
    outlook::{self, Outlook},
};
use crate::PolicySpecs;

/// An endpoint by name.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OwnEndpoint {
    id: String,
    hostname: String,
}

/// One thing that is recorded.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordedItem {
    /// Its word, for the feature's own texts: `process_start`.
    item: String,
    /// Where.
    endpoints: Vec<OwnEndpoint>,
}

/// What one feature records.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordedFeature {
    feature: String,
    title: Both,
    items: Vec<RecordedItem>,
    /// For how many days it is kept; null while nothing removes it by age.
    retention_days: Option<u32>,
    /// Who may look.
    viewers: Vec<Role>,
}

/// What is recorded about somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct Recorded {
    features: Vec<RecordedFeature>,
}

/// Show what is recorded about oneself
#[utoipa::path(get, path = "/api/v1/me/recorded", tag = "me",
    responses((status = 200, body = Recorded), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Recorded>> {
    let seats = match caller.employee() {
        Some(employee) => Seat::all_of(&ctx, employee).await?,
        None => Vec::new(),
    };
    let outlook = Outlook::load(&ctx).await?;
    let specs = ctx.part::<PolicySpecs>();
    // Feature to item to endpoints. A person may have two accounts on one endpoint.
    let mut found: BTreeMap<&str, BTreeMap<&str, Vec<OwnEndpoint>>> = BTreeMap::new();
    for seat in &seats {
        let endpoint = outlook::endpoint(&ctx, &seat.endpoint_id).await?;
        let accounts = outlook::accounts(&ctx, &seat.endpoint_id).await?;
        let own = OwnEndpoint { id: seat.endpoint_id.clone(), hostname: seat.hostname.clone() };
        for document in outlook.documents(specs, &endpoint, &accounts) {
            let Some(spec) = specs.find(&document.feature) else { continue };
            let in_force = document.in_force(outlook.now());
            for item in (spec.recorded)(in_force.for_account(Some(&seat.account_id))) {
                let places = found.entry(spec.feature).or_default().entry(item).or_default();
                if !places.contains(&own) {
                    places.push(own.clone());
                }
            }
        }
    }
    let feature = |spec: &crate::PolicySpec| {
        let items = found.remove(spec.feature)?;
        Some(RecordedFeature {
            feature: spec.feature.to_owned(),
            title: Both::from(spec.title),
            items: items
                .into_iter()
                .map(|(item, endpoints)| RecordedItem { item: item.to_owned(), endpoints })
                .collect(),
            retention_days: None,
            viewers: Role::ALL.iter().copied().filter(|role| role.may(spec.viewed_with)).collect(),
        })
    };
    Ok(Json(Recorded { features: specs.0.iter().filter_map(feature).collect() }))
}
