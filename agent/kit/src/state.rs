//! How things are now, by section; the latest value wins.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use tokio::sync::watch;

/// One section of the endpoint's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Rises by one with each change, from 1 at the start of the agent.
    pub version: u64,
    /// The value.
    pub value: Arc<Value>,
}

/// The other end: all sections, and a wake-up when one changes.
pub type StateReceiver = watch::Receiver<BTreeMap<String, Section>>;

/// Where a feature puts how things are.
#[derive(Debug, Clone)]
pub struct StateSink(Arc<watch::Sender<BTreeMap<String, Section>>>);

impl Default for StateSink {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(BTreeMap::new())))
    }
}

impl StateSink {
    /// Replaces a section. An equal value changes nothing and wakes nobody.
    pub fn put(&self, section: &str, value: Value) {
        self.0.send_if_modified(|sections| match sections.get_mut(section) {
            Some(old) if *old.value == value => false,
            Some(old) => {
                *old = Section { version: old.version + 1, value: Arc::new(value) };
                true
            }
            None => {
                sections.insert(section.to_owned(), Section { version: 1, value: Arc::new(value) });
                true
            }
        });
    }

    pub(crate) fn receiver(&self) -> StateReceiver {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_value_wins_and_equal_ones_are_quiet() {
        let sink = StateSink::default();
        let mut receiver = sink.receiver();
        sink.put("assets", json!({"a": 1}));
        assert!(receiver.has_changed().unwrap());
        receiver.mark_unchanged();
        sink.put("assets", json!({"a": 1}));
        assert!(!receiver.has_changed().unwrap());
        sink.put("assets", json!({"a": 2}));
        sink.put("health", json!(null));
        let sections = receiver.borrow_and_update();
        assert_eq!(sections["assets"], Section { version: 2, value: Arc::new(json!({"a": 2})) });
        assert_eq!(sections["health"].version, 1);
    }
}
