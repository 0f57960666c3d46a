//! How a licence is shown.

use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Caller, Context, Etag, Settings as _};
use yagura_vocabulary::Time;

use crate::server::{
    catalogue::covered,
    watch::{DAY_US, LicenceWatch},
};

/// A purchase, and how it stands together with all others of its product, edition, versions and way of counting.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LicenceView {
    pub id: String,
    /// The product's id.
    pub product: String,
    pub product_name: String,
    pub vendor: String,
    /// Only this edition; empty for any.
    pub edition: String,
    pub version_from: String,
    pub version_to: String,
    /// `device`, `user`, `site`.
    pub counted_by: String,
    /// How many this purchase has.
    pub amount: u64,
    /// How many all purchases like it have that are in force.
    pub bought: u64,
    /// How many of those are taken; of the machines that the caller may see, where `visible_only`.
    pub used: u64,
    /// On so many machines among them the product was not used for 90 days.
    pub unused: u64,
    /// Of so many machines among them nobody can say.
    pub unknown: u64,
    /// `over`, `ended`, `not_begun`, `ending`, `enough`; empty where `visible_only`, as one part of the machines cannot say.
    pub state: String,
    /// Whether the caller sees only some machines.
    pub visible_only: bool,
    /// Whether something changed and is counted just now.
    pub counting: bool,
    pub contract: String,
    pub seller: String,
    pub price: String,
    pub document: String,
    pub upgrade: String,
    pub note: String,
    pub from_at: Option<Time>,
    pub until_at: Option<Time>,
    pub etag: String,
}

#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub id: String,
    pub product: i64,
    pub product_name: String,
    vendor: String,
    edition: String,
    version_from: String,
    version_to: String,
    counted_by: String,
    amount: i64,
    bought: i64,
    used: i64,
    unused: i64,
    unknown: i64,
    state: String,
    stale: i64,
    contract: String,
    seller: String,
    price: String,
    document: String,
    upgrade: String,
    note: String,
    from_at: Option<i64>,
    until_at: Option<i64>,
    pub version: i64,
}

/// Licences with their state, as a table to choose from; `$1` is the present, `$2` until when an end is near.
pub(super) const SHOWN: &str = "(SELECT c.id AS id, c.product AS product, p.name AS product_name, p.folded AS folded,
     p.vendor AS vendor, c.edition AS edition, c.version_from AS version_from, c.version_to AS version_to,
     c.counted_by AS counted_by, c.amount AS amount, c.bought AS bought, c.used AS used, c.unused AS unused,
     c.unknown AS unknown, CASE WHEN c.until_at <= $1 THEN 'ended' WHEN c.counted_by <> 'site' AND c.used > c.bought THEN 'over'
     WHEN c.from_at > $1 THEN 'not_begun' WHEN c.until_at < $2 THEN 'ending' ELSE 'enough' END AS state,
     p.stale AS stale, c.contract AS contract, c.seller AS seller, c.price AS price, c.document AS document,
     c.upgrade AS upgrade, c.note AS note, c.from_at AS from_at, c.until_at AS until_at, c.version AS version
     FROM licences_licence c JOIN licences_product p ON p.number = c.product) shown";

/// The columns of [`Row`].
pub(super) const COLUMNS: &str =
    "id, product, product_name, vendor, edition, version_from, version_to, counted_by, amount, bought, used,
     unused, unknown, state, stale, contract, seller, price, document, upgrade, note, from_at, until_at, version";

/// The present, and until when an end is near.
pub(super) async fn ends(ctx: &Context) -> Result<(i64, i64), ApiError> {
    let wanted = LicenceWatch::in_force(&mut *ctx.db().read().acquire().await?).await?;
    let now = ctx.now().micros();
    Ok((now, now.saturating_add(i64::try_from(wanted.ending_days).unwrap_or(0) * DAY_US)))
}

/// The row of a licence.
pub(super) async fn find(ctx: &Context, id: &str) -> Result<Row, ApiError> {
    let (now, near) = ends(ctx).await?;
    let sql = format!("SELECT {COLUMNS} FROM {SHOWN} WHERE id = $3");
    let row: Option<Row> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(now).bind(near).bind(id).fetch_optional(ctx.db().read()).await?;
    row.ok_or_else(|| ApiError::not_found("licence"))
}

impl LicenceView {
    /// Shows a licence; what somebody with a limit may see of it is counted at once.
    pub(super) async fn new(ctx: &Context, caller: &Caller, row: Row) -> Result<Self, ApiError> {
        let mut view = Self {
            id: row.id,
            product: row.product.to_string(),
            product_name: row.product_name,
            vendor: row.vendor,
            edition: row.edition,
            version_from: row.version_from,
            version_to: row.version_to,
            counted_by: row.counted_by,
            amount: row.amount.unsigned_abs(),
            bought: row.bought.unsigned_abs(),
            used: row.used.unsigned_abs(),
            unused: row.unused.unsigned_abs(),
            unknown: row.unknown.unsigned_abs(),
            state: row.state,
            visible_only: caller.limited,
            counting: row.stale != 0,
            contract: row.contract,
            seller: row.seller,
            price: row.price,
            document: row.document,
            upgrade: row.upgrade,
            note: row.note,
            from_at: row.from_at.map(Time::from_micros),
            until_at: row.until_at.map(Time::from_micros),
            etag: Etag(row.version).to_string(),
        };
        if caller.limited {
            let all = covered(ctx, row.product, &caller.limit()).await?;
            let own = all.into_iter().find(|(id, _)| *id == view.id).map(|(_, covered)| covered).unwrap_or_default();
            (view.used, view.unused, view.unknown) = (own.tally.used, own.tally.unused, own.tally.unknown);
            view.state = String::new();
        }
        Ok(view)
    }
}
