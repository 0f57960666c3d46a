//! What the events give cause for: a store that takes nothing more, a disk that fills up, events that were lost.

use async_trait::async_trait;
use serde_json::json;
use yagura_alarms::{Cause, Kind, Source};
use yagura_channel::wire::batch::GAP;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Severity;

use super::{ALARMED_BEFORE_DAYS, EvidenceStanding, disk_outlook, evidence_standing, retention::last_failure, store};
use crate::{Batch, retention::Outlook};

const REFUSED: Kind = Kind {
    word: "events.refused",
    severity: Severity::Critical,
    title: ("記録を受け取れません", "The server takes no events"),
};
const LOW: Kind = Kind {
    word: "storage.low",
    severity: Severity::High,
    title: ("サーバーの空き容量が残りわずかです", "The server's disk is nearly full"),
};
const ENDING: Kind = Kind {
    word: "events.disk_ending",
    severity: Severity::High,
    title: ("記録を置くディスクがまもなくいっぱいになります", "The disk for events will soon be full"),
};
const KEPT: Kind = Kind {
    word: "events.retention_failed",
    severity: Severity::High,
    title: ("保存期間を過ぎた記録を消せませんでした", "Events past their time could not be taken away"),
};
const HEAD: Kind = Kind {
    word: "events.head_stuck",
    severity: Severity::High,
    title: (
        "記録の証跡が2日以上サーバーの外に送られていません",
        "The journal's head has not left the server for two days",
    ),
};
const LOST: Kind = Kind {
    word: "events.lost",
    severity: Severity::Medium,
    title: ("端末の記録の一部が失われました", "Some of the endpoint's events were lost"),
};
/// Below this the store itself soon stops taking events: four times what it keeps in reserve.
const ENOUGH_BYTES: u64 = 1 << 30;

/// Looks at the store.
pub(super) struct StoreSource;

#[async_trait]
impl Source for StoreSource {
    fn kinds(&self) -> &'static [&'static Kind] {
        &[&REFUSED, &LOW, &ENDING, &KEPT, &HEAD]
    }

    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError> {
        let health = store(ctx).health().await;
        let mut causes = Vec::new();
        if !health.accepting {
            let detail = json!({"reason": health.last_error, "free_bytes": health.free_disk_bytes});
            causes.push(Cause::new(&REFUSED, None, detail));
        }
        if let Some(free) = health.free_disk_bytes.filter(|free| *free < ENOUGH_BYTES) {
            causes.push(Cause::new(&LOW, None, json!({"free_bytes": free})));
        }
        if let (_, Outlook::Ends { days }) = disk_outlook(ctx).await?
            && days < ALARMED_BEFORE_DAYS
        {
            causes.push(Cause::new(&ENDING, None, json!({"days_left": days})));
        }
        if let Some(reason) = last_failure(ctx).await? {
            causes.push(Cause::new(&KEPT, None, json!({"reason": reason})));
        }
        if let EvidenceStanding::Stuck { since, error } = evidence_standing(ctx).await? {
            causes.push(Cause {
                kind: &HEAD,
                endpoint: None,
                about: None,
                detail: json!({"since": since, "reason": error}),
            });
        }
        Ok(causes)
    }
}

/// Tells of the gaps in a batch that is stored. The gap itself is safe in the store, so nothing more can go wrong here than
/// that nobody is told.
pub(super) async fn tell_of_gaps(ctx: &Context, batch: &Batch) {
    for row in batch.rows.iter().filter(|row| row.event.kind == GAP) {
        let detail = json!({"count": row.event.count, "reason": row.event.body.get("reason"), "lane": batch.lane});
        let cause = Cause::new(&LOST, Some(batch.endpoint), detail);
        if let Err(error) = yagura_alarms::happened(ctx, &cause).await {
            tracing::warn!(endpoint = %batch.endpoint, ?error, "lost events are stored as a gap, but no alarm could be raised");
        }
    }
}
