//! `GET /api/v1/vulnerabilities/weaknesses/{id}`: one weakness, why it matters, and what is weak by it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Path, error::Problem};
use yagura_vocabulary::Time;

use super::{filter::FindingFilter, told, weaknesses::WeaknessHead};
use crate::{
    claim::{Evidence, Part, Standing},
    count::{View, weaknesses},
    finding::Severity,
    server::board::counted,
};

/// A weakness with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeaknessDetail {
    #[serde(flatten)]
    head: WeaknessHead,
    summary_ja: String,
    summary_en: String,
    /// CVSS, as it is written.
    vector: String,
    /// Kinds of weakness, with commas between them: `CWE-787`.
    cwe: String,
    references: Vec<String>,
    published_at: Option<Time>,
    /// Rejected by whoever numbered it.
    rejected: bool,
    /// Under which names it goes on.
    replaced_by: Vec<String>,
    subjects: Vec<WeakSubject>,
    /// What each feed says of it.
    told: Vec<WeaknessTold>,
}

/// Something that is weak.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
struct WeakSubject {
    subject: String,
    /// `debian:12`; empty where the release makes no difference.
    release: String,
    installed: String,
    /// Empty where there is none.
    fixed: String,
    #[schema(value_type = Standing)]
    standing: String,
    #[schema(value_type = Evidence)]
    evidence: String,
    feed: String,
    advisory: String,
    /// On so many machines.
    machines: u64,
}

/// What a feed says.
#[derive(Debug, Serialize, ToSchema)]
struct WeaknessTold {
    feed: String,
    severity: Option<Severity>,
    score: Option<f64>,
    at: Option<Time>,
}

#[derive(Debug, FromRow)]
struct Row {
    title_ja: String,
    title_en: String,
    summary_ja: String,
    summary_en: String,
    severity: i64,
    score: f64,
    vector: String,
    cwe: String,
    refs: String,
    published_at: Option<i64>,
    rejected: i64,
    replaced_by: String,
    exploited_at: Option<i64>,
    due_at: Option<i64>,
    ransomware: i64,
    epss: Option<f64>,
    told: String,
    changed_at: i64,
}

/// Show a weakness
#[utoipa::path(get, path = "/api/v1/vulnerabilities/weaknesses/{id}", tag = "vulnerabilities", params(("id" = String, Path)),
    responses((status = 200, body = WeaknessDetail), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<WeaknessDetail>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT title_ja, title_en, summary_ja, summary_en, severity, score, vector, cwe, refs, published_at, rejected, replaced_by,
         exploited_at, due_at, ransomware, epss, told, changed_at FROM vulnerabilities_weakness WHERE id = $1",
    )
    .bind(&id)
    .fetch_optional(ctx.db().read())
    .await?;
    // Whatever stands there, of those who have it and see it excepted ones too.
    let filter =
        FindingFilter { weakness: Some(id.clone()), standing: Some("all".to_owned()), ..FindingFilter::default() };
    let asked = filter.read(&ctx, &caller).await?;
    let claims = told::of_weakness(&ctx, &id).await?;
    let (head, subjects) = counted(&ctx, move |counted| {
        let view = asked.view(counted);
        let found = weaknesses(&view);
        (found.first().map(|one| WeaknessHead::new(&counted.board, one)), subjects(&view, claims))
    })
    .await?;
    let head = match (head, &row) {
        (Some(head), _) => head,
        (None, Some(row)) => nobody(&id, row),
        (None, None) => return Err(ApiError::not_found("weakness")),
    };
    let fixed = told::fixed(&ctx, &[&id]).await?.remove(&id).unwrap_or_default();
    let head = WeaknessHead { fixed, ..head };
    Ok(Json(detail(head, row, subjects)))
}

fn detail(head: WeaknessHead, row: Option<Row>, subjects: Vec<WeakSubject>) -> WeaknessDetail {
    let Some(row) = row else {
        return WeaknessDetail {
            head,
            summary_ja: String::new(),
            summary_en: String::new(),
            vector: String::new(),
            cwe: String::new(),
            references: Vec::new(),
            published_at: None,
            rejected: false,
            replaced_by: Vec::new(),
            subjects,
            told: Vec::new(),
        };
    };
    WeaknessDetail {
        head,
        told: told_by(&row.told, row.changed_at),
        summary_ja: row.summary_ja,
        summary_en: row.summary_en,
        vector: row.vector,
        cwe: list(&row.cwe).join(", "),
        references: list(&row.refs),
        published_at: row.published_at.map(Time::from_micros),
        rejected: row.rejected != 0,
        replaced_by: list(&row.replaced_by),
        subjects,
    }
}

