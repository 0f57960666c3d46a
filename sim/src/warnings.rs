//! What the channel complains about: counted, so that a run says what went wrong.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

/// So many different complaints are told apart.
const MOST: usize = 100;
/// A complaint is told apart by so many of its characters.
const LENGTH: usize = 240;

/// The complaints so far. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warnings(Arc<Mutex<BTreeMap<String, u64>>>);

/// Begins to listen. Called once.
pub(crate) fn listen() -> Warnings {
    let warnings = Warnings::default();
    let subscriber = tracing_subscriber::registry().with(warnings.clone());
    // A second subscriber could only be one that somebody else set first; then there is nothing to count.
    let _ = tracing::subscriber::set_global_default(subscriber);
    warnings
}

impl Warnings {
    /// Notes a complaint.
    pub(crate) fn note(&self, mut text: String) {
        if let Some((end, _)) = text.char_indices().nth(LENGTH) {
            text.truncate(end);
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST && !seen.contains_key(&text) {
            "(others)".clone_into(&mut text);
        }
        *seen.entry(text).or_default() += 1;
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// The complaints and how often each came, the most frequent first.
    pub(crate) fn list(&self) -> Vec<(u64, String)> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = seen.iter().map(|(text, count)| (*count, text.clone())).collect();
        list.sort_by(|a, b| b.cmp(a));
        list
    }
}

impl<S: Subscriber> Layer<S> for Warnings {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() <= Level::WARN {
            let mut text = Text::default();
            event.record(&mut text);
            self.note(format!("{}{}", text.message, text.why));
        }
    }
}

#[derive(Default)]
struct Text {
    message: String,
    why: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing to a string cannot fail. The other fields name one endpoint or time, and would tell equal things apart.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            "trouble" | "error" | "detail" => write!(self.why, ": {value:?}"),
            _ => Ok(()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_complaints_are_counted_together() {
        let warnings = Warnings::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(warnings.clone()), || {
            for endpoint in 0..3 {
                tracing::warn!(endpoint, error = "busy", "not sent");
            }
            tracing::info!("welcomed");
        });
        assert_eq!(warnings.list(), [(3, "not sent: \"busy\"".to_owned())]);
    }
}
