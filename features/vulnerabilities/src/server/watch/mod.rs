//! How fast findings are to be mended, and alarms that last: what is exploited is open, what is critical is overdue, feeds grow old.

mod api;
mod settings;

use async_trait::async_trait;
use serde_json::json;
use yagura_alarms::{About, Cause, Kind, Source};
use yagura_server_kit::{ApiError, Context, Settings as _};
use yagura_vocabulary::{Severity as Weight, Time};

pub(super) use self::{
    api::{__path_change_settings, __path_read_settings, change_settings, read_settings},
    settings::WeaknessSettings,
};
use super::board::{counted, minute, ready};
use crate::{
    count::{Filter, View, weaknesses},
    finding::Severity,
};

/// By this they are mailed and counted.
const CLASS: &str = "vulnerability";
/// A feed that was good so long ago, in rounds of its own, is old; and never before two days.
const ROUNDS: i64 = 3;
const OLD_US: i64 = 2 * crate::ends::DAY_US;

const EXPLOITED: Kind = Kind {
    word: "vulnerability.exploited",
    severity: Weight::Critical,
    title: ("悪用が確認された弱点が残っています", "A weakness that is known to be exploited is open"),
};
const OVERDUE: Kind = Kind {
    word: "vulnerability.overdue",
    severity: Weight::High,
    title: ("「緊急」の弱点が期限を過ぎています", "A critical weakness is overdue"),
};
const STALE: Kind = Kind {
    word: "vulnerability.feed_stale",
    severity: Weight::Medium,
    title: ("情報源が古くなっています", "What is known of weaknesses grows old"),
};

/// Finds what lasts.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(WeaknessSource)
}

struct WeaknessSource;

#[async_trait]
impl Source for WeaknessSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&EXPLOITED, &OVERDUE, &STALE]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        ready(ctx).await?;
        let wanted = WeaknessSettings::in_force(&mut *ctx.db().read().acquire().await?).await?.alarms;
        let now = minute(ctx.now());
        let mut causes = counted(ctx, move |counted| {
            let mut causes = Vec::new();
            // One alarm for each weakness and not for each machine: there may be a hundred thousand.
            if wanted.exploited {
                let filter = Filter { emergency: true, ..Filter::default() };
                let view = View::new(&counted.board, &counted.rules, &filter, now, |_| true);
                for one in weaknesses(&view) {
                    let weakness = &counted.board.weaknesses[one.weakness as usize];
                    if weakness.exploited_at.is_some() {
                        causes.push(cause(
                            &EXPLOITED,
                            &weakness.id,
                            (&weakness.title_ja, &weakness.title_en),
                            one.machines,
                        ));
                    }
                }
            }
            if wanted.overdue {
                let filter = Filter { overdue: true, severities: vec![Severity::Critical], ..Filter::default() };
                let view = View::new(&counted.board, &counted.rules, &filter, now, |_| true);
                for one in weaknesses(&view) {
                    let weakness = &counted.board.weaknesses[one.weakness as usize];
                    causes.push(cause(&OVERDUE, &weakness.id, (&weakness.title_ja, &weakness.title_en), one.machines));
                }
            }
            causes
        })
        .await?;
        if wanted.feeds {
            causes.extend(stale(ctx).await?);
        }
        Ok(causes)
    }
}

async fn stale(ctx: &Context) -> Result<Vec<Cause>, ApiError> {
    let now = ctx.now().micros();
    let rows: Vec<(String, String, i64, Option<i64>, String)> = sqlx::query_as(
        "SELECT id, name, every_s, good_at, failure FROM vulnerabilities_feed WHERE removed = 0 AND enabled = 1 ORDER BY id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let is_old = |(_, _, every_s, good_at, _): &(String, String, i64, Option<i64>, String)| {
        let allowed = OLD_US.max(every_s.saturating_mul(ROUNDS * 1_000_000));
        good_at.is_some_and(|good_at| good_at < now.saturating_sub(allowed))
    };
    let cause = |(id, name, _, good_at, failure): (String, String, i64, Option<i64>, String)| {
        let title = Some((format!("{}: {name}", STALE.title.0), format!("{}: {name}", STALE.title.1)));
        let good_at = good_at.map(Time::from_micros);
        let detail = json!({"class": CLASS, "subject": name, "feed": id, "good_at": good_at, "failure": failure});
        Cause { kind: &STALE, endpoint: None, about: Some(About { id, title }), detail }
    };
    Ok(rows.into_iter().filter(is_old).map(cause).collect())
}

fn cause(kind: &'static Kind, id: &str, (ja, en): (&str, &str), machines: u64) -> Cause {
    let title = |kind: &str, title: &str| {
        if title.is_empty() { format!("{kind}: {id}") } else { format!("{kind}: {id} {title}") }
    };
    Cause {
        kind,
        endpoint: None,
        about: Some(About { id: id.to_owned(), title: Some((title(kind.title.0, ja), title(kind.title.1, en))) }),
        detail: json!({"class": CLASS, "subject": id, "weakness": id, "machines": machines}),
    }
}
