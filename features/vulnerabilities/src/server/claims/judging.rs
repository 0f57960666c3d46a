//! Judging some packages that are to be judged.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use sqlx::{AssertSqlSafe, FromRow};
use yagura_advisories::{Format, Statement};
use yagura_server_kit::{ApiError, Context};

use super::{Judged, write};
use crate::{
    judge::{Installed, Name, Supersedence, Told, Verdict, ended, judge, names},
    programs::Ends,
    release::Release,
    server::feeds::keep::{number_of, places},
};

/// Which edition of the rules this is: what another one judged is judged again.
pub(super) static EDITION: LazyLock<i64> = LazyLock::new(|| {
    number_of(&[
        env!("CARGO_PKG_VERSION"),
        RULES,
        include_str!("../../../data/cpe.txt"),
        include_str!("../../../data/remote.txt"),
        include_str!("../../../data/programs.txt"),
    ])
});
/// To be raised by whoever changes how is judged.
const RULES: &str = "2";
/// Judged before the product was known.
pub(super) const PROVISIONAL: i64 = -1;
/// Packages that are judged at once.
pub(super) const AT_ONCE: usize = 150;

#[derive(Debug, FromRow)]
struct Row {
    number: i64,
    release: String,
    name: String,
    version: String,
    source: String,
    architecture: String,
    publisher: String,
    built_name: String,
    built_version: String,
    vendor: Option<String>,
    product: Option<String>,
    /// Of Windows, as JSON.
    updates: Option<String>,
}

/// A package of a release, judged.
pub(super) struct Pair {
    pub package: i64,
    pub release: String,
    pub built_name: String,
    /// The edition that it is judged by now.
    pub edition: i64,
    pub names: Vec<Name>,
    pub verdicts: Vec<Verdict>,
}

struct Subject {
    package: i64,
    release: String,
    edition: i64,
    installed: Installed,
    names: Vec<Name>,
}

/// A package and its release.
pub(super) type Key = (i64, String);

/// Which there are: packages of the ledger, appliances, builds of Windows.
const OF: &str = "FROM vulnerabilities_judged j
     LEFT JOIN assets_package p ON p.number = j.package
     LEFT JOIN vulnerabilities_system w ON w.package = j.package
     LEFT JOIN (SELECT package, MAX(product) AS product, MAX(version) AS version FROM vulnerabilities_appliance
     GROUP BY package) d ON d.package = j.package";
const IS_DUE: &str = "j.edition <> $1 AND j.edition <> $2 AND COALESCE(p.number, d.package, w.package) IS NOT NULL";

/// All that is to be judged now; packages that were built together stand together, because the same is said of them.
pub(super) async fn due(ctx: &Context) -> Result<Vec<Key>, ApiError> {
    let sql = format!(
        "SELECT j.package AS package, j.release AS release {OF} WHERE {IS_DUE} ORDER BY COALESCE(p.built_name, ''), j.package"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(*EDITION).bind(PROVISIONAL).fetch_all(ctx.db().read()).await?)
}

/// Judges some of them; says how many there were.
pub(super) async fn some(ctx: &Context, keys: &[Key], ends: &Arc<(Ends, i64)>) -> Result<Judged, ApiError> {
    let subjects = subjects(ctx, keys).await?;
    let wanted: BTreeSet<Name> = subjects.iter().flat_map(|one| one.names.clone()).collect();
    let said = statements(ctx, &wanted).await?;
    let by = By { supersedence: supersedence(ctx, &subjects).await?, ends: Arc::clone(ends) };
    // Thousands of comparisons: too long for a thread that answers others.
    let judged = tokio::task::spawn_blocking(move || all(subjects, &said, &by));
    let pairs = judged.await.map_err(|error| ApiError::unavailable(&error))?;
    let changed = write::write(ctx, &pairs).await?;
    Ok(Judged { packages: pairs.len(), changed })
}

