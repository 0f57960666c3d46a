//! Many assets changed at once: a preview that says how many would change and how, and the change itself, which leaves a row of the audit
//! log for each.

mod apply;
mod preview;
mod wanted;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use yagura_server_kit::{ApiError, Caller, Context, Permission as P, Routes};
use yagura_vocabulary::Id;

use self::wanted::BulkSet;
use crate::server::{
    api::{list::LedgerQuery, selected, view::Row, which::WhichQuery},
    ledger::Asset,
    place::fixed_group,
};

/// Most assets of one change: it is one transaction.
const MOST: usize = 5000;
/// Rows that are read at a time.
const AT_ONCE: usize = 200;

pub(super) fn routes() -> Routes {
    Routes::new().api(P::AssetsWrite, routes!(preview::preview)).api(P::AssetsWrite, routes!(apply::apply))
}

/// A change of many assets: those with these ids, or those that the filters in the query leave.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkChange {
    /// The ids, at most 1000; the filters when absent.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    ids: Option<Vec<Id<Asset>>>,
    /// How many assets somebody saw that it concerns. If it is another number by now, nothing is changed.
    #[serde(default)]
    expected: Option<usize>,
    /// What they get.
    set: BulkSet,
}

/// What a change of many assets comes to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BulkOutcome {
    /// How many assets it concerns.
    count: usize,
    /// How many of them it changes; the others are like that already.
    changing: usize,
    /// How many keep their group, because our agent runs on them: an endpoint's group is changed at the endpoint.
    kept_in_group: usize,
    /// The first of those that change.
    examples: Vec<BulkExample>,
}

/// How one asset changes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BulkExample {
    #[schema(value_type = String)]
    id: Id<Asset>,
    name: String,
    /// Field by field; `custom:NAME` for the organisation's own.
    fields: Vec<BulkField>,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BulkField {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// The assets that are meant, all of which the caller may see, and the group that they go to.
async fn meant(
    ctx: &Context,
    caller: &Caller,
    query: &LedgerQuery,
    body: &BulkChange,
) -> Result<(Vec<Row>, Option<Group>), ApiError> {
    body.set.check()?;
    let which = body.ids.as_deref().map(WhichQuery::of_ids);
    let ids = match &which {
        // Named one by one, the filters do not matter.
        Some(which) => selected::ids(ctx, caller, &LedgerQuery::default(), which, MOST).await?,
        None => selected::ids(ctx, caller, query, &WhichQuery::default(), MOST).await?,
    };
    let group = match body.set.group() {
        Some(id) => Some(Group::read(ctx, caller, id).await?),
        None => None,
    };
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        rows.extend(selected::rows(ctx, caller, some).await?);
    }
    Ok((rows, group))
}

/// A group that assets go to.
struct Group {
    id: String,
    path: String,
}

impl Group {
    async fn read(ctx: &Context, caller: &Caller, id: &str) -> Result<Self, ApiError> {
        let (id, _) = fixed_group(ctx, caller, "/set/group", Some(id)).await?;
        let (path,): (String,) = sqlx::query_as("SELECT path FROM endpoints_group WHERE id = $1")
            .bind(&id)
            .fetch_one(ctx.db().read())
            .await?;
        Ok(Self { id, path })
    }
}
