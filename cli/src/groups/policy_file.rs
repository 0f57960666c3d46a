//! Policies as YAML files: several documents in one file, each the policy of one feature for one group. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::CliError;

/// One document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Which feature: `operation_log`.
    pub feature: String,
    /// Path of the group: `/本社/経理部`; the root is `/`.
    pub target: String,
    /// Whether it takes the place of what the group above says, or adds to it.
    #[serde(default)]
    pub inherit: Inherit,
    /// Why, for whoever reads the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the feature is to do.
    pub value: Value,
}

/// What becomes of the policy of the group above.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Inherit {
    /// It counts no more.
    #[default]
    Replace,
    /// Its lists are added to.
    Add,
}

impl Document {
    /// What the API wants for a preview.
    pub(crate) fn preview(&self) -> Value {
        json!({"inherit": self.inherit, "value": self.value})
    }

    /// What the API wants for a new version.
    pub(crate) fn change(&self, comment: Option<&str>) -> Value {
        let comment = self.comment.as_deref().or(comment).unwrap_or_default();
        json!({"inherit": self.inherit, "value": self.value, "comment": comment})
    }

    /// Whether this is what the version of the API says already.
    pub(crate) fn is(&self, version: &Value) -> bool {
        version["value"] == self.value && version["inherit"] == json!(self.inherit)
    }

    /// How it is called in messages.
    pub(crate) fn label(&self) -> String {
        format!("{} for {}", self.feature, self.target)
    }
}

/// Reads all documents of a file.
pub(crate) fn read(text: &str, name: &str) -> Result<Vec<Document>, CliError> {
    let documents: Vec<Document> = serde_saphyr::from_multiple(text)
        .map_err(|error| CliError::Usage(format!("failed to read the policies in {name}: {error}")))?;
    if documents.is_empty() {
        return Err(CliError::Usage(format!("there is no policy in {name}")));
    }
    for (n, document) in documents.iter().enumerate() {
        if documents[..n].iter().any(|other| (&other.feature, &other.target) == (&document.feature, &document.target)) {
            return Err(CliError::Usage(format!("{name} has two policies of {}", document.label())));
        }
    }
    Ok(documents)
}

/// Writes versions of the API as a file that can be applied.
pub(crate) fn write(versions: &[Value]) -> Result<String, CliError> {
    let failed = |error: &dyn std::error::Error| CliError::Failed(format!("failed to write a policy as YAML: {error}"));
    let mut text = String::new();
    for version in versions {
        let document = json!({"feature": version["feature"], "target": version["group"]["path"],
            "inherit": version["inherit"], "value": version["value"]});
        let document: Document = serde_json::from_value(document).map_err(|error| failed(&error))?;
        text.push_str("---\n");
        text.push_str(&serde_saphyr::to_string(&document).map_err(|error| failed(&error))?);
    }
    Ok(text.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const FILE: &str = "\
feature: operation_log
target: /
value:
  process: {enabled: true, sample: 1.5}
---
feature: operation_log
target: /本社/経理部
inherit: add
comment: 監査
value:
  ignore: [\"/usr/bin/true\", \"007\"]
  limit: 10
";

    #[test]
    fn a_file_holds_several_policies() {
        let documents = read(FILE, "p.yaml").unwrap();
        assert_eq!(documents[0].value, json!({"process": {"enabled": true, "sample": 1.5}}));
        assert_eq!(documents[0].inherit, Inherit::Replace);
        assert_eq!(documents[1].value, json!({"ignore": ["/usr/bin/true", "007"], "limit": 10}));
        assert_eq!(documents[1].change(Some("x"))["comment"], "監査");
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let version = json!({"feature": "operation_log", "group": {"path": "/本社"}, "inherit": "add", "version": 3,
            "value": {"ignore": ["007", "true", "a: b", "複数\n行"], "limit": 10, "on": true, "none": null, "empty": []}});
        let text = write(std::slice::from_ref(&version)).unwrap();
        let documents = read(&text, "written").unwrap();
        assert!(documents[0].is(&version), "{text}");
        assert_eq!(documents[0].target, "/本社");
    }

    #[test]
    fn a_written_policy_reads_like_one_written_by_hand() {
        let version = json!({"feature": "operation_log", "group": {"path": "/"}, "inherit": "replace",
            "value": {"process": {"enabled": true}, "ignore": ["/usr/bin/true"]}});
        expect![[r#"
            ---
            feature: operation_log
            target: /
            inherit: replace
            value:
              ignore:
              - /usr/bin/true
              process:
                enabled: true"#]]
        .assert_eq(&write(&[version]).unwrap());
    }

    #[test]
    fn a_slip_of_the_pen_is_refused_before_anything_is_applied() {
        for text in ["feature: a\ntarget: /\nvalu: {}\n", "feature: a\ntarget: /\ninherit: merge\nvalue: {}\n", ""] {
            assert_eq!(read(text, "p.yaml").unwrap_err().status(), 2, "{text}");
        }
        let twice = "feature: a\ntarget: /\nvalue: {}\n---\nfeature: a\ntarget: /\nvalue: {x: 1}\n";
        assert!(read(twice, "p.yaml").unwrap_err().to_string().contains("two policies of a for /"));
    }
}
