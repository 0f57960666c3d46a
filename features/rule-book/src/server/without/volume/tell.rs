//! The alarm about somebody who did more than usual.

use serde_json::json;
use yagura_alarms::{About, Cause, Kind};
use yagura_server_kit::{ApiError, Tx};
use yagura_vocabulary::{Severity, StoredEvent, id::EndpointId};

use super::{Measure, measure::of, past::Days};
use crate::unusual::Unusual;

const COPIES: Kind = Kind {
    word: "volume.copies",
    severity: Severity::Low,
    title: ("いつもより多くのファイルが持ち出されました", "More files than usual were copied out"),
};
const DELETIONS: Kind = Kind {
    word: "volume.deletions",
    severity: Severity::Low,
    title: ("いつもより多くのファイルが消されました", "More files than usual were deleted"),
};
const PAGES: Kind = Kind {
    word: "volume.pages",
    severity: Severity::Low,
    title: ("いつもより多く印刷されました", "More than usual was printed"),
};

/// What is said.
pub(super) struct Said<'a> {
    pub(super) whose: &'a str,
    pub(super) measure: Measure,
    pub(super) day: i64,
    pub(super) amount: u64,
    pub(super) unusual: Unusual,
    pub(super) past_days: u32,
    pub(super) endpoint: EndpointId,
    /// The last act of it.
    pub(super) stored: &'a StoredEvent,
}

impl Said<'_> {
    /// One for each person, measure and day.
    pub(super) async fn cause(&self, tx: &mut Tx, days: &Days) -> Result<Cause, ApiError> {
        let Self { whose, measure, day, amount, unusual, past_days, endpoint, stored } = self;
        let name: Option<(String,)> = match stored.person {
            Some(person) => {
                sqlx::query_as("SELECT name FROM people_person WHERE id = $1")
                    .bind(person.to_string())
                    .fetch_optional(tx.on())
                    .await?
            }
            None => None,
        };
        let usual = unusual.usual;
        let account = || stored.event.account.as_ref().map(|account| account.name.clone());
        let (since, until) = (days.begins(*day), days.begins(day + 1));
        let q = format!("{} {} since:{since} until:{until}", of(whose), measure.question());
        let detail = json!({
            "class": "unusual_volume",
            "user": name.map(|(name,)| name).or_else(account),
            "person": stored.person,
            "measure": measure.as_str(),
            "day": Days::date(*day).to_string(),
            "amount": amount,
            "usual": usual,
            "unusual_from": unusual.from,
            "past_days": past_days,
            "occurred_at": stored.event.occurred_at,
            "q": q,
        });
        let kind = match measure {
            Measure::Copies => &COPIES,
            Measure::Deletions => &DELETIONS,
            Measure::Pages => &PAGES,
        };
        let (ja, en) = kind.title;
        let title = (format!("{ja}: {amount} (いつもは {usual})"), format!("{en}: {amount} (usually {usual})"));
        let about = About { id: format!("{whose}/{day}"), title: Some(title) };
        Ok(Cause { kind, endpoint: Some(*endpoint), about: Some(about), detail })
    }
}
