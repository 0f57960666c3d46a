//! Exceptions: what is lived with, where, why and until when. They end by themselves, and what they were about is red again.

pub(super) mod create;
pub(super) mod list;
pub(super) mod preview;
pub(super) mod remove;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};
use yagura_vocabulary::Time;

use super::{
    api::filter::{Asked, FindingFilter},
    board::{Store, counted},
};
use crate::except;

/// The kind of ids of exceptions.
#[derive(Debug)]
pub(super) enum Exception {}

/// Where an exception holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExceptionScope {
    /// Everywhere.
    All,
    /// In a group, with all below it, by its id.
    Group(String),
    /// On one machine, by its endpoint's id or its asset's.
    Endpoint(String),
}

/// What is lived with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WeaknessException {
    pub id: String,
    pub weakness: String,
    /// Only what is called this; absent for all that have the weakness.
    pub subject: Option<String>,
    pub scope: ExceptionScope,
    /// The name of the group or the machine; empty for all.
    pub scope_name: String,
    pub reason: String,
    pub until: Time,
    /// Who decided it.
    pub by: String,
    pub created_at: Time,
    /// So many findings of the machines that the caller sees are lived with by it now.
    pub findings: u64,
    /// On so many machines.
    pub machines: u64,
    pub ended: bool,
}

/// What an exception is about, as it is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionAbout {
    weakness: String,
    /// Only what is called this.
    #[serde(default)]
    subject: Option<String>,
    scope: ExceptionScope,
}

#[derive(Debug, Clone, FromRow)]
struct Row {
    id: String,
    weakness: String,
    subject: String,
    group_id: Option<String>,
    group_name: Option<String>,
    asset_id: Option<String>,
    endpoint_id: Option<String>,
    asset_name: Option<String>,
    reason: String,
    until_at: i64,
    created_at: i64,
    created_by: String,
}

const ROWS: &str =
    "SELECT x.id AS id, x.weakness AS weakness, x.subject AS subject, x.group_id AS group_id, g.name AS group_name,
     x.asset_id AS asset_id, a.endpoint_id AS endpoint_id, COALESCE(a.name, ap.name) AS asset_name, x.reason AS reason,
     x.until_at AS until_at, x.created_at AS created_at, x.created_by AS created_by
     FROM vulnerabilities_exception x LEFT JOIN endpoints_group g ON g.id = x.group_id
     LEFT JOIN assets_asset a ON a.id = x.asset_id LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
     LEFT JOIN vulnerabilities_appliance ap ON ap.id = x.asset_id";

/// The group that an exception belongs to; those of all belong to none, and everybody sees them.
const OF_GROUP: &str = "COALESCE(x.group_id, e.group_id, a.group_id, ap.group_id)";

impl Row {
    fn view(self, now: Time, touched: Touched) -> WeaknessException {
        let scope_name = self.group_name.or(self.asset_name).unwrap_or_default();
        WeaknessException {
            id: self.id,
            weakness: self.weakness,
            subject: Some(self.subject).filter(|subject| !subject.is_empty()),
            scope: match (self.group_id, self.asset_id) {
                (Some(group), _) => ExceptionScope::Group(group),
                (None, Some(asset)) => ExceptionScope::Endpoint(self.endpoint_id.unwrap_or(asset)),
                (None, None) => ExceptionScope::All,
            },
            scope_name,
            reason: self.reason,
            until: Time::from_micros(self.until_at),
            by: self.created_by,
            created_at: Time::from_micros(self.created_at),
            findings: touched.findings,
            machines: touched.machines,
            ended: self.until_at <= now.micros(),
        }
    }
}

/// What an exception is about, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Touched {
    pub findings: u64,
    pub machines: u64,
}

/// An exception by its id, without its numbers.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<Option<WeaknessException>, ApiError> {
    let sql = format!("{ROWS} WHERE x.id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(ctx.db().read()).await?;
    Ok(row.map(|row| row.view(ctx.now(), Touched::default())))
}

/// Those that the caller sees: of all, and of their groups.
async fn rows(ctx: &Context, caller: &Caller) -> Result<Vec<Row>, ApiError> {
    let sql = format!(
        "{ROWS} WHERE $1 = '' OR {OF_GROUP} IS NULL OR {} ORDER BY x.until_at DESC, x.id",
        visible(OF_GROUP, 1)
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?)
}

