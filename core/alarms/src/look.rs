//! The regular look at everything that lasts.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::json;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Severity, Time};

use crate::{
    Cause, Kind, Sources,
    raise::{changed, end, happened, raise},
    routes::note,
};

const EVERY: Duration = Duration::from_secs(10);

/// The control plane's database did not answer for a while. It cannot be written down while it lasts.
const DATABASE_AWAY: Kind = Kind {
    word: "database.away",
    severity: Severity::High,
    title: ("データベースが応答しない時間がありました", "The database did not answer for a while"),
};

/// Since when the looks have been failing; a part of the context.
#[derive(Default)]
pub(crate) struct Watch(Mutex<Option<Time>>);

/// Since when the look for alarms has been failing, which is since when the database has been away.
#[must_use]
pub fn failing_since(ctx: &Context) -> Option<Time> {
    *ctx.part::<Watch>().0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks until the server stops.
pub(crate) async fn watch(ctx: Context) {
    let stop = ctx.stopping();
    loop {
        let since = watch_once(&ctx, failing_since(&ctx)).await;
        *ctx.part::<Watch>().0.lock().unwrap_or_else(PoisonError::into_inner) = since;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// One look. Takes and gives since when it has been failing.
async fn watch_once(ctx: &Context, away_since: Option<Time>) -> Option<Time> {
    let looked = match away_since {
        None => look(ctx).await,
        Some(since) => {
            let detail = json!({"from": since, "until": ctx.now()});
            let back = happened(ctx, &Cause::new(&DATABASE_AWAY, None, detail)).await;
            match back {
                Ok(()) => look(ctx).await,
                Err(error) => Err(error),
            }
        }
    };
    match looked {
        Ok(()) => None,
        Err(error) => {
            tracing::warn!(?error, "the look for alarms failed");
            away_since.or_else(|| Some(ctx.now()))
        }
    }
}

/// Looks at every source once: raises what is new, ends what is over.
///
/// # Errors
/// When the database is away.
pub async fn look(ctx: &Context) -> Result<(), ApiError> {
    let standing: Vec<(String, String)> =
        sqlx::query_as("SELECT kind, subject FROM alarms_alarm WHERE ended_at IS NULL")
            .fetch_all(ctx.db().read())
            .await?;
    let standing: BTreeSet<_> = standing.into_iter().collect();
    let (mut new, mut over) = (Vec::new(), Vec::new());
    for source in &ctx.part::<Sources>().0 {
        let (more, less) = compare(&standing, source.kinds(), source.causes(ctx).await?);
        new.extend(more);
        over.extend(less);
    }
    if new.is_empty() && over.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    for (kind, subject) in over {
        end(ctx, tx.on(), &kind, &subject).await?;
    }
    let mut raised = Vec::with_capacity(new.len());
    for cause in new {
        // Another server on the same database may have been quicker.
        if let Some(id) = raise(ctx, tx.on(), &cause).await? {
            raised.push((id, cause));
        }
    }
    let raised: Vec<_> = raised.iter().map(|(id, cause)| (id.clone(), cause)).collect();
    changed(tx.on()).await?;
    note(ctx, &mut tx, &raised).await?;
    Ok(tx.commit().await?)
}

/// Which causes have no alarm yet, and which alarms of these kinds have no cause any more. Pure.
fn compare(
    standing: &BTreeSet<(String, String)>,
    kinds: &[&Kind],
    causes: Vec<Cause>,
) -> (Vec<Cause>, Vec<(String, String)>) {
    let name = |cause: &Cause| (cause.kind.word.to_owned(), cause.subject());
    let lasting: BTreeSet<_> = causes.iter().map(name).collect();
    let over = standing
        .iter()
        .filter(|(kind, _)| kinds.iter().any(|known| known.word == kind))
        .filter(|alarm| !lasting.contains(*alarm))
        .cloned()
        .collect();
    (causes.into_iter().filter(|cause| !standing.contains(&name(cause))).collect(), over)
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Id;

    use super::*;

    const SILENT: Kind = Kind { word: "endpoint.silent", severity: Severity::Medium, title: ("", "") };

    fn check(standing: &[(&str, &str)], silent: &[u128], raised: usize, ended: &[(&str, &str)]) {
        let owned = |(kind, n): &(&str, &str)| ((*kind).to_owned(), endpoint(n.parse().unwrap()).to_string());
        let causes = silent.iter().map(|n| Cause::new(&SILENT, Some(endpoint(*n)), json!({})));
        let standing = standing.iter().map(owned).collect();
        let (new, over) = compare(&standing, &[&SILENT], causes.collect());
        assert_eq!(new.len(), raised);
        assert_eq!(over, ended.iter().map(owned).collect::<Vec<_>>());
    }

    fn endpoint(n: u128) -> yagura_vocabulary::id::EndpointId {
        Id::from_uuid(format!("{n:032x}").parse::<yagura_vocabulary::Id<()>>().unwrap().uuid())
    }

    #[test]
    fn what_stands_is_not_raised_again_and_what_is_over_ends() {
        check(&[], &[1, 2], 2, &[]);
        check(&[("endpoint.silent", "1")], &[1, 2], 1, &[]);
        check(&[("endpoint.silent", "1")], &[2], 1, &[("endpoint.silent", "1")]);
    }

    #[test]
    fn alarms_of_other_kinds_are_another_source_s_matter() {
        check(&[("events.lost", "1")], &[], 0, &[]);
    }
}
