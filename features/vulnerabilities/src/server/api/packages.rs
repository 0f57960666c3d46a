//! The package systems of packages, and the updates of Windows.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::{AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context};
use yagura_versions::Scheme;

use crate::server::windows::RELEASE;

/// Packages of one question.
const AT_ONCE: usize = 500;

/// The package system of each of these.
pub(super) async fn sources(ctx: &Context, packages: &HashSet<i64>) -> Result<HashMap<i64, String>, ApiError> {
    let numbers: Vec<String> = packages.iter().map(i64::to_string).collect();
    let mut found = HashMap::with_capacity(numbers.len());
    for some in numbers.chunks(AT_ONCE) {
        let sql = format!("SELECT number, source FROM assets_package WHERE number IN ({})", some.join(", "));
        let rows: Vec<(i64, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        found.extend(rows);
        let sql = format!("SELECT package FROM vulnerabilities_system WHERE package IN ({})", some.join(", "));
        let rows: Vec<(i64,)> = sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        found.extend(rows.into_iter().map(|(package,)| (package, RELEASE.to_owned())));
    }
    Ok(found)
}

/// An update of Windows that mends a weakness.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Mends {
    weakness: String,
    /// `KB5034123`.
    advisory: String,
    /// The build that has it; empty where it is not told.
    fixed: String,
}

/// What mends each of these that is a Windows.
pub(super) async fn updates(ctx: &Context, packages: &HashSet<i64>) -> Result<HashMap<i64, Vec<Mends>>, ApiError> {
    #[derive(FromRow)]
    struct Row {
        package: i64,
        #[sqlx(flatten)]
        mends: Mends,
    }
    let numbers: Vec<String> = packages.iter().map(i64::to_string).collect();
    let mut found: HashMap<i64, Vec<Mends>> = HashMap::new();
    for some in numbers.chunks(AT_ONCE) {
        let sql = format!(
            "SELECT c.package AS package, c.weakness AS weakness, c.advisory AS advisory, c.fixed AS fixed
             FROM vulnerabilities_claim c JOIN vulnerabilities_system w ON w.package = c.package
             WHERE c.gone_at IS NULL AND c.standing = 'open' AND c.advisory <> '' AND c.package IN ({})",
            some.join(", ")
        );
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        for Row { package, mends } in rows {
            found.entry(package).or_default().push(mends);
        }
    }
    Ok(found)
}

/// The updates that mend what is wanted: the one with the newest build has all that came before in it, and those without a build each for itself.
pub(super) fn needed(mends: &[Mends], is_wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let wanted = || mends.iter().filter(|one| is_wanted(&one.weakness));
    let built = wanted().filter_map(|one| Some((Scheme::Windows.read(&one.fixed).ok()?, &one.advisory)));
    let newest = built.max().map(|(_, kb)| kb.clone());
    let others = wanted().filter(|one| one.fixed.is_empty()).map(|one| one.advisory.clone());
    newest.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_builds_is_enough_and_only_what_is_wanted_counts() {
        let one = |weakness: &str, advisory: &str, fixed: &str| Mends {
            weakness: weakness.to_owned(),
            advisory: advisory.to_owned(),
            fixed: fixed.to_owned(),
        };
        let mends = [
            one("CVE-1", "KB1000001", "10.0.22631.3007"),
            one("CVE-2", "KB1000002", "10.0.22631.3155"),
            one("CVE-3", "KB1000003", ""),
        ];
        let names = |of: &[&str]| of.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(needed(&mends, |_| true), names(&["KB1000002", "KB1000003"]));
        assert_eq!(needed(&mends, |weakness| weakness == "CVE-1"), names(&["KB1000001"]));
        assert_eq!(needed(&[], |_| true), names(&[]));
    }
}