/// How much each exception is about, of what the caller sees.
async fn touched_by(ctx: &Context, caller: &Caller) -> Result<HashMap<String, Touched>, ApiError> {
    let filter = FindingFilter { standing: Some("excepted".to_owned()), ..FindingFilter::default() };
    let asked = filter.read(ctx, caller).await?;
    counted(ctx, move |counted| {
        let view = asked.view(counted);
        let mut touched: HashMap<String, Touched> = HashMap::new();
        for machine in view.machines() {
            let mut of: HashMap<&str, u64> = HashMap::new();
            for exception in view.findings(machine).filter_map(|shown| shown.exception) {
                *of.entry(&exception.id).or_default() += 1;
            }
            for (id, findings) in of {
                let all = touched.entry(id.to_owned()).or_default();
                all.findings += findings;
                all.machines += 1;
            }
        }
        touched
    })
    .await
}

/// Where an exception holds, checked: what there is, and what its maker may decide.
struct Placed {
    group: Option<String>,
    machine: Option<String>,
    scope: except::Scope,
}

impl ExceptionAbout {
    /// Checks it for a caller. Whoever sees only some groups decides for these only.
    async fn check(&self, ctx: &Context, caller: &Caller) -> Result<Placed, ApiError> {
        super::board::ready(ctx).await?;
        let weakness = self.weakness.trim();
        let known: Option<(String,)> = sqlx::query_as("SELECT id FROM vulnerabilities_weakness WHERE id = $1")
            .bind(weakness)
            .fetch_optional(ctx.db().read())
            .await?;
        if known.is_none() && ctx.part::<Store>().read().board.weakness(weakness).is_none() {
            return Err(ApiError::invalid("/weakness", "unknown", "no feed has told of such a weakness"));
        }
        let groups = super::api::filter::groups(ctx, caller).await?;
        let may = |id: &str| groups.as_ref().is_none_or(|groups| groups.contains(id));
        let counted = ctx.part::<Store>().read();
        let board = &counted.board;
        match &self.scope {
            ExceptionScope::All if caller.limited => Err(ApiError::forbidden(
                "an exception for all machines is the whole organisation's; choose a group of yours",
            )),
            ExceptionScope::All => Ok(Placed { group: None, machine: None, scope: except::Scope::All }),
            ExceptionScope::Group(id) => {
                let group = board.groups.iter().find(|group| group.id == *id && may(&group.id));
                let unknown = || ApiError::invalid("/scope/group", "unknown", "there is no such fixed group");
                let path = group.ok_or_else(unknown)?.id_path.clone();
                Ok(Placed { group: Some(id.clone()), machine: None, scope: except::Scope::Group(path) })
            }
            ExceptionScope::Endpoint(id) => {
                let is_meant = |machine: &&crate::count::Machine| {
                    machine.id == *id || machine.endpoint.as_deref() == Some(id.as_str())
                };
                let machine = board.machines.iter().find(is_meant);
                let machine = machine
                    .filter(|machine| board.groups.get(machine.group as usize).is_some_and(|group| may(&group.id)));
                let unknown = || ApiError::invalid("/scope/endpoint", "unknown", "there is no such machine");
                let id = machine.ok_or_else(unknown)?.id.clone();
                Ok(Placed { group: None, machine: Some(id.clone()), scope: except::Scope::Machine(id) })
            }
        }
    }

    fn subject(&self) -> String {
        self.subject.clone().unwrap_or_default().trim().to_owned()
    }

    /// How much it is about, of what the caller sees and nobody lives with yet.
    async fn touches(&self, ctx: &Context, caller: &Caller, scope: except::Scope) -> Result<Touched, ApiError> {
        let filter = FindingFilter {
            weakness: Some(self.weakness.trim().to_owned()),
            subject: Some(self.subject()),
            standing: Some("all".to_owned()),
            ..FindingFilter::default()
        };
        let asked = filter.read(ctx, caller).await?;
        counted(ctx, move |counted| touches(counted, &asked, &scope)).await
    }
}

fn touches(counted: &super::board::Counted, asked: &Asked, scope: &except::Scope) -> Touched {
    let view = asked.view(counted);
    let one = except::Exception {
        id: String::new(),
        weakness: String::new(),
        subject: String::new(),
        scope: scope.clone(),
        until: u32::MAX,
    };
    let mut touched = Touched::default();
    for machine in view.machines() {
        let path = counted.board.groups.get(machine.group as usize).map_or("", |group| group.id_path.as_str());
        if !one.holds_for(&machine.id, path) {
            continue;
        }
        let findings = view.findings(machine).filter(|shown| shown.exception.is_none()).count() as u64;
        touched.findings += findings;
        touched.machines += u64::from(findings > 0);
    }
    touched
}