/// A weakness that nobody has.
fn nobody(id: &str, row: &Row) -> WeaknessHead {
    WeaknessHead {
        id: id.to_owned(),
        title_ja: row.title_ja.clone(),
        title_en: row.title_en.clone(),
        severity: Severity::from_number(row.severity),
        score: row.score,
        exploited_at: row.exploited_at.map(Time::from_micros),
        due_at: row.due_at.map(Time::from_micros),
        ransomware: row.ransomware != 0,
        epss: row.epss,
        part: Part::ThirdParty,
        machines: 0,
        overdue: 0,
        since: Time::from_micros(row.published_at.unwrap_or(row.changed_at)),
        standing: Standing::Open,
        fixed: String::new(),
        evidence: Evidence::Database,
    }
}

/// What is weak, and on how many machines, each once however many packages it is in.
fn subjects(view: &View<'_>, claims: Vec<told::Told>) -> Vec<WeakSubject> {
    let mut all: Vec<WeakSubject> = Vec::new();
    let mut at_of: BTreeMap<WeakSubject, usize> = BTreeMap::new();
    let mut by_unit: HashMap<u32, Vec<usize>> = HashMap::new();
    for claim in claims {
        let unit = view.board.unit(claim.package, &claim.release);
        let subject = WeakSubject {
            subject: claim.subject,
            release: claim.release,
            installed: claim.installed,
            fixed: claim.fixed,
            standing: claim.standing,
            evidence: claim.evidence,
            feed: claim.feed,
            advisory: claim.advisory,
            machines: 0,
        };
        let at = *at_of.entry(subject.clone()).or_insert_with(|| {
            all.push(subject);
            all.len() - 1
        });
        if let Some(unit) = unit {
            by_unit.entry(unit).or_default().push(at);
        }
    }
    for machine in view.machines().filter(|machine| view.findings(machine).next().is_some()) {
        let has: BTreeSet<usize> =
            machine.units.iter().filter_map(|unit| by_unit.get(unit)).flatten().copied().collect();
        has.into_iter().for_each(|at| all[at].machines += 1);
    }
    // What nobody has, or nobody whom the asker sees, says nothing to them.
    all.retain(|one| one.machines > 0);
    all.sort_by(|one, other| other.machines.cmp(&one.machines).then_with(|| one.cmp(other)));
    all
}

/// A list as it is stored: JSON, or words between spaces.
fn list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| text.split_whitespace().map(str::to_owned).collect())
}

fn told_by(told: &str, changed_at: i64) -> Vec<WeaknessTold> {
    let Ok(Value::Object(feeds)) = serde_json::from_str(told) else { return Vec::new() };
    let one = |(feed, said): (String, Value)| {
        let severity = match &said["severity"] {
            Value::String(word) => Severity::parse(word),
            Value::Number(number) => number.as_i64().map(Severity::from_number),
            _ => None,
        };
        let at = said["modified_at"].as_i64().or(said["at"].as_i64()).unwrap_or(changed_at);
        WeaknessTold { feed, severity, score: said["score"].as_f64(), at: Some(Time::from_micros(at)) }
    };
    feeds.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_feeds_told_is_read_in_words_and_in_numbers() {
        let told =
            told_by(r#"{"nvd": {"severity": "high", "score": 8.1, "at": 5}, "kev": {}, "osv": {"severity": 4}}"#, 7);
        let said: Vec<_> = told.iter().map(|one| (one.feed.as_str(), one.severity, one.at.map(Time::micros))).collect();
        let expected = [
            ("kev", None, Some(7)),
            ("nvd", Some(Severity::High), Some(5)),
            ("osv", Some(Severity::Critical), Some(7)),
        ];
        assert_eq!(said, expected);
        assert!(told_by("", 0).is_empty());
    }

    #[test]
    fn lists_are_read_as_json_and_as_words() {
        assert_eq!(list(r#"["https://a", "https://b"]"#), ["https://a", "https://b"]);
        assert_eq!(list("CVE-2026-2 CVE-2026-3"), ["CVE-2026-2", "CVE-2026-3"]);
        assert!(list("").is_empty());
    }
}
