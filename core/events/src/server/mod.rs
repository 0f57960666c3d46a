//! The server's side: agents' batches come in, administrators search.

mod alarms;
mod asked;
mod cases;
mod completion;
mod erasure;
mod evidence;
mod facets;
mod follow;
mod hello;
mod histogram;
mod holds;
mod ingest;
mod mine;
mod outlook;
mod read;
mod removing;
mod retention;
mod search;
mod tail;
mod viewed;

use std::sync::Arc;

use axum::routing::post;
use utoipa_axum::routes;
use yagura_server_kit::{AgentHook, ApiError, Context, Migration, Parts, Permission as P, Routes, ServerFeature};

pub use self::{
    asked::clock,
    cases::{Reason, reason, reason_to_take},
    erasure::{Forget, Forgetting, run_due as erase_due},
    evidence::{EvidenceAuthorities, EvidenceStanding, evidence_standing, run_due as evidence_due},
    follow::{Follower, follow},
    outlook::{ALARMED_BEFORE_DAYS, WARNED_BEFORE_DAYS, disk_outlook},
    retention::run_due as retain_due,
    search::{question, views},
    viewed::note as note_view,
};
use crate::{EventStore, StoreError};

/// The store, as a part of the server.
pub type Store = Arc<dyn EventStore>;

/// The server side.
pub const FEATURE: ServerFeature =
    ServerFeature { migrations: MIGRATIONS, routes, start, ..ServerFeature::new("events") };

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 202_611_281_000,
        name: "events_case",
        sql: include_str!("../../migrations/202611281000_events_case.sql"),
    },
    Migration {
        version: 202_611_281_200,
        name: "events_clickhouse",
        sql: include_str!("../../migrations/202611281200_events_clickhouse.sql"),
    },
    Migration {
        version: 202_611_281_210,
        name: "events_copy",
        sql: include_str!("../../migrations/202611281210_events_copy.sql"),
    },
    Migration {
        version: 202_611_281_300,
        name: "events_retention",
        sql: include_str!("../../migrations/202611281300_events_retention.sql"),
    },
    Migration {
        version: 202_611_281_310,
        name: "events_hold",
        sql: include_str!("../../migrations/202611281310_events_hold.sql"),
    },
    Migration {
        version: 202_611_281_320,
        name: "events_erasure",
        sql: include_str!("../../migrations/202611281320_events_erasure.sql"),
    },
    Migration {
        version: 202_611_290_100,
        name: "events_removal_gate",
        sql: include_str!("../../migrations/202611290100_events_removal_gate.sql"),
    },
    Migration {
        version: 202_611_290_110,
        name: "events_evidence",
        sql: include_str!("../../migrations/202611290110_events_evidence.sql"),
    },
    Migration {
        version: 202_611_290_300,
        name: "events_evidence_secret",
        sql: include_str!("../../migrations/202611290300_events_evidence_secret.sql"),
    },
];

/// Puts the store into the context. `authorities` are believed beside the system's by what sends the journal's head;
/// `forgetting` is what has to go with a person's events.
pub fn install(parts: &mut Parts, store: Store, authorities: EvidenceAuthorities, forgetting: Forgetting) {
    parts.insert(authorities);
    parts.insert(forgetting);
    parts.insert(evidence::Bell::default());
    parts.insert(store);
    parts.insert(viewed::Viewed::default());
    parts.insert(removing::Signals::default());
}

/// Tells agents how far their events are stored.
#[must_use]
pub fn hook() -> Box<dyn AgentHook> {
    Box::new(hello::Marks)
}

/// Finds out when the store is in need.
#[must_use]
pub fn alarm_source() -> Box<dyn yagura_alarms::Source> {
    Box::new(alarms::StoreSource)
}

fn start(ctx: &Context) {
    ctx.spawn(removing::watch(ctx.clone()));
    ctx.spawn(evidence::watch(ctx.clone()));
}

fn routes() -> Routes {
    Routes::new()
        .agent("/agent/v1/events", post(ingest::ingest))
        .api(P::EventsRead, routes!(search::search))
        .api(P::EventsRead, routes!(histogram::histogram))
        .api(P::EventsRead, routes!(facets::facets))
        .api(P::EventsRead, routes!(tail::tail))
        .api(P::EventsRead, routes!(completion::completion))
        .api(P::EventsRead, routes!(cases::read, cases::create, cases::close))
        .api(P::EventsRead, routes!(read::read))
        .api(P::OwnRead, routes!(mine::mine))
        .and(retention::routes())
        .and(holds::routes())
        .and(erasure::routes())
        .and(evidence::routes())
}

fn store(ctx: &Context) -> &Store {
    ctx.part::<Store>()
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cursor(_) | StoreError::CursorOrder { .. } => {
                Self::invalid("?cursor", "unknown", error.to_string())
            }
            StoreError::FeedAhead { .. } => Self::invalid("?after", "unknown", error.to_string()),
            other => Self::unavailable(&other),
        }
    }
}
