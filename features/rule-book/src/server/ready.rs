//! `GET /api/v1/rule-book/ready`: rules to begin with.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use yagura_rules::ready;
use yagura_server_kit::{ApiError, ApiResult, Json, error::Problem};

/// A text in the two languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadyRuleWords)]
pub(crate) struct Words {
    ja: String,
    en: String,
}

impl From<ready::Words> for Words {
    fn from(ready::Words { ja, en }: ready::Words) -> Self {
        Self { ja, en }
    }
}

/// A rule to begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadyRuleView {
    /// The rule's id.
    id: String,
    name: Words,
    /// What it is good for, and what to think of before it is switched on.
    about: Words,
    /// What the person is told, with placeholders.
    popup: Words,
    /// The rule with its Japanese texts, off, as it goes into the policy `rule_book`.
    #[schema(value_type = Object)]
    ja: Value,
    /// The same with its English texts.
    #[schema(value_type = Object)]
    en: Value,
}

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReadyRulesView {
    items: Vec<ReadyRuleView>,
}

/// List ready rules
#[utoipa::path(get, path = "/api/v1/rule-book/ready", tag = "rule-book",
    responses((status = 200, body = ReadyRulesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn ready_rules() -> ApiResult<Json<ReadyRulesView>> {
    let items = read().map_err(|error| ApiError::unavailable(&error))?;
    Ok(Json(ReadyRulesView { items }))
}

fn read() -> Result<Vec<ReadyRuleView>, serde_json::Error> {
    let view = |ready: ready::Ready| {
        let (ja, en) = (ready.rule("ja")?, ready.rule("en")?);
        Ok(ReadyRuleView {
            id: en.id.clone(),
            name: ready.name.into(),
            about: ready.about.into(),
            popup: ready.popup.into(),
            ja: serde_json::to_value(ja)?,
            en: serde_json::to_value(en)?,
        })
    };
    ready::all()?.into_iter().map(view).collect()
}
