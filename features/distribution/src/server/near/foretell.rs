//! What would come from neighbours, before a rollout begins.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Context};

use crate::{
    near::{NearNot, NearOutlook},
    server::plan::Plan,
};

/// How many endpoints of a rollout would take its content from neighbours, and give it to them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct RolloutNear {
    /// So many take.
    take: u64,
    /// So many give.
    give: u64,
    /// Why others do not take.
    not_taken: Vec<RolloutNearNot>,
    /// Why others do not give.
    not_given: Vec<RolloutNearNot>,
}

/// How many do not, for the same reason.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct RolloutNearNot {
    why: NearNot,
    endpoints: u64,
}

impl RolloutNear {
    /// Counts what each endpoint would do.
    pub(in crate::server) fn of(outlooks: impl Iterator<Item = NearOutlook> + Clone) -> Self {
        let (take, not_taken) = counted(outlooks.clone().map(|one| one.not_taken));
        let (give, not_given) = counted(outlooks.map(|one| one.not_given));
        Self { take, give, not_taken, not_given }
    }
}

fn counted(nots: impl Iterator<Item = Option<NearNot>>) -> (u64, Vec<RolloutNearNot>) {
    let mut counts: BTreeMap<Option<NearNot>, u64> = BTreeMap::new();
    for not in nots {
        *counts.entry(not).or_default() += 1;
    }
    let does = counts.remove(&None::<NearNot>).unwrap_or_default();
    let not = counts.into_iter().filter_map(|(why, endpoints)| Some(RolloutNearNot { why: why?, endpoints })).collect();
    (does, not)
}

impl Plan {
    /// The sizes of what it brings from the shelf, in bytes.
    pub(in crate::server) async fn sizes(&self, ctx: &Context) -> Result<Vec<u64>, ApiError> {
        let mut sizes = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let row: Option<(i64,)> = sqlx::query_as("SELECT size FROM distribution_item WHERE id = $1")
                .bind(&item.id)
                .fetch_optional(ctx.db().read())
                .await?;
            sizes.extend(row.map(|(size,)| size.unsigned_abs()));
        }
        Ok(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_do_are_counted_and_the_others_by_their_reason() {
        let one = |not_taken, not_given| NearOutlook { not_taken, not_given };
        let all = [
            one(None, None),
            one(None, Some(NearNot::TakesOnly)),
            one(Some(NearNot::Off), Some(NearNot::Off)),
            one(Some(NearNot::Off), Some(NearNot::Off)),
        ];
        let near = RolloutNear::of(all.into_iter());
        assert_eq!((near.take, near.give), (2, 1));
        assert_eq!(near.not_taken.iter().map(|not| (not.why, not.endpoints)).collect::<Vec<_>>(), [(NearNot::Off, 2)]);
        assert_eq!(near.not_given.len(), 2);
    }
}
