//! `GET /api/v1/me`: who the caller is as somebody who works here, and at which endpoints.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, error::Problem};
use yagura_vocabulary::Time;

use crate::accounts::{EndpointRef, PersonName, seat::Seat};

/// One's own account on an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct MyAccount {
    id: String,
    name: String,
    /// The uid or SID on its endpoint.
    account_id: String,
    endpoint: EndpointRef,
    /// When the endpoint last told of it.
    last_seen: Time,
    /// Whether the caller signed in from there.
    here: bool,
}

/// The caller as somebody who works here.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The name in the audit log.
    name: String,
    /// The person, where the accounts were mapped to one. Null with an account of the console, which is nobody's colleague by
    /// that alone.
    person: Option<PersonName>,
    /// All of the person's accounts; the one signed in with when it is nobody's.
    accounts: Vec<MyAccount>,
}

/// Who am I, and which accounts and endpoints are mine
#[utoipa::path(get, path = "/api/v1/me", tag = "me",
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn read(State(ctx): State<Context>, caller: Caller) -> ApiResult<Json<Me>> {
    let Some(employee) = caller.employee() else {
        return Ok(Json(Me { name: caller.name, person: None, accounts: Vec::new() }));
    };
    let here = employee.account.to_string();
    let seats = Seat::all_of(&ctx, employee).await?;
    let person = seats.iter().find(|seat| seat.id == here).and_then(|seat| {
        let (id, name) = (seat.person_id.clone()?, seat.person_name.clone()?);
        Some(PersonName { id, name })
    });
    let accounts = seats
        .into_iter()
        .map(|seat| MyAccount {
            here: seat.id == here,
            id: seat.id,
            name: seat.name,
            account_id: seat.account_id,
            endpoint: EndpointRef { id: seat.endpoint_id, hostname: seat.hostname },
            last_seen: Time::from_micros(seat.last_seen),
        })
        .collect();
    Ok(Json(Me { name: caller.name, person, accounts }))
}
