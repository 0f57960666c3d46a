//! Which of an asset's sources is shown.

use sqlx::AnyConnection;
use yagura_server_kit::ApiError;
use yagura_vocabulary::{Id, Time};

use super::{Asset, Source, packages};

/// A source that has been silent for so long while a lesser one was not does not lead any more: 30 days.
const STALE_US: i64 = 30 * 86_400_000_000;

/// What a source is to its asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Its sighting.
    pub number: i64,
    /// Which it is.
    pub source: Source,
    /// When it told something last.
    pub seen_at: Time,
}

/// The sighting that leads: of the most trustworthy source that is not stale, the newest. Pure.
pub(crate) fn lead(sightings: &[Standing]) -> Option<i64> {
    let newest = sightings.iter().map(|one| one.seen_at).max()?;
    let stale = |one: &&Standing| newest.micros().saturating_sub(one.seen_at.micros()) >= STALE_US;
    let fresh = sightings.iter().filter(|one| !stale(one));
    fresh.min_by_key(|one| (one.source, std::cmp::Reverse(one.seen_at), one.number)).map(|one| one.number)
}

/// Chooses the leading sighting of an asset anew, and writes down which sources the asset has.
pub(crate) async fn choose(connection: &mut AnyConnection, asset: Id<Asset>) -> Result<Option<i64>, ApiError> {
    let id = asset.to_string();
    let rows: Vec<(i64, String, i64, i64)> =
        sqlx::query_as("SELECT number, source, seen_at, leads FROM assets_sighting WHERE asset_id = $1")
            .bind(&id)
            .fetch_all(&mut *connection)
            .await?;
    let standing = |(number, source, seen_at, _): &(i64, String, i64, i64)| {
        let source = source.parse().ok()?;
        Some(Standing { number: *number, source, seen_at: Time::from_micros(*seen_at) })
    };
    let sightings: Vec<Standing> = rows.iter().filter_map(standing).collect();
    let leader = lead(&sightings);
    for (number, _, _, leads) in &rows {
        set(connection, *number, *leads != 0, leader == Some(*number)).await?;
    }
    let mut sources: Vec<&str> = sightings.iter().map(|one| one.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    sqlx::query("UPDATE assets_asset SET sources = $1, seen_at = $2, led_by = $3 WHERE id = $4")
        .bind(format!(",{},", sources.join(",")))
        .bind(sightings.iter().map(|one| one.seen_at.micros()).max().unwrap_or(0))
        .bind(leader)
        .bind(&id)
        .execute(connection)
        .await?;
    Ok(leader)
}

/// No sighting of an asset leads any more: before its sightings go elsewhere, so that packages stay counted.
pub(crate) async fn step_down(connection: &mut AnyConnection, asset: Id<Asset>) -> Result<(), ApiError> {
    let rows: Vec<(i64,)> = sqlx::query_as("SELECT number FROM assets_sighting WHERE asset_id = $1 AND leads = 1")
        .bind(asset.to_string())
        .fetch_all(&mut *connection)
        .await?;
    for (number,) in rows {
        set(connection, number, true, false).await?;
    }
    Ok(())
}

async fn set(connection: &mut AnyConnection, number: i64, was: bool, is: bool) -> Result<(), ApiError> {
    if was == is {
        return Ok(());
    }
    sqlx::query("UPDATE assets_sighting SET leads = $1 WHERE number = $2")
        .bind(i64::from(is))
        .bind(number)
        .execute(&mut *connection)
        .await?;
    packages::count_all(connection, number, if is { 1 } else { -1 }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sources and the day on which each told something last; which of them leads.
    #[track_caller]
    fn check(told: &[(Source, i64)], expected: Option<usize>) {
        let standing = |(at, (source, day)): (usize, &(Source, i64))| Standing {
            number: i64::try_from(at).unwrap(),
            source: *source,
            seen_at: Time::from_seconds(day * 86_400),
        };
        let sightings: Vec<_> = told.iter().enumerate().map(standing).collect();
        assert_eq!(lead(&sightings), expected.map(|at| i64::try_from(at).unwrap()));
    }

    #[test]
    fn our_agent_leads_and_a_list_is_the_last_to_be_asked() {
        check(&[(Source::Import, 9), (Source::Agent, 1), (Source::Ocs, 9)], Some(1));
        check(&[(Source::Import, 9)], Some(0));
        check(&[], None);
    }

    #[test]
    fn an_agent_that_was_taken_off_a_month_ago_does_not_lead_any_more() {
        check(&[(Source::Agent, 1), (Source::FusionInventory, 30)], Some(0));
        check(&[(Source::Agent, 1), (Source::FusionInventory, 31)], Some(1));
    }

    #[test]
    fn of_two_agents_on_one_machine_the_one_that_speaks_now_leads() {
        check(&[(Source::Agent, 1), (Source::Agent, 2)], Some(1));
    }
}
