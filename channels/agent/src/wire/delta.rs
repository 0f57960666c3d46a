//! What changed between two JSON values, small enough to send every hour.
//!
//! Like a JSON merge patch (RFC 7396), but exact: lists are patched where they differ instead of sent whole, and null
//! is a value like any other. `apply(diff(a, b), a) == b` for all values. A section of the state is sent so to servers
//! that say that they understand it ([`super::state::Taken::deltas`]).

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delta {
    /// It is now this.
    Set(Value),
    /// It is still an object, with these members changed, added or taken away.
    Object {
        /// Changes, by name.
        #[serde(default, skip_serializing_if = "Map::is_empty", rename = "new")]
        added: Map<String, Value>,
        /// Changes inside members that stay.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<(String, Delta)>,
        /// Members that are gone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<String>,
    },
    /// It is still a list, with these pieces replaced; in order, without overlap, places counted in the old list.
    List(Vec<Hunk>),
}

/// A piece of a list that was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Where in the old list.
    pub at: usize,
    /// How many items of the old list are gone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gone: usize,
    /// What stands there now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new: Vec<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The delta was not made against this value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the change does not fit the stored value at `{0}`")]
pub struct ApplyError(pub String);

/// What changed from `old` to `new`; `None` if nothing did.
#[must_use]
pub fn diff(old: &Value, new: &Value) -> Option<Delta> {
    if old == new {
        return None;
    }
    Some(match (old, new) {
        (Value::Object(old), Value::Object(new)) => diff_objects(old, new),
        (Value::Array(old), Value::Array(new)) => Delta::List(diff_lists(old, new)),
        _ => Delta::Set(new.clone()),
    })
}

fn diff_objects(old: &Map<String, Value>, new: &Map<String, Value>) -> Delta {
    let mut added = Map::new();
    let mut changed = Vec::new();
    for (name, value) in new {
        match old.get(name) {
            None => {
                added.insert(name.clone(), value.clone());
            }
            Some(before) => changed.extend(diff(before, value).map(|delta| (name.clone(), delta))),
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name)).cloned().collect();
    Delta::Object { added, changed, gone }
}

/// Walks over both lists at once. The result is smallest for lists in the same order, which inventories are, and right
/// for all.
fn diff_lists(old: &[Value], new: &[Value]) -> Vec<Hunk> {
    let (old_keys, new_keys) = (keys(old), keys(new));
    let (last_in_old, last_in_new) = (last_places(&old_keys), last_places(&new_keys));
    let comes_later =
        |places: &HashMap<&str, usize>, key: &str, from: usize| places.get(key).is_some_and(|last| *last >= from);
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    while at_old < old.len() || at_new < new.len() {
        let (before, after) = (old_keys.get(at_old), new_keys.get(at_new));
        if before == after {
            at_old += 1;
            at_new += 1;
            continue;
        }
        let adjoins = hunks.last().is_some_and(|hunk| hunk.at + hunk.gone == at_old);
        if !adjoins {
            hunks.push(Hunk { at: at_old, gone: 0, new: Vec::new() });
        }
        let hunk = hunks.last_mut().expect("one was pushed if there was none");
        match (before, after) {
            (Some(_), Some(after)) if !comes_later(&last_in_old, after, at_old) => {
                hunk.new.push(new[at_new].clone());
                at_new += 1;
            }
            (Some(before), Some(_)) if comes_later(&last_in_new, before, at_new) => {
                // Both come later in the other list: the order changed. The new one is taken now.
                hunk.new.push(new[at_new].clone());
                at_new += 1;
            }
            (Some(_), _) => {
                hunk.gone += 1;
                at_old += 1;
            }
            (None, _) => {
                hunk.new.push(new[at_new].clone());
                at_new += 1;
            }
        }
    }
    hunks
}

fn keys(list: &[Value]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn last_places(keys: &[String]) -> HashMap<&str, usize> {
    keys.iter().enumerate().map(|(place, key)| (key.as_str(), place)).collect()
}

/// Applies a change.
///
/// # Errors
/// When the change was made against another value; `value` may be changed in part then.
pub fn apply(delta: &Delta, value: &mut Value) -> Result<(), ApplyError> {
    apply_at(delta, value, &mut String::new())
}

fn apply_at(delta: &Delta, value: &mut Value, place: &mut String) -> Result<(), ApplyError> {
    match (delta, value) {
        (Delta::Set(new), value) => *value = new.clone(),
        (Delta::Object { added, changed, gone }, Value::Object(members)) => {
            for name in gone {
                members.remove(name).ok_or_else(|| ApplyError(format!("{place}/{name}")))?;
            }
            for (name, delta) in changed {
                let length = place.len();
                place.push('/');
                place.push_str(name);
                let member = members.get_mut(name).ok_or_else(|| ApplyError(place.clone()))?;
                apply_at(delta, member, place)?;
                place.truncate(length);
            }
            members.extend(added.clone());
        }
        (Delta::List(hunks), Value::Array(items)) => {
            // In one go over the list: many hunks in a long list cost no more than a few.
            let mut old = std::mem::take(items).into_iter();
            let mut at = 0;
            for hunk in hunks {
                let astray = || ApplyError(format!("{place}/{}", hunk.at));
                let kept = hunk.at.checked_sub(at).filter(|kept| *kept <= old.len()).ok_or_else(astray)?;
                items.extend(old.by_ref().take(kept));
                if hunk.gone > old.len() {
                    return Err(astray());
                }
                old.by_ref().take(hunk.gone).for_each(drop);
                items.extend(hunk.new.iter().cloned());
                at = hunk.at + hunk.gone;
            }
            items.extend(old);
        }
        _ => return Err(ApplyError(place.clone())),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
