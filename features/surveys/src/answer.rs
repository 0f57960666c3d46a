//! What an answer may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Fault, Kind, LARGEST, Question, date};

/// The longest line of text, in characters.
pub const LONGEST_SHORT: usize = 200;
/// The longest text of several lines, in characters.
pub const LONGEST_LONG: usize = 4_000;

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = SurveyAnswer))]
#[serde(untagged)]
pub enum Answer {
    /// A number, or the place of what was chosen, from 0.
    Number(f64),
    /// The places of all that was chosen.
    Places(Vec<u32>),
    /// A text or a date.
    Text(String),
}

/// The answers to a survey by the ids of its questions. A question that was left out is not among them.
pub type Answers = BTreeMap<String, Answer>;

/// The answers as they are kept: texts without spaces around them, chosen places in order, nothing for what was left empty.
///
/// # Errors
/// What is wrong, with a JSON Pointer below `/answers` for each question.
pub fn checked(questions: &[Question], given: &Answers) -> Result<Answers, Vec<Fault>> {
    let mut faults = Vec::new();
    for id in given.keys().filter(|id| !questions.iter().any(|question| question.id == **id)) {
        faults.push(Fault::new(pointer(id), "unknown", "the survey has no such question"));
    }
    let mut kept = Answers::new();
    for question in questions {
        match given.get(&question.id).map(|answer| one(&question.kind, answer)) {
            Some(Ok(Some(answer))) => drop(kept.insert(question.id.clone(), answer)),
            Some(Err((code, message))) => faults.push(Fault::new(pointer(&question.id), code, message)),
            None | Some(Ok(None)) if question.required => {
                faults.push(Fault::new(pointer(&question.id), "required", "this question must be answered"));
            }
            None | Some(Ok(None)) => {}
        }
    }
    if faults.is_empty() { Ok(kept) } else { Err(faults) }
}

/// The pointer of an answer; `~` and `/` are written as RFC 6901 has it.
fn pointer(id: &str) -> String {
    format!("/answers/{}", id.replace('~', "~0").replace('/', "~1"))
}

type Wrong = (&'static str, String);

/// One answer as it is kept; nothing where it is empty.
fn one(kind: &Kind, answer: &Answer) -> Result<Option<Answer>, Wrong> {
    let other = || ("wrong_kind", "this is no answer to such a question".to_owned());
    match (kind, answer) {
        (Kind::One { choices }, Answer::Number(place)) => {
            let known = (0..choices.len()).find(|n| u32::try_from(*n).is_ok_and(|n| f64::from(n) == *place));
            known.map(|_| Some(answer.clone())).ok_or(("unknown_choice", "there is no such choice".to_owned()))
        }
        (Kind::Several { choices }, Answer::Places(places)) => {
            let known = |place: &u32| usize::try_from(*place).is_ok_and(|place| place < choices.len());
            if !places.iter().all(known) {
                return Err(("unknown_choice", "there is no such choice".to_owned()));
            }
            let mut places = places.clone();
            places.sort_unstable();
            places.dedup();
            Ok((!places.is_empty()).then_some(Answer::Places(places)))
        }
        (Kind::Number { least, most, whole }, Answer::Number(number)) => {
            if !number.is_finite() || number.abs() > LARGEST {
                return Err(("out_of_range", "this number is too large".to_owned()));
            }
            if *whole && number.fract() != 0.0 {
                return Err(("not_whole", "a number without decimals is asked for".to_owned()));
            }
            if least.is_some_and(|least| *number < least) || most.is_some_and(|most| *number > most) {
                return Err(("out_of_range", range(*least, *most)));
            }
            Ok(Some(answer.clone()))
        }
        (Kind::Short, Answer::Text(text)) => line(text, LONGEST_SHORT, false),
        (Kind::Long, Answer::Text(text)) => line(text, LONGEST_LONG, true),
        (Kind::Date { from, to }, Answer::Text(text)) => {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            let given = date(text).ok_or(("bad_date", "a date is written 2026-12-01".to_owned()))?;
            let before = from.as_deref().and_then(date).is_some_and(|from| given < from);
            let after = to.as_deref().and_then(date).is_some_and(|to| given > to);
            if before || after {
                return Err(("out_of_range", range(from.as_deref(), to.as_deref())));
            }
            Ok(Some(Answer::Text(text.to_owned())))
        }
        _ => Err(other()),
    }
}

fn range<T: std::fmt::Display>(least: Option<T>, most: Option<T>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most} is asked for"),
        (Some(least), None) => format!("at least {least} is asked for"),
        (None, Some(most)) => format!("at most {most} is asked for"),
        (None, None) => "this is too much".to_owned(),
    }
}

fn line(text: &str, most: usize, several: bool) -> Result<Option<Answer>, Wrong> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(("too_long", format!("at most {most} characters")));
    }
    if text.contains('\0') || !several && text.contains(['\n', '\r']) {
        return Err(("bad_text", "a line of text is asked for".to_owned()));
    }
    Ok((!text.is_empty()).then(|| Answer::Text(text.to_owned())))
}

#[cfg(test)]
mod tests;
