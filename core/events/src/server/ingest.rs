//! `POST /agent/v1/events`: one sealed batch. It is answered only when it is durable, and it is stored once however often it
//! comes.

use super::{alarms::tell_of_gaps, store};
use crate::{AppendError, Batch, Outcome, Row};
use axum::extract::State;
use yagura_channel::{
    server::Signer,
    wire::{
        batch::{self, Gap, gap_event},
        key::sha256,
        receipt::{self, Receipt},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentRequest, ApiError, ApiResult, Code, Context, Json};

pub(super) async fn ingest(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<Receipt>>> {
    request.approved()?;
    let read = batch::open(&request.body).map_err(|error| {
        ctx.metrics().refuse("batch");
        tracing::warn!(endpoint = %request.endpoint, %error, "an agent sent a batch that cannot be read");
        ApiError::new(Code::Invalid, "the batch cannot be read")
    })?;
    let people = yagura_people::persons_of(&ctx, request.endpoint).await?;
    let (header, rejected) = (read.header.clone(), read.rejected);
    let rows = read
        .events
        .into_iter()
        .map(|(seq, event)| {
            let person = event.account.as_ref().and_then(|account| people.get(&account.id).copied());
            Row { seq, person, event }
        })
        .collect();
    let batch = Batch {
        endpoint: request.endpoint,
        epoch: header.epoch,
        lane: header.lane,
        first: header.first,
        last: header.last,
        sha256: read.sha256,
        received_at: ctx.now(),
        rows,
    };
    let mut outcome = append(&ctx, batch.clone()).await?;
    if let Outcome::Ahead { expected } = outcome {
        // We have forgotten what the agent was told we keep: we were restored from a backup. That is said, and we go on.
        tracing::warn!(endpoint = %request.endpoint, expected, first = batch.first, "events before this batch are missing");
        let gap = missing(&batch, expected);
        append(&ctx, gap.clone()).await?;
        tell_of_gaps(&ctx, &gap).await;
        outcome = append(&ctx, batch.clone()).await?;
    }
    let mark = match outcome {
        Outcome::Stored { rows } => {
            ctx.metrics().events.inc_by(rows as u64);
            ctx.metrics().rejected.inc_by(rejected as u64);
            tell_of_gaps(&ctx, &batch).await;
            receipt::Mark { epoch: batch.epoch, lane: batch.lane, last: batch.last, sha256: hex::encode(batch.sha256) }
        }
        Outcome::AlreadyStored | Outcome::Conflict { .. } | Outcome::Ahead { .. } => mark(&ctx, &batch).await?,
    };
    let accepted = matches!(outcome, Outcome::Stored { .. } | Outcome::AlreadyStored);
    let receipt = Receipt { endpoint: request.endpoint, mark, accepted, linger_s: None };
    Ok(Json(ctx.part::<Signer>().respond(&receipt)))
}

async fn append(ctx: &Context, batch: Batch) -> Result<Outcome, ApiError> {
    match store(ctx).append(vec![batch]).await {
        Ok(mut outcomes) => Ok(outcomes.pop().unwrap_or(Outcome::AlreadyStored)),
        Err(error) => Err(refused(&error)),
    }
}

/// The store takes nothing now; the agent keeps its events and comes back.
fn refused(error: &AppendError) -> ApiError {
    let wait = match error {
        AppendError::Full { retry_after, .. } | AppendError::Unavailable { retry_after, .. } => retry_after.as_secs(),
        AppendError::Invalid { .. } => {
            tracing::warn!(%error, "a batch was refused");
            return ApiError::new(Code::Invalid, "the batch cannot be stored");
        }
        AppendError::Closed => 5,
    };
    ApiError::unavailable(error).retry_after_s(wait.max(1))
}

/// A gap from `expected` to just before `batch`.
fn missing(batch: &Batch, expected: u64) -> Batch {
    let gap = Gap { reason: "restored".to_owned() };
    let header = batch::Header {
        epoch: batch.epoch,
        lane: batch.lane,
        first: expected,
        last: batch.first - 1,
        sealed_at: batch.received_at,
        gap: Some(gap.clone()),
    };
    let event = gap_event(&header, &gap);
    let sha256 = sha256(format!("gap {} {} {expected}..{}", batch.epoch, batch.lane, batch.first).as_bytes());
    let rows = vec![Row { seq: expected, person: None, event }];
    Batch { first: expected, last: batch.first - 1, sha256, rows, ..batch.clone() }
}

async fn mark(ctx: &Context, batch: &Batch) -> Result<receipt::Mark, ApiError> {
    let marks = store(ctx).marks(batch.endpoint).await?;
    let held = marks.into_iter().find(|mark| mark.epoch == batch.epoch && mark.lane == batch.lane);
    Ok(receipt::Mark {
        epoch: batch.epoch,
        lane: batch.lane,
        last: held.as_ref().map_or(0, |mark| mark.last_seq),
        sha256: held.map(|mark| hex::encode(mark.last_sha256)).unwrap_or_default(),
    })
}
