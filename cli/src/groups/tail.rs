//! `yaguractl events tail`: the server tells what happens as it arrives, and this asks on from where it was told last.

use std::{collections::HashSet, time::Duration};

use serde_json::Value;
use yagura_vocabulary::Time;

use super::events::LIST;
use crate::{api::Api, error::CliError, output::Output, query::Query, table};

/// The pause after the first failure; each next one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is asked for, and how it begins.
pub(super) struct Wanted {
    /// The conditions, for the list.
    pub(super) list: Query,
    /// The same for what follows.
    pub(super) tail: Query,
    /// All that came since then is shown first,
    pub(super) since: Option<Time>,
    /// or else so many.
    pub(super) limit: usize,
}

pub(super) async fn follow(api: &Api, output: &Output, wanted: Wanted) -> Result<(), CliError> {
    let Wanted { list, tail, since, limit } = wanted;
    // Where now is comes before the list: what arrives meanwhile is in both, and shown once.
    let mut after = next(&api.get(&tail).await?)?;
    let first = match since {
        Some(_) => api.list(&list.with("since", since), None).await?,
        None if limit == 0 => Vec::new(),
        None => api.list(&list, Some(limit)).await?,
    };
    let shown: HashSet<_> = first.iter().filter_map(|event| event["id"].as_str().map(str::to_owned)).collect();
    first.iter().rev().try_for_each(|event| show(output, event))?;
    let mut pause = FIRST_PAUSE;
    loop {
        match api.get(&tail.clone().with("after", Some(&after))).await {
            Ok(told) => {
                pause = FIRST_PAUSE;
                after = next(&told)?;
                for event in told["items"].as_array().into_iter().flatten() {
                    if event["id"].as_str().is_none_or(|id| !shown.contains(id)) {
                        show(output, event)?;
                    }
                }
            }
            Err(error) if passes(&error) => {
                if pause == FIRST_PAUSE {
                    output.note(&format!("yaguractl: {error}; trying again"));
                }
                tokio::time::sleep(pause).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
}

fn next(told: &Value) -> Result<String, CliError> {
    let next = told["next"].as_str().map(str::to_owned);
    next.ok_or_else(|| CliError::Failed("the server does not say where to go on".to_owned()))
}

/// Whether a failure is of the moment, so that asking again may do.
fn passes(error: &CliError) -> bool {
    let now = |code: &str| matches!(code, "unavailable" | "rate_limited");
    matches!(error, CliError::Unreachable(_)) || error.problem().is_some_and(|problem| now(&problem.code))
}

fn show(output: &Output, event: &Value) -> Result<(), CliError> {
    if output.is_json() {
        return output.json_line(event);
    }
    let cells = LIST.iter().map(|column| table::cell(event.pointer(column.pointer())));
    output.text(&cells.collect::<Vec<_>>().join("  "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    #[test]
    fn what_is_refused_is_not_asked_again() {
        let refused = |code: &str| CliError::Refused(Problem { code: code.to_owned(), ..Problem::default() });
        for (error, again) in [
            (CliError::Unreachable(String::new()), true),
            (refused("unavailable"), true),
            (refused("rate_limited"), true),
            (refused("invalid"), false),
            (refused("purpose_required"), false),
            (CliError::Failed(String::new()), false),
        ] {
            assert_eq!(passes(&error), again, "{error:?}");
        }
    }

    #[test]
    fn an_answer_says_where_to_go_on() {
        assert_eq!(next(&serde_json::json!({"next": "12"})).unwrap(), "12");
        assert!(next(&Value::Null).is_err());
    }
}
