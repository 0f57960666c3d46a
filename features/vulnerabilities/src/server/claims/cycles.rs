//! Which programs' releases have ended: by a day that passed, or by what a feed says now.

use std::collections::BTreeMap;

use yagura_server_kit::{ApiError, Context};

use crate::{
    ends::DAY_US,
    programs::{Ends, products},
    server::ends,
};

/// Ends of programs, and the day on which they are asked for.
pub(super) async fn now(ctx: &Context) -> Result<(Ends, i64), ApiError> {
    let products: Vec<&str> = products().into_iter().collect();
    Ok((ends::days(ctx, &products).await?, ctx.now().micros().div_euclid(DAY_US)))
}

/// Marks programs as to be judged of whose cycles something else holds than when they were.
pub(super) async fn mark(ctx: &Context) -> Result<(), ApiError> {
    let (ends, today) = now(ctx).await?;
    let now: BTreeMap<(String, String), i64> =
        ends.into_iter().map(|(key, last)| (key, i64::from(last.is_some_and(|day| day < today)))).collect();
    let before: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT product, cycle, ended FROM vulnerabilities_cycle").fetch_all(ctx.db().read()).await?;
    let before: BTreeMap<(String, String), i64> =
        before.into_iter().map(|(product, cycle, ended)| ((product, cycle), ended)).collect();
    if now == before {
        return Ok(());
    }
    let mut tx = ctx.db().write_relaxed().await?;
    let keys = now.keys().chain(before.keys().filter(|key| !now.contains_key(key)));
    for key @ (product, cycle) in keys.filter(|key| now.get(key) != before.get(key)) {
        match now.get(key) {
            Some(ended) => {
                sqlx::query(
                    "INSERT INTO vulnerabilities_cycle (product, cycle, ended) VALUES ($1, $2, $3)
                     ON CONFLICT (product, cycle) DO UPDATE SET ended = excluded.ended",
                )
                .bind(product)
                .bind(cycle)
                .bind(*ended)
                .execute(tx.on())
                .await?;
            }
            None => {
                sqlx::query("DELETE FROM vulnerabilities_cycle WHERE product = $1 AND cycle = $2")
                    .bind(product)
                    .bind(cycle)
                    .execute(tx.on())
                    .await?;
            }
        }
        super::due::again(tx.on(), "other:end", &format!("{product}:{cycle}")).await?;
    }
    Ok(tx.commit().await?)
}
