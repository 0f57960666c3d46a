//! Until when releases are looked after: what feeds say goes before what is built in.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context};

use super::feeds::keep::places;
use crate::ends::{Said, built_in};

/// Last days by product and cycle, counted from 1970; none where a feed knows of no end.
pub(super) type Days = BTreeMap<(String, String), Option<i64>>;

#[derive(Debug, FromRow)]
struct Row {
    product: String,
    release: String,
    security_until: Option<i64>,
    extended_until: Option<i64>,
    ended: i64,
}

/// The last days of these products. Of several feeds the organisation's own goes before one that every server has.
pub(super) async fn days(ctx: &Context, products: &[&str]) -> Result<Days, ApiError> {
    if products.is_empty() {
        return Ok(Days::new());
    }
    let known = built_in().into_iter().filter(|(product, ..)| products.contains(&product.as_str()));
    let known: BTreeMap<(String, String), i64> = known.map(|(product, cycle, day)| ((product, cycle), day)).collect();
    let sql = format!(
        "SELECT LOWER(s.product) AS product, LOWER(s.release) AS release, s.security_until AS security_until,
         s.extended_until AS extended_until, s.ended AS ended FROM vulnerabilities_support s
         JOIN vulnerabilities_feed f ON f.id = s.feed AND f.removed = 0 WHERE LOWER(s.product) IN ({})
         ORDER BY f.built_in DESC, s.feed, s.number",
        places(1, products.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for product in products {
        query = query.bind((*product).to_owned());
    }
    let rows: Vec<Row> = query.fetch_all(ctx.db().read()).await?;
    let mut days: Days = known.iter().map(|(key, day)| (key.clone(), Some(*day))).collect();
    for Row { product, release, security_until, extended_until, ended } in rows {
        let said = Said { security_until, extended_until, ended: ended != 0 };
        let key = (product, release);
        let last = said.last_day(&key.0, known.get(&key).copied());
        days.insert(key, last);
    }
    Ok(days)
}
