//! Whom a survey asks: everybody at the endpoints of some groups, and some people wherever they sit.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_endpoints::visible;
use yagura_notices::{Recipient, by_ids, in_groups};
use yagura_server_kit::{ApiError, Caller, Context};

use super::people::{accounts, by_endpoint};

/// The groups and people that were chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) groups: Vec<String>,
    pub(super) people: Vec<String>,
}

/// Who that is now.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Where the first notice goes.
    pub(super) recipients: Vec<Recipient>,
    /// Who is asked: by which id, and the name.
    pub(super) asked: BTreeMap<String, String>,
}

impl Chosen {
    pub(super) async fn of(connection: &mut AnyConnection, survey: &str) -> Result<Self, ApiError> {
        let groups: Vec<(String,)> =
            sqlx::query_as("SELECT group_id FROM surveys_group WHERE survey_id = $1 ORDER BY group_id")
                .bind(survey)
                .fetch_all(&mut *connection)
                .await?;
        let people: Vec<(String,)> =
            sqlx::query_as("SELECT person_id FROM surveys_person WHERE survey_id = $1 ORDER BY person_id")
                .bind(survey)
                .fetch_all(connection)
                .await?;
        let flat = |rows: Vec<(String,)>| rows.into_iter().map(|(id,)| id).collect();
        Ok(Self { groups: flat(groups), people: flat(people) })
    }

    /// Refuses groups that the caller may not see or that are gone, and people who are nowhere that the caller may see.
    pub(super) async fn check(&self, connection: &mut AnyConnection, caller: &Caller) -> Result<(), ApiError> {
        let group = format!("SELECT g.id FROM endpoints_group g WHERE g.id = $1 AND {}", visible("g.id", 2));
        let person = format!(
            "SELECT p.id FROM people_person p WHERE p.id = $1 AND ($2 = '' OR EXISTS (SELECT 1 FROM people_account a
             JOIN endpoints_endpoint e ON e.id = a.endpoint_id WHERE a.person_id = p.id AND {}))",
            visible("e.group_id", 2)
        );
        for (sql, pointer, ids) in [(group, "/groups", &self.groups), (person, "/people", &self.people)] {
            for (n, id) in ids.iter().enumerate() {
                let known: Option<(String,)> = sqlx::query_as(AssertSqlSafe(sql.clone()))
                    .bind(id)
                    .bind(caller.limit())
                    .fetch_optional(&mut *connection)
                    .await?;
                if known.is_none() {
                    let what = "there is no such group or person, or you may not see it";
                    return Err(ApiError::invalid(&format!("{pointer}/{n}"), "unknown", what));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn store(&self, connection: &mut AnyConnection, survey: &str) -> Result<(), ApiError> {
        let lists = [("surveys_group", "group_id", &self.groups), ("surveys_person", "person_id", &self.people)];
        for (table, column, ids) in lists {
            let clear = AssertSqlSafe(format!("DELETE FROM {table} WHERE survey_id = $1"));
            sqlx::query(clear).bind(survey).execute(&mut *connection).await?;
            for id in ids.iter().collect::<BTreeSet<_>>() {
                let add = AssertSqlSafe(format!("INSERT INTO {table} (survey_id, {column}) VALUES ($1, $2)"));
                sqlx::query(add).bind(survey).bind(id).execute(&mut *connection).await?;
            }
        }
        Ok(())
    }

    /// Who that is now, as far as somebody with this limit may see. Groups and people that are gone have nobody.
    pub(super) async fn reach(&self, ctx: &Context, limit: &str) -> Result<Reach, ApiError> {
        let places = in_groups(ctx, limit, &self.groups).await?;
        let mut connection = ctx.db().read().acquire().await?;
        let accounts = accounts(&mut connection, limit).await?;
        drop(connection);
        let ids: BTreeSet<String> = places.iter().map(|place| place.endpoint.to_string()).collect();
        let chosen = |person: &Option<String>| person.as_ref().is_some_and(|person| self.people.contains(person));
        let asked = accounts
            .iter()
            .filter(|account| ids.contains(&account.endpoint_id) || chosen(&account.person_id))
            .map(|account| (account.who().to_owned(), account.label()))
            .collect();
        let elsewhere = by_endpoint(&accounts, |one| !ids.contains(&one.endpoint_id) && chosen(&one.person_id));
        let mut recipients: Vec<_> = places.into_iter().map(Recipient::everybody).collect();
        recipients.extend(at(ctx, elsewhere).await?);
        Ok(Reach { recipients, asked })
    }
}

/// These accounts as recipients.
pub(super) async fn at(ctx: &Context, places: BTreeMap<String, Vec<String>>) -> Result<Vec<Recipient>, ApiError> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = places.keys().cloned().collect();
    let endpoints = by_ids(ctx, &ids).await?;
    let of = |endpoint: &str| places.get(endpoint).cloned();
    Ok(endpoints
        .into_iter()
        .map(|endpoint| Recipient { accounts: of(&endpoint.endpoint.to_string()), endpoint })
        .collect())
}
