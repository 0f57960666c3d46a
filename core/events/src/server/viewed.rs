//! Reading people's logs is itself logged: who, and what was asked for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use yagura_server_kit::{ApiError, Audit, Caller, Change, Context, Object};
use yagura_vocabulary::Time;

use super::cases::reason;

/// The same question by the same person is written down once in this time: a page that refreshes itself asks it often.
const ONCE_IN: Duration = Duration::from_secs(15 * 60);

/// Who asked what lately.
#[derive(Default)]
pub(super) struct Viewed(Mutex<HashMap<String, Time>>);

/// Writes down that `caller` looked, and why, if they have said so; refuses to go on where they have not and must.
///
/// # Errors
/// `purpose_required`, or the database is away.
pub async fn note(ctx: &Context, caller: &Caller, question: &Value) -> Result<(), ApiError> {
    let reason = reason(ctx, caller).await?;
    let why = reason.as_ref().map_or("", |reason| reason.case.as_deref().unwrap_or(&reason.purpose));
    let key = format!("{} {why} {question}", caller.who.id());
    {
        let mut viewed = ctx.part::<Viewed>().0.lock().unwrap_or_else(PoisonError::into_inner);
        viewed.retain(|_, at| ctx.now().since(*at) < ONCE_IN);
        if viewed.contains_key(&key) {
            return Ok(());
        }
        viewed.insert(key, ctx.now());
    }
    let change = Change::begin(ctx, caller, "events.view").await?;
    let (purpose, case) = reason.map(|reason| (reason.purpose, reason.case)).unzip();
    let mut question = question.clone();
    if let (Some(case), Some(question)) = (case.flatten(), question.as_object_mut()) {
        question.insert("case".to_owned(), Value::String(case));
    }
    change.commit(Audit::created(Object::new("events", &"", "search"), &question).because(purpose)).await
}
