//! How groups stood day by day, for the trend and for "fixed this week".

use std::collections::HashMap;

use yagura_server_kit::{ApiError, Context};

use super::{counted, minute};
use crate::{
    count::{Filter, View, totals},
    ends::DAY_US,
    finding::Severity,
};

/// Days, and the history of machines, are kept for so long.
const DAYS_KEPT: i64 = 400;

/// What came and what was fixed during one look, by group.
#[derive(Debug, Default)]
pub(super) struct News(HashMap<u32, (i64, i64)>);

impl News {
    pub(super) fn add(&mut self, group: u32, appeared: usize, fixed: usize) {
        if appeared + fixed > 0 {
            let (all_appeared, all_fixed) = self.0.entry(group).or_default();
            *all_appeared += i64::try_from(appeared).unwrap_or(0);
            *all_fixed += i64::try_from(fixed).unwrap_or(0);
        }
    }
}

/// Writes down how each group's own machines stand today.
pub(super) async fn write(ctx: &Context, news: &News) -> Result<(), ApiError> {
    let now = ctx.now();
    let day = now.micros().div_euclid(DAY_US);
    let news = news.0.clone();
    let rows: Vec<(String, [i64; 10])> = counted(ctx, move |counted| {
        let filter = Filter::default();
        let view = View::new(&counted.board, &counted.rules, &filter, minute(now), |_| true);
        let totals = totals(&view);
        let row = |(at, (group, own)): (u32, (&crate::count::Group, &crate::count::GroupTotals))| {
            let (appeared, fixed) = news.get(&at).copied().unwrap_or_default();
            let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let of = |severity: Severity| count(own.severities[severity as usize].findings);
            let numbers = [
                count(own.machines),
                count(own.behind),
                of(Severity::Critical),
                of(Severity::High),
                of(Severity::Medium),
                of(Severity::Low),
                of(Severity::Unknown),
                count(own.overdue()),
                appeared,
                fixed,
            ];
            (own.machines > 0 || appeared + fixed > 0).then(|| (group.id.clone(), numbers))
        };
        (0..).zip(counted.board.groups.iter().zip(&totals.own)).filter_map(row).collect()
    })
    .await?;
    let mut tx = ctx.db().write_relaxed().await?;
    for (group, numbers) in &rows {
        let mut query = sqlx::query(
            "INSERT INTO vulnerabilities_day (day, group_id, machines, behind, critical, high, medium, low, unknown, overdue, appeared,
             fixed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (day, group_id) DO UPDATE SET
             machines = excluded.machines, behind = excluded.behind, critical = excluded.critical, high = excluded.high,
             medium = excluded.medium, low = excluded.low, unknown = excluded.unknown, overdue = excluded.overdue,
             appeared = vulnerabilities_day.appeared + excluded.appeared, fixed = vulnerabilities_day.fixed + excluded.fixed",
        )
        .bind(day)
        .bind(group);
        for number in numbers {
            query = query.bind(*number);
        }
        query.execute(tx.on()).await?;
    }
    sqlx::query("DELETE FROM vulnerabilities_day WHERE day < $1").bind(day - DAYS_KEPT).execute(tx.on()).await?;
    sqlx::query("DELETE FROM vulnerabilities_history WHERE at < $1")
        .bind((day - DAYS_KEPT) * DAY_US)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}
