//! `GET /api/v1/vulnerabilities/machines/{id}`: one machine, what it suffers from, and what it no longer does.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{
    board::BoardEnd,
    day_text,
    filter::FindingFilter,
    finding::{MachineFinding, PickedMachine, explain, pick},
    machines::WeakMachine,
};
use crate::{
    ends::DAY_US,
    finding::unpack,
    server::{
        board::{Store, counted},
        exceptions,
    },
};

/// Changes that are shown.
const CHANGES: i64 = 100;

/// A machine with what it suffers from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeakMachineDetail {
    #[serde(flatten)]
    machine: WeakMachine,
    /// All that is not lived with, what is to be mended first at the top.
    findings: Vec<MachineFinding>,
    /// What is lived with.
    excepted: Vec<MachineFinding>,
    /// The last hundred changes, the latest first.
    history: Vec<MachineChange>,
    /// Of its release, where that is known.
    end_of_life: Option<BoardEnd>,
}

/// What came to a machine and what went.
#[derive(Debug, Serialize, ToSchema)]
struct MachineChange {
    at: Time,
    appeared: Vec<NamedFinding>,
    gone: Vec<NamedFinding>,
}

/// A finding by its name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedFinding {
    weakness: Option<String>,
    subject: String,
}

/// Show what a machine suffers from
#[utoipa::path(get, path = "/api/v1/vulnerabilities/machines/{id}", tag = "vulnerabilities",
    params(("id" = String, Path, description = "The asset's id, or the endpoint's")),
    responses((status = 200, body = WeakMachineDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<WeakMachineDetail>> {
    let filter = FindingFilter { asset: Some(id), standing: Some("all".to_owned()), ..FindingFilter::default() };
    let asked = filter.read(&ctx, &caller).await?;
    let today = ctx.now().micros().div_euclid(DAY_US);
    let found = counted(&ctx, move |counted| {
        let view = asked.view(counted);
        let machine = view.machines().next()?;
        let mut shown: Vec<_> = view.findings(machine).collect();
        shown.sort_by_key(|one| (std::cmp::Reverse((one.red, one.seen.emergency, one.seen.severity)), one.due()));
        let end = machine.cycle.and_then(|at| counted.board.cycles.get(at as usize).map(|cycle| (at, cycle)));
        let end = end.and_then(|(at, cycle)| {
            let day = cycle.ends_on?;
            let same = counted.board.machines.iter().filter(|one| one.cycle == Some(at) && view.sees(one.group));
            Some(BoardEnd {
                product: cycle.product.clone(),
                cycle: cycle.cycle.clone(),
                ends_on: day_text(day),
                machines: same.count() as u64,
                ended: day < today,
            })
        });
        Some((WeakMachine::new(&view, machine), pick(&view, machine, shown.into_iter()), end))
    })
    .await?;
    let (machine, picked, end_of_life) = found.ok_or_else(|| ApiError::not_found("machine"))?;
    let history = history(&ctx, &machine.asset_id).await?;
    let (findings, excepted) = explained(&ctx, &picked).await?;
    Ok(Json(WeakMachineDetail { machine: machine.with_presence(&ctx), findings, excepted, history, end_of_life }))
}

async fn explained(
    ctx: &Context,
    picked: &PickedMachine,
) -> Result<(Vec<MachineFinding>, Vec<MachineFinding>), ApiError> {
    let explained = explain(ctx, std::slice::from_ref(picked)).await?.pop().unwrap_or_default();
    let mut by_id = HashMap::new();
    let (mut findings, mut excepted) = (Vec::new(), Vec::new());
    for (one, mut finding) in picked.findings.iter().zip(explained) {
        let Some(id) = &one.exception else {
            findings.push(finding);
            continue;
        };
        if !by_id.contains_key(id) {
            by_id.insert(id.clone(), exceptions::find(ctx, id).await?);
        }
        finding.exception = by_id.get(id).cloned().flatten();
        excepted.push(finding);
    }
    Ok((findings, excepted))
}

async fn history(ctx: &Context, id: &str) -> Result<Vec<MachineChange>, ApiError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT at, appeared, gone FROM vulnerabilities_history WHERE asset_id = $1 ORDER BY at DESC LIMIT $2",
    )
    .bind(id)
    .bind(CHANGES)
    .fetch_all(ctx.db().read())
    .await?;
    let counted = ctx.part::<Store>().read();
    let board = &counted.board;
    let named = |text: &str| {
        let numbers = unpack(text).unwrap_or_default();
        let finding = |at: u32| board.findings.get(at as usize);
        let named = numbers.into_iter().filter_map(finding).map(|finding| NamedFinding {
            weakness: board.weaknesses[finding.weakness as usize].known_as().map(str::to_owned),
            subject: finding.subject.to_string(),
        });
        named.collect()
    };
    let change = |(at, appeared, gone): (i64, String, String)| MachineChange {
        at: Time::from_micros(at),
        appeared: named(&appeared),
        gone: named(&gone),
    };
    Ok(rows.into_iter().map(change).collect())
}
