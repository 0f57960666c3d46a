//! `yaguractl policy`: policies as files.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::policy_file::{self, Document};
use crate::{
    api::{Api, Body},
    error::CliError,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
};

const PATH: &str = "/api/v1/policies";

/// Policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the policies that are set, as YAML that can be applied
    Get {
        /// Only of this feature: operation_log.
        feature: Option<String>,
        /// Only of this group: /本社/経理部.
        #[arg(long)]
        group: Option<String>,
    },
    /// Show what a file would change
    Diff {
        /// The YAML file.
        file: PathBuf,
    },
    /// Make the policies what a file says
    Apply {
        /// The YAML file.
        file: PathBuf,
        /// Why, for documents that do not say it themselves.
        #[arg(long)]
        comment: Option<String>,
    },
}

const DIFF: &[Column] = &[column("WHERE", "/pointer"), column("BEFORE", "/before"), column("AFTER", "/after")];

const APPLIED: &[Column] = &[
    column("FEATURE", "/feature"),
    column("GROUP", "/group/path"),
    column("RESULT", "/outcome"),
    column("VERSION", "/version"),
];

/// A document and what the server knows about its group and feature.
struct Planned {
    document: Document,
    group: String,
    current: Option<Value>,
    preview: Value,
}

impl Planned {
    fn path(&self) -> String {
        format!("{PATH}/{}/{}", encoded(&self.document.feature), encoded(&self.group))
    }

    fn unchanged(&self) -> bool {
        self.current.as_ref().is_some_and(|current| self.document.is(current))
    }
}

pub(crate) async fn run(api: &Api, output: &Output, command: Policy) -> Result<(), CliError> {
    match command {
        Policy::Get { feature, group } => {
            let group = match group {
                Some(path) => Some(group_of(&groups(api).await?, &path)?),
                None => None,
            };
            let query = Query::new(PATH).with("feature", feature).with("group", group);
            let versions = api.list(&query, None).await?;
            if output.is_json() {
                return output.json(&Value::from(versions));
            }
            output.text(&policy_file::write(&versions)?)
        }
        Policy::Diff { file } => diff(output, &plan(api, &file).await?),
        Policy::Apply { file, comment } => apply(api, output, plan(api, &file).await?, comment.as_deref()).await,
    }
}

/// Has the server look at every document before any is applied.
async fn plan(api: &Api, file: &Path) -> Result<Vec<Planned>, CliError> {
    let name = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|error| CliError::Usage(format!("failed to read {name}: {error}")))?;
    let documents = policy_file::read(&text, &name)?;
    let groups = groups(api).await?;
    let mut planned = Vec::with_capacity(documents.len());
    for document in documents {
        let group = group_of(&groups, &document.target)?;
        let query = Query::new(PATH).with("feature", Some(&document.feature)).with("group", Some(&group));
        let versions = api.list(&query, None).await?;
        let own = |version: &&Value| {
            version["group"]["id"] == group.as_str() && version["feature"] == document.feature.as_str()
        };
        let current = versions.iter().find(own).cloned();
        let mut plan = Planned { document, group, current, preview: Value::Null };
        plan.preview = api.post(&format!("{}/preview", plan.path()), plan.document.preview()).await.map_err(
            |error| match error {
                CliError::Refused(mut problem) => {
                    problem.detail = format!("{}: {}", plan.document.label(), problem.detail);
                    CliError::Refused(problem)
                }
                other => other,
            },
        )?;
        planned.push(plan);
    }
    Ok(planned)
}

fn diff(output: &Output, planned: &[Planned]) -> Result<(), CliError> {
    if output.is_json() {
        let items = planned.iter().map(|plan| {
            let mut item = plan.preview.clone();
            item["feature"] = json!(plan.document.feature);
            item["target"] = json!(plan.document.target);
            item
        });
        return output.json(&items.collect());
    }
    for plan in planned {
        let changes = plan.preview["diff"].as_array().map(Vec::as_slice).unwrap_or_default();
        let count = |name: &str| plan.preview[name].as_u64().unwrap_or(0);
        let label = plan.document.label();
        if changes.is_empty() {
            output.text(&format!("{label}: no change"))?;
            continue;
        }
        output.text(&format!("{label}: changes {} of {} endpoints", count("changed"), count("endpoints")))?;
        output.list(DIFF, changes)?;
        for blind in plan.preview["cannot_enforce"].as_array().into_iter().flatten() {
            let hostname = crate::table::cell(blind.pointer("/endpoint/hostname"));
            output.text(&format!("cannot be enforced on {hostname}: {}", crate::table::cell(blind.get("reason"))))?;
        }
    }
    Ok(())
}

async fn apply(api: &Api, output: &Output, planned: Vec<Planned>, comment: Option<&str>) -> Result<(), CliError> {
    let mut applied = Vec::with_capacity(planned.len());
    for plan in planned {
        let etag = plan.current.as_ref().and_then(|current| current["etag"].as_str());
        let (mut version, outcome) = match &plan.current {
            Some(current) if plan.unchanged() => (current.clone(), "unchanged"),
            current => {
                let body = Body::Json(plan.document.change(comment));
                let reply = api.send(Method::PUT, &plan.path(), body, etag).await?;
                (reply.body, if current.is_some() { "updated" } else { "created" })
            }
        };
        version["outcome"] = outcome.into();
        applied.push(version);
    }
    output.list(APPLIED, &applied)
}

async fn groups(api: &Api) -> Result<Vec<Value>, CliError> {
    api.list(&Query::new("/api/v1/groups"), None).await
}

/// The id of the group with this path (or this id).
fn group_of(groups: &[Value], path: &str) -> Result<String, CliError> {
    let wanted = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    groups
        .iter()
        .find(|group| group["path"] == wanted || group["id"] == wanted)
        .and_then(|group| group["id"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| CliError::Failed(format!("there is no group `{path}`, or you may not see it")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_its_path() {
        let groups = [json!({"id": "1", "path": "/"}), json!({"id": "2", "path": "/本社"})];
        assert_eq!(group_of(&groups, "/").unwrap(), "1");
        assert_eq!(group_of(&groups, "/本社/").unwrap(), "2");
        assert!(group_of(&groups, "本社").is_err());
    }
}
