//! Which findings somebody means: the same words in the address of every list, so that a count leads to exactly its rows.

use std::collections::HashSet;

use serde::Deserialize;
use sqlx::AssertSqlSafe;
use utoipa::IntoParams;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, Caller, Context};

use crate::{
    claim::{Evidence, Part},
    count::{Filter, Group, View, Which},
    finding::Severity,
    server::board::{Counted, minute, ready},
};

/// Which findings.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingFilter {
    /// Id of a group; its subgroups count too.
    pub group: Option<String>,
    /// `critical`, `high`, `medium`, `low`, `unknown`; several between commas.
    pub severity: Option<String>,
    /// Of this part.
    #[param(inline, value_type = Option<Part>)]
    pub part: Option<String>,
    /// Only what is known to be exploited, or critical and likely to be.
    pub emergency: Option<bool>,
    /// Only what should have been mended by now.
    pub overdue: Option<bool>,
    /// `open` (what makes a machine red; the usual), `no_fix`, `will_not_fix`, `excepted`, `all`.
    pub standing: Option<String>,
    /// `computer`, `server`, `network`.
    pub kind: Option<String>,
    /// That is known in this way.
    #[param(inline, value_type = Option<Evidence>)]
    pub evidence: Option<String>,
    /// Part of the id, the title or what is weak.
    pub q: Option<String>,
    /// Of this weakness.
    pub weakness: Option<String>,
    /// Of what is called exactly this.
    pub subject: Option<String>,
    /// Of this machine: the asset's id or the endpoint's.
    pub asset: Option<String>,
}

/// A filter that was read, and whose machines its asker may see.
pub(in crate::server) struct Asked {
    pub filter: Filter,
    groups: Option<HashSet<String>>,
    now: u32,
}

impl FindingFilter {
    /// Reads it for `caller`.
    pub(in crate::server) async fn read(&self, ctx: &Context, caller: &Caller) -> Result<Asked, ApiError> {
        ready(ctx).await?;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let severity = |word: &str| {
            let unknown = || ApiError::invalid("?severity", "unknown", "one of critical, high, medium, low, unknown");
            Severity::parse(word).ok_or_else(unknown)
        };
        let severities = self.severity.as_deref().unwrap_or_default();
        let mut filter = Filter {
            group: None,
            kind: text(&self.kind),
            machine: text(&self.asset),
            severities: severities
                .split(',')
                .filter(|word| !word.is_empty())
                .map(severity)
                .collect::<Result<_, _>>()?,
            part: word("?part", self.part.as_deref(), &PARTS, Part::as_str)?,
            emergency: self.emergency.unwrap_or(false),
            overdue: self.overdue.unwrap_or(false),
            which: word("?standing", self.standing.as_deref(), &STANDINGS, which_word)?.unwrap_or_default(),
            evidence: word("?evidence", self.evidence.as_deref(), &EVIDENCES, Evidence::as_str)?,
            words: text(&self.q).trim().to_lowercase(),
            weakness: text(&self.weakness),
            subject: text(&self.subject),
        };
        let groups = groups(ctx, caller).await?;
        if let Some(id) = self.group.as_deref().filter(|id| !id.is_empty()) {
            let counted = ctx.part::<crate::server::board::Store>().read();
            let at = counted.board.groups.iter().position(|group| group.id == id);
            let unknown = || ApiError::invalid("?group", "unknown", "there is no such fixed group");
            filter.group = Some(at.and_then(|at| u32::try_from(at).ok()).ok_or_else(unknown)?);
        }
        Ok(Asked { filter, groups, now: minute(ctx.now()) })
    }
}

const PARTS: [Part; 4] = [Part::Os, Part::Patches, Part::ThirdParty, Part::Remote];
const EVIDENCES: [Evidence; 4] = [Evidence::Updater, Evidence::Vendor, Evidence::Database, Evidence::Guess];
const STANDINGS: [Which; 5] = [Which::Open, Which::NoFix, Which::WillNotFix, Which::Excepted, Which::All];

const fn which_word(which: Which) -> &'static str {
    match which {
        Which::Open => "open",
        Which::NoFix => "no_fix",
        Which::WillNotFix => "will_not_fix",
        Which::Excepted => "excepted",
        Which::All => "all",
    }
}

/// The one of `all` that the query's word names.
fn word<T: Copy>(
    pointer: &str,
    word: Option<&str>,
    all: &[T],
    of: impl Fn(T) -> &'static str,
) -> Result<Option<T>, ApiError> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(None) };
    let found = all.iter().copied().find(|one| of(*one) == word);
    let known = || all.iter().map(|one| of(*one)).collect::<Vec<_>>().join(", ");
    found.map(Some).ok_or_else(|| ApiError::invalid(pointer, "unknown", format!("one of {}", known())))
}

/// The groups that somebody who is limited may see; `None` for all.
pub(in crate::server) async fn groups(ctx: &Context, caller: &Caller) -> Result<Option<HashSet<String>>, ApiError> {
    if caller.limit().is_empty() {
        return Ok(None);
    }
    let sql = format!("SELECT seen.id FROM endpoints_group seen WHERE {}", visible("seen.id", 1));
    let rows: Vec<(String,)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(caller.limit()).fetch_all(ctx.db().read()).await?;
    Ok(Some(rows.into_iter().map(|(id,)| id).collect()))
}

impl Asked {
    /// The board as the asker sees it.
    pub(in crate::server) fn view<'a>(&'a self, counted: &'a Counted) -> View<'a> {
        let sees = |group: &Group| self.groups.as_ref().is_none_or(|groups| groups.contains(&group.id));
        View::new(&counted.board, &counted.rules, &self.filter, self.now, sees)
    }
}
