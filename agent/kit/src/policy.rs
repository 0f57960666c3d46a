//! From the JSON of a policy to the feature's own type, with an error for every item that does not fit.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

/// One thing in a policy that this agent cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyError {
    /// Where, as a JSON Pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What is wrong, in plain English.
    pub message: String,
}

impl PolicyError {
    /// An error at `pointer`.
    #[must_use]
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// More errors than this are not listed.
const MOST: usize = 32;

/// Reads a policy.
///
/// # Errors
/// Every item that does not fit, up to [`MOST`]: after each one the reading is tried again without it.
pub(crate) fn parse<P: DeserializeOwned>(value: &Value) -> Result<P, Vec<PolicyError>> {
    let mut errors: Vec<PolicyError> = Vec::new();
    if !value.is_object() {
        return Err(vec![PolicyError::new("", "a policy is a JSON object")]);
    }
    let mut rest = value.clone();
    loop {
        let error = match serde_path_to_error::deserialize::<_, P>(&rest) {
            Ok(policy) if errors.is_empty() => return Ok(policy),
            Ok(_) => return Err(errors),
            Err(error) => error,
        };
        let pointer = pointer(error.path());
        let removed = remove(&mut rest, &pointer);
        // What now lacks the member that was taken out is not wrong in itself.
        let inside = format!("{pointer}/");
        if !errors.iter().any(|known| known.pointer.starts_with(&inside)) {
            errors.push(PolicyError { pointer, message: error.inner().to_string() });
        }
        if !removed || errors.len() >= MOST {
            return Err(errors);
        }
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            // Names of enum variants are not places in the JSON.
            Segment::Enum { .. } | Segment::Unknown => {
                pointer.pop();
            }
        }
    }
    pointer
}

/// Removes what the pointer points to, or the nearest member of an object around it: lists keep their length, so that
/// later pointers stay true.
fn remove(value: &mut Value, mut pointer: &str) -> bool {
    while let Some((parent, key)) = pointer.rsplit_once('/') {
        if let Some(Value::Object(map)) = value.pointer_mut(parent) {
            return map.remove(&key.replace("~1", "/").replace("~0", "~")).is_some();
        }
        pointer = parent;
    }
    false
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Sample {
        interval_s: u32,
        rules: Vec<Rule>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rule {
        #[expect(dead_code, reason = "only read from JSON")]
        name: String,
    }

    #[expect(clippy::needless_pass_by_value, reason = "tests read better")]
    fn check(value: Value, expected: Expect) {
        let errors = parse::<Sample>(&value).err().unwrap_or_default();
        let lines: Vec<_> = errors.iter().map(|error| format!("{}: {}\n", error.pointer, error.message)).collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn a_policy_that_fits_has_no_errors() {
        check(json!({}), expect![""]);
        check(json!({"interval_s": 5, "rules": [{"name": "a"}]}), expect![""]);
    }

    #[test]
    fn every_item_that_does_not_fit_is_named() {
        check(
            json!({"interval_s": "5", "rules": [{"name": "a"}, {"name": "b", "colour/~": 1}, {"name": 3}], "later": true}),
            expect![[r#"
                /interval_s: invalid type: string "5", expected u32
                /later: unknown field `later`, expected `interval_s` or `rules`
                /rules/1/colour~1~0: unknown field `colour/~`, expected `name`
                /rules/2/name: invalid type: integer `3`, expected a string
            "#]],
        );
    }

    #[test]
    fn what_is_no_policy_at_all_is_one_error() {
        check(
            json!([1]),
            expect![[r#"
            : a policy is a JSON object
        "#]],
        );
        check(
            json!("x"),
            expect![[r#"
                : a policy is a JSON object
            "#]],
        );
    }
}