async fn subjects(ctx: &Context, keys: &[Key]) -> Result<Vec<Subject>, ApiError> {
    let wanted: BTreeSet<(i64, &str)> = keys.iter().map(|(package, release)| (*package, release.as_str())).collect();
    let packages: BTreeSet<i64> = keys.iter().map(|(package, _)| *package).collect();
    let sql = format!(
        "SELECT j.package AS number, j.release AS release, COALESCE(p.name, d.product, w.product) AS name,
         COALESCE(p.version, d.version, w.version) AS version,
         CASE WHEN p.number IS NOT NULL THEN p.source WHEN w.package IS NOT NULL THEN 'system' ELSE 'appliance' END AS source,
         COALESCE(p.architecture, '') AS architecture, COALESCE(p.publisher, '') AS publisher,
         COALESCE(p.built_name, '') AS built_name, COALESCE(p.built_version, '') AS built_version,
         pr.vendor AS vendor, pr.name AS product, w.updates AS updates
         {OF}
         LEFT JOIN licences_package l ON l.package = j.package
         LEFT JOIN licences_product pr ON pr.number = l.product
         WHERE {IS_DUE} AND j.package IN ({})",
        places(3, packages.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(*EDITION).bind(PROVISIONAL);
    for package in packages {
        query = query.bind(package);
    }
    let rows: Vec<Row> = query.fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().filter(|row| wanted.contains(&(row.number, row.release.as_str()))).map(subject).collect())
}

fn subject(row: Row) -> Subject {
    let built_from = (!row.built_name.is_empty()).then_some((row.built_name, row.built_version));
    let product = row.vendor.zip(row.product);
    // Packages of distributions are judged without it, and appliances are products themselves.
    let is_known = product.is_some() || matches!(row.source.as_str(), "dpkg" | "rpm" | "appliance" | "system");
    let installed = Installed {
        name: row.name,
        version: row.version,
        built_from,
        system: match row.source.as_str() {
            "system" => "windows".to_owned(),
            // Some agents call programs so that others read in the registry.
            "windows" => "registry".to_owned(),
            _ => row.source,
        },
        architecture: row.architecture,
        publisher: row.publisher,
        product,
        updates: row.updates.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    };
    let names = names(&installed, Release::parse(&row.release).as_ref());
    let edition = if is_known { *EDITION } else { PROVISIONAL };
    Subject { package: row.number, release: row.release, edition, installed, names }
}

/// What is said under a name: feed, format, statement.
type Said = HashMap<Name, Vec<(String, u8, String)>>;

async fn statements(ctx: &Context, wanted: &BTreeSet<Name>) -> Result<Said, ApiError> {
    let mut by_ecosystem: BTreeMap<String, Vec<&Name>> = BTreeMap::new();
    for name in wanted {
        by_ecosystem.entry(name.ecosystem.to_string()).or_default().push(name);
    }
    let mut said = Said::new();
    for (ecosystem, names) in by_ecosystem {
        let sql = format!(
            "SELECT s.package AS package, s.feed AS feed, f.format AS format, s.body AS body FROM vulnerabilities_statement s
             JOIN vulnerabilities_feed f ON f.id = s.feed AND f.removed = 0
             LEFT JOIN vulnerabilities_weakness w ON w.id = s.weakness
             WHERE s.ecosystem = $1 AND s.package IN ({}) AND COALESCE(w.rejected, 0) = 0",
            places(2, names.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(ecosystem);
        for name in &names {
            query = query.bind(name.package.clone());
        }
        let rows: Vec<(String, String, String, String)> = query.fetch_all(ctx.db().read()).await?;
        let Some(first) = names.first() else { continue };
        for (package, feed, format, body) in rows {
            let name = Name { ecosystem: first.ecosystem.clone(), package };
            said.entry(name).or_default().push((feed, distance(&format), body));
        }
    }
    Ok(said)
}

/// How close a feed is to whom it speaks for.
fn distance(format: &str) -> u8 {
    match Format::parse(format) {
        Some(Format::Osv) => 1,
        Some(Format::Nvd | Format::JvnRss) | None => 2,
        Some(_) => 0,
    }
}

/// By what is judged besides statements.
struct By {
    supersedence: Supersedence,
    /// Ends of programs, and today.
    ends: Arc<(Ends, i64)>,
}

/// Which updates take the place of which, by all feeds; nothing where no Windows is judged.
async fn supersedence(ctx: &Context, subjects: &[Subject]) -> Result<Supersedence, ApiError> {
    let mut supersedence = Supersedence::new();
    if subjects.iter().all(|one| one.installed.updates.is_empty()) {
        return Ok(supersedence);
    }
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT DISTINCT u.kb, u.supersedes FROM vulnerabilities_update u
         JOIN vulnerabilities_feed f ON f.id = u.feed AND f.removed = 0",
    )
    .fetch_all(ctx.db().read())
    .await?;
    for (kb, others) in rows {
        let others: Vec<String> = serde_json::from_str(&others).unwrap_or_default();
        supersedence.entry(kb).or_default().extend(others);
    }
    Ok(supersedence)
}

fn all(subjects: Vec<Subject>, said: &Said, by: &By) -> Vec<Pair> {
    let read = |(feed, distance, body): &(String, u8, String)| {
        // What another version wrote and this one cannot read says nothing.
        Some((feed.clone(), *distance, serde_json::from_str::<Statement>(body).ok()?))
    };
    let said: HashMap<&Name, Vec<(String, u8, Statement)>> =
        said.iter().map(|(name, rows)| (name, rows.iter().filter_map(read).collect())).collect();
    let one = |subject: Subject| {
        let told = subject.names.iter().filter_map(|name| said.get(name)).flatten();
        let told: Vec<Told<'_>> =
            told.map(|(feed, distance, statement)| Told { feed, distance: *distance, statement }).collect();
        let release = Release::parse(&subject.release);
        let mut verdicts = judge(&subject.installed, release.as_ref(), &told, &by.supersedence);
        verdicts.extend(ended(&subject.installed, &by.ends.0, by.ends.1));
        let built_name = subject.installed.built_from.map(|(name, _)| name).unwrap_or_default();
        let (package, release, edition, names) = (subject.package, subject.release, subject.edition, subject.names);
        Pair { package, release, built_name, edition, names, verdicts }
    };
    subjects.into_iter().map(one).collect()
}
