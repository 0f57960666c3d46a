//! The alarm that a rollout has stopped because too much failed.

use async_trait::async_trait;
use serde_json::json;
use yagura_alarms::{About, Cause, Kind, Source};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Severity;

const STOPPED: Kind =
    Kind {
        word: "rollout.stopped", severity: Severity::High, title: ("配布が止まりました", "A rollout has stopped")
    };

/// Finds rollouts that a ring stopped. Their alarms end when somebody goes on or takes them back.
#[must_use]
pub fn alarm_source() -> Box<dyn Source> {
    Box::new(Stopped)
}

struct Stopped;

#[async_trait]
impl Source for Stopped {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&STOPPED]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT r.id, r.name, g.name, (SELECT COUNT(*) FROM distribution_part p WHERE p.rollout_id = r.id
             AND p.ring = g.number AND p.state IN ('failed', 'rolled_back')) FROM distribution_rollout r
             JOIN distribution_ring g ON g.rollout_id = r.id AND g.state = 'stopped'
             WHERE r.state = 'stopped' AND r.stopped_by = '' ORDER BY r.id",
        )
        .fetch_all(ctx.db().read())
        .await?;
        let (ja, en) = STOPPED.title;
        let cause = |(id, name, ring, failed): (String, String, String, i64)| {
            let title = Some((format!("{ja}: {name}"), format!("{en}: {name}")));
            let detail = json!({"rollout": id, "subject": name, "ring": ring, "failed": failed});
            Cause { kind: &STOPPED, endpoint: None, about: Some(About { id, title }), detail }
        };
        Ok(rows.into_iter().map(cause).collect())
    }
}
