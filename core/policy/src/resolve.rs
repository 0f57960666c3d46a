//! From what was decided for groups to what holds on an endpoint, with the origin of each value. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How a group's policy stands to those of the groups above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Inherit {
    /// It stands alone: what it does not say has its default.
    Replace,
    /// It is laid over what is inherited: values replace values, lists are added to lists.
    Add,
}

/// What one group decided. `from` is whatever the caller wants to find again in the origins.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<T> {
    /// Who says so.
    pub from: T,
    /// How it stands to what is above.
    pub inherit: Inherit,
    /// What it says.
    pub value: Value,
}

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin<T> {
    /// Nobody decided it.
    Default,
    /// This one did.
    From(T),
}

/// What holds, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Effective<T> {
    /// The value.
    pub value: Value,
    /// JSON Pointer of every leaf to its origin. Elements of a list are leaves; so are empty lists and objects.
    pub origins: BTreeMap<String, Origin<T>>,
}

/// Lays `layers`, the farthest first, over the default.
pub fn resolve<T: Clone>(default: &Value, layers: &[Layer<T>]) -> Effective<T> {
    // What the nearest "replace" hides need not be looked at.
    let start = layers.iter().rposition(|layer| layer.inherit == Inherit::Replace).unwrap_or(0);
    let mut value = default.clone();
    let mut origins = BTreeMap::new();
    leaves(&value, "", &mut |pointer, _| drop(origins.insert(pointer, Origin::Default)));
    for layer in &layers[start..] {
        let origin = Origin::From(layer.from.clone());
        lay(&mut value, &layer.value, "", layer.inherit == Inherit::Add, &origin, &mut origins);
    }
    Effective { value, origins }
}

fn lay<T: Clone>(
    target: &mut Value,
    over: &Value,
    at: &str,
    add: bool,
    origin: &Origin<T>,
    origins: &mut BTreeMap<String, Origin<T>>,
) {
    match (target, over) {
        (Value::Object(target), Value::Object(over)) => {
            for (name, value) in over {
                let at = format!("{at}/{}", escaped(name));
                match target.get_mut(name) {
                    Some(inner) => lay(inner, value, &at, add, origin, origins),
                    None => {
                        set(origins, &at, value, origin);
                        target.insert(name.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(over)) if add => {
            if !over.is_empty() {
                origins.remove(at);
            }
            for value in over {
                set(origins, &format!("{at}/{}", target.len()), value, origin);
                target.push(value.clone());
            }
        }
        (target, over) => {
            forget(origins, at);
            set(origins, at, over, origin);
            *target = over.clone();
        }
    }
}

fn set<T: Clone>(origins: &mut BTreeMap<String, Origin<T>>, at: &str, value: &Value, origin: &Origin<T>) {
    leaves(value, at, &mut |pointer, _| drop(origins.insert(pointer, origin.clone())));
}

fn forget<T>(origins: &mut BTreeMap<String, Origin<T>>, at: &str) {
    let below = format!("{at}/");
    origins.retain(|pointer, _| pointer != at && !pointer.starts_with(&below));
}

/// Calls `f` for every leaf of a value. Elements of lists are leaves, whatever they hold.
fn leaves(value: &Value, at: &str, f: &mut impl FnMut(String, &Value)) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, inner) in map {
                leaves(inner, &format!("{at}/{}", escaped(name)), f);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                f(format!("{at}/{index}"), item);
            }
        }
        leaf => f(at.to_owned(), leaf),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// One difference between two values.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Where, as a JSON Pointer.
    pub pointer: String,
    /// What was there; null when nothing.
    pub before: Value,
    /// What is there now; null when nothing.
    pub after: Value,
}

/// What differs between two values, leaf by leaf.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let flat = |value: &Value| {
        let mut flat = BTreeMap::new();
        leaves(value, "", &mut |pointer, leaf| drop(flat.insert(pointer, leaf.clone())));
        flat
    };
    let (old, new) = (flat(before), flat(after));
    let pointers: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let get = |map: &BTreeMap<String, Value>, pointer: &String| map.get(pointer).cloned().unwrap_or_default();
    pointers
        .into_iter()
        .filter(|pointer| old.get(*pointer) != new.get(*pointer))
        .map(|pointer| Difference { pointer: pointer.clone(), before: get(&old, pointer), after: get(&new, pointer) })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn layer(from: &'static str, inherit: Inherit, value: Value) -> Layer<&'static str> {
        Layer { from, inherit, value }
    }

    fn check(layers: &[Layer<&'static str>], value: &Value, origins: &[(&str, &str)]) {
        let default = json!({"usb": "deny", "cd": "read", "list": []});
        let got = resolve(&default, layers);
        assert_eq!(got.value, *value);
        let shown: Vec<_> = got
            .origins
            .iter()
            .map(|(pointer, origin)| match origin {
                Origin::Default => (pointer.as_str(), "default"),
                Origin::From(from) => (pointer.as_str(), *from),
            })
            .collect();
        assert_eq!(shown, origins);
    }

    #[test]
    fn where_nobody_decided_the_default_holds() {
        let value = json!({"usb": "deny", "cd": "read", "list": []});
        check(&[], &value, &[("/cd", "default"), ("/list", "default"), ("/usb", "default")]);
    }

    #[test]
    fn the_nearest_group_that_replaces_wins() {
        check(
            &[
                layer("all", Inherit::Replace, json!({"usb": "read"})),
                layer("kei", Inherit::Replace, json!({"cd": "deny"})),
            ],
            &json!({"usb": "deny", "cd": "deny", "list": []}),
            &[("/cd", "kei"), ("/list", "default"), ("/usb", "default")],
        );
    }

    #[test]
    fn a_group_that_adds_keeps_what_it_does_not_name_and_adds_to_lists() {
        check(
            &[
                layer("all", Inherit::Replace, json!({"usb": "read", "list": [1]})),
                layer("kei", Inherit::Add, json!({"cd": "deny", "list": [2]})),
            ],
            &json!({"usb": "read", "cd": "deny", "list": [1, 2]}),
            &[("/cd", "kei"), ("/list/0", "all"), ("/list/1", "kei"), ("/usb", "all")],
        );
    }

    #[test]
    fn differences_name_what_changed_and_nothing_else() {
        let found = differences(&json!({"a": 1, "b": [1, 2]}), &json!({"a": 1, "b": [1, 3], "c": {"d": true}}));
        let pointers: Vec<_> = found.iter().map(|d| d.pointer.as_str()).collect();
        assert_eq!(pointers, ["/b/1", "/c/d"]);
    }
}
