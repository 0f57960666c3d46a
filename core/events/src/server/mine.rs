//! `GET /api/v1/me/events`: one's own rows, found like any others. Nobody else's log is read, so nothing is written down.

use axum::extract::State;
use yagura_people::Seat;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, PageQuery, Query as Params, error::Problem};

use super::{
    asked,
    search::{EventPage, SearchQuery, answer, query},
};
use crate::{Query, Whose};

/// Search one's own events
#[utoipa::path(get, path = "/api/v1/me/events", tag = "me", params(SearchQuery),
    responses((status = 200, body = EventPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn mine(
    State(ctx): State<Context>,
    caller: Caller,
    Params(params): Params<SearchQuery>,
) -> ApiResult<Json<EventPage>> {
    let limit = PageQuery { limit: params.limit, cursor: None }.limit()?;
    let (seats, person) = match caller.employee() {
        Some(employee) => (Seat::all_of(&ctx, employee).await?, employee.person),
        None => (Vec::new(), None),
    };
    let mut accounts = Vec::with_capacity(seats.len());
    for seat in &seats {
        accounts.push((seat.employee()?.endpoint, seat.account_id.clone()));
    }
    let named = |name: &str| {
        let mut own = seats.iter().zip(&accounts);
        let found = own.find(|(seat, _)| seat.endpoint_id == name || seat.hostname == name);
        found.map(|(_, (endpoint, _))| vec![*endpoint]).ok_or_else(|| ApiError::not_found("endpoint of yours"))
    };
    let endpoints = params.endpoint.as_deref().map(named).transpose()?;
    let own: Vec<_> = seats.iter().zip(&accounts).map(|(seat, (id, _))| (*id, seat.hostname.clone())).collect();
    let expr = asked::read(&ctx, &caller, params.q.as_deref().unwrap_or_default(), Some(&own)).await?;
    let query = query(params, endpoints, limit)?.ask(expr);
    answer(&ctx, &Query { whose: Some(Whose { person, accounts }), ..query }).await
}
