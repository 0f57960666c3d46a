//! Surveys as the person who is asked sees them.

pub(super) mod answer;
pub(super) mod list;
pub(super) mod read;

use sqlx::AnyConnection;
use yagura_notices::in_groups;
use yagura_people::Seat;
use yagura_server_kit::{ApiError, Caller, Context};

use super::{
    audience::Chosen,
    survey::{Row, by_id},
};

/// The person who asks: the ids by which they may have been asked, their name, and where they sit.
pub(super) struct Mine {
    /// The first is the one by which they are asked from now on.
    ids: Vec<String>,
    name: String,
    endpoints: Vec<String>,
}

/// Somebody with an account of the console is nobody's colleague by that alone: nothing is asked of them here.
pub(super) async fn mine(ctx: &Context, caller: &Caller) -> Result<Option<Mine>, ApiError> {
    let Some(employee) = caller.employee() else { return Ok(None) };
    let seats = Seat::all_of(ctx, employee).await?;
    let person = employee.person.map(|person| person.to_string());
    let own = seats.iter().find(|seat| seat.id == employee.account.to_string());
    let name = own.map(|seat| seat.person_name.clone().unwrap_or_else(|| format!("{}@{}", seat.name, seat.hostname)));
    let ids = person.into_iter().chain([employee.account.to_string()]).chain(seats.iter().map(|seat| seat.id.clone()));
    Ok(Some(Mine {
        ids: ids.collect(),
        name: name.unwrap_or_else(|| caller.name.clone()),
        endpoints: seats.into_iter().map(|seat| seat.endpoint_id).collect(),
    }))
}

impl Mine {
    /// By which id they were asked and how often they have answered; of several, where they have answered.
    async fn asked(&self, on: &mut AnyConnection, survey: &str) -> Result<Option<(String, i64)>, ApiError> {
        let asked: Vec<(String, i64)> =
            sqlx::query_as("SELECT who, answered FROM surveys_asked WHERE survey_id = $1 ORDER BY answered DESC")
                .bind(survey)
                .fetch_all(on)
                .await?;
        Ok(asked.into_iter().find(|(who, _)| self.ids.contains(who)))
    }

    /// Whether they sit where everybody is asked, though they were not known when it was sent.
    async fn belongs(&self, ctx: &Context, chosen: &Chosen) -> Result<bool, ApiError> {
        let places = in_groups(ctx, "", &chosen.groups).await?;
        Ok(places.iter().any(|place| self.endpoints.contains(&place.endpoint.to_string()))
            || chosen.people.iter().any(|person| self.ids.contains(person)))
    }
}

/// A survey that asks them, with the id by which it does and how often they have answered.
async fn of_mine(ctx: &Context, mine: &Mine, id: &str) -> Result<(Row, String, i64), ApiError> {
    let unknown = || ApiError::not_found("survey for you");
    let mut connection = ctx.db().read().acquire().await?;
    let survey = by_id(&mut connection, id).await?.ok_or_else(unknown)?;
    if let Some((who, answered)) = mine.asked(&mut connection, id).await? {
        return Ok((survey, who, answered));
    }
    let chosen = Chosen::of(&mut connection, id).await?;
    drop(connection);
    let who = mine.ids.first().cloned().ok_or_else(unknown)?;
    if survey.state == "open" && mine.belongs(ctx, &chosen).await? { Ok((survey, who, 0)) } else { Err(unknown()) }
}
