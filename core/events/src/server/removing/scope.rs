//! Groups, people and accounts as the store knows them: by ids.

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::{EndpointId, GroupId, PersonId};

use crate::{Whose, retention::Place};

/// The way from each group up to the root, the nearest first.
pub(in super::super) async fn chains(connection: &mut AnyConnection) -> Result<Vec<Vec<GroupId>>, ApiError> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT id_path FROM endpoints_group").fetch_all(connection).await?;
    Ok(rows.iter().map(|(path,)| chain(path)).collect())
}

/// Every endpoint and its groups, those that are out of service too: their events are still here.
pub(in super::super) async fn places(ctx: &Context) -> Result<Vec<Place>, ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT e.id, g.id_path FROM endpoints_endpoint e JOIN endpoints_group g ON g.id = e.group_id")
            .fetch_all(ctx.db().read())
            .await?;
    let place = |(id, path): &(String, String)| Some(Place { endpoint: id.parse().ok()?, groups: chain(path) });
    Ok(rows.iter().filter_map(place).collect())
}

fn chain(id_path: &str) -> Vec<GroupId> {
    id_path.split('/').rev().filter_map(|id| id.parse().ok()).collect()
}

/// Somebody's events: what was written down as theirs, and what their accounts did while they were nobody's.
pub(in super::super) async fn whose(ctx: &Context, person: PersonId) -> Result<Whose, ApiError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT endpoint_id, account_id FROM people_account WHERE person_id = $1")
            .bind(person.to_string())
            .fetch_all(ctx.db().read())
            .await?;
    let account = |(endpoint, account): (String, String)| Some((endpoint.parse::<EndpointId>().ok()?, account));
    Ok(Whose { person: Some(person), accounts: rows.into_iter().filter_map(account).collect() })
}
