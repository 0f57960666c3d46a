//! What a survey asks.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The longest title of a survey, in characters.
pub const LONGEST_TITLE: usize = 120;
/// The longest words above the questions, in characters.
pub const LONGEST_LEAD: usize = 4_000;
/// The longest question or choice, in characters.
pub const LONGEST_QUESTION: usize = 500;
/// More questions than a person answers.
pub const MOST_QUESTIONS: usize = 50;
/// More choices than a person reads.
pub const MOST_CHOICES: usize = 50;
/// The largest number that a question may allow; larger ones do not survive a browser.
pub const LARGEST: f64 = 9_007_199_254_740_991.0;

/// Something that is wrong with what somebody wrote, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A JSON Pointer.
    pub pointer: String,
    /// A word for programs: `required`, `too_long`.
    pub code: &'static str,
    /// The same in plain English.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, message: message.into() }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = SurveyQuestion))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name within the survey, which answers carry: 1 to 40 letters, digits, `-` or `_`.
    pub id: String,
    /// What is asked: at most 500 characters.
    pub text: String,
    /// Whether it must be answered.
    pub required: bool,
    /// How it is answered.
    pub kind: Kind,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = SurveyQuestionKind))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// By one of some choices.
    One {
        /// What can be chosen.
        choices: Vec<String>,
    },
    /// By any of some choices.
    Several {
        /// What can be chosen.
        choices: Vec<String>,
    },
    /// By a number.
    Number {
        /// The smallest that is taken.
        least: Option<f64>,
        /// The largest that is taken.
        most: Option<f64>,
        /// Whether it has no decimals.
        whole: bool,
    },
    /// By a line of text.
    Short,
    /// By a text of several lines.
    Long,
    /// By a date.
    Date {
        /// The first that is taken: `2026-12-01`.
        from: Option<String>,
        /// The last that is taken.
        to: Option<String>,
    },
}

impl Kind {
    /// The choices, where there are some.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        match self {
            Self::One { choices } | Self::Several { choices } => choices,
            Self::Number { .. } | Self::Short | Self::Long | Self::Date { .. } => &[],
        }
    }
}

/// A date as questions and answers have it.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    // Other spellings of dates are read, too, and would not compare as texts.
    text.parse::<Date>().ok().filter(|date| date.to_string() == text)
}

/// What is wrong with these questions. A survey may be kept with faults while it is a draft, but not sent.
#[must_use]
pub fn faults(questions: &[Question]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if questions.is_empty() {
        faults.push(Fault::new("/questions", "required", "a survey asks at least one question"));
    }
    let mut seen = BTreeSet::new();
    for (n, question) in questions.iter().enumerate() {
        let at = format!("/questions/{n}");
        if question.text.trim().is_empty() {
            faults.push(Fault::new(format!("{at}/text"), "required", "a question has words"));
        }
        if !seen.insert(question.id.as_str()) {
            faults.push(Fault::new(format!("{at}/id"), "twice", "two questions have the same id"));
        }
        of_kind(&question.kind, &at, &mut faults);
    }
    faults
}

/// What is too large to be kept at all.
#[must_use]
pub fn too_large(questions: &[Question]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if questions.len() > MOST_QUESTIONS {
        faults.push(Fault::new("/questions", "too_many", format!("at most {MOST_QUESTIONS} questions")));
    }
    let long = |text: &str| text.chars().count() > LONGEST_QUESTION;
    for (n, question) in questions.iter().enumerate() {
        let at = format!("/questions/{n}");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !(1..=40).contains(&question.id.len()) || !question.id.chars().all(plain) {
            faults.push(Fault::new(format!("{at}/id"), "bad_name", "1 to 40 letters, digits, `-` or `_`"));
        }
        if long(&question.text) {
            faults.push(Fault::new(format!("{at}/text"), "too_long", format!("at most {LONGEST_QUESTION} characters")));
        }
        let choices = question.kind.choices();
        if choices.len() > MOST_CHOICES {
            let message = format!("at most {MOST_CHOICES} choices");
            faults.push(Fault::new(format!("{at}/kind/choices"), "too_many", message));
        }
        for (m, _) in choices.iter().enumerate().filter(|(_, choice)| long(choice)) {
            let message = format!("at most {LONGEST_QUESTION} characters");
            faults.push(Fault::new(format!("{at}/kind/choices/{m}"), "too_long", message));
        }
    }
    faults
}

fn of_kind(kind: &Kind, at: &str, faults: &mut Vec<Fault>) {
    match kind {
        Kind::One { choices } | Kind::Several { choices } => {
            if choices.len() < 2 {
                faults.push(Fault::new(format!("{at}/kind/choices"), "too_few", "there are at least two choices"));
            }
            let mut seen = BTreeSet::new();
            for (m, choice) in choices.iter().enumerate() {
                let place = format!("{at}/kind/choices/{m}");
                if choice.trim().is_empty() {
                    faults.push(Fault::new(place, "required", "a choice has words"));
                } else if !seen.insert(choice.trim()) {
                    faults.push(Fault::new(place, "twice", "two choices have the same words"));
                }
            }
        }
        Kind::Number { least, most, .. } => {
            for (name, bound) in [("least", least), ("most", most)] {
                if bound.is_some_and(|bound| !bound.is_finite() || bound.abs() > LARGEST) {
                    faults.push(Fault::new(format!("{at}/kind/{name}"), "out_of_range", "this number is too large"));
                }
            }
            if least.zip(*most).is_some_and(|(least, most)| least > most) {
                faults.push(Fault::new(format!("{at}/kind/most"), "out_of_range", "the largest is below the smallest"));
            }
        }
        Kind::Date { from, to } => {
            for (name, bound) in [("from", from), ("to", to)] {
                if bound.as_deref().is_some_and(|bound| date(bound).is_none()) {
                    faults.push(Fault::new(format!("{at}/kind/{name}"), "bad_date", "a date is written 2026-12-01"));
                }
            }
            let both = from.as_deref().and_then(date).zip(to.as_deref().and_then(date));
            if both.is_some_and(|(from, to)| from > to) {
                faults.push(Fault::new(format!("{at}/kind/to"), "out_of_range", "the last date is before the first"));
            }
        }
        Kind::Short | Kind::Long => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(kind: Kind) -> Question {
        Question { id: "q1".into(), text: "何?".into(), required: true, kind }
    }

    fn check(questions: &[Question], expected: &[(&str, &str)]) {
        let found = faults(questions);
        let found: Vec<_> = found.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_survey_asks_something() {
        check(&[], &[("/questions", "required")]);
        check(&[question(Kind::Short)], &[]);
        check(&[Question { text: " ".into(), ..question(Kind::Long) }], &[("/questions/0/text", "required")]);
    }

    #[test]
    fn choices_are_two_or_more_that_differ() {
        let one = |choices: &[&str]| question(Kind::One { choices: choices.iter().map(|c| (*c).into()).collect() });
        check(&[one(&["はい", "いいえ"])], &[]);
        check(&[one(&["はい"])], &[("/questions/0/kind/choices", "too_few")]);
        check(&[one(&["はい", "はい "])], &[("/questions/0/kind/choices/1", "twice")]);
        check(&[one(&["はい", ""])], &[("/questions/0/kind/choices/1", "required")]);
    }

    #[test]
    fn bounds_are_the_right_way_round() {
        let number = |least, most| question(Kind::Number { least, most, whole: true });
        check(&[number(Some(1.0), Some(1.0))], &[]);
        check(&[number(Some(2.0), Some(1.0))], &[("/questions/0/kind/most", "out_of_range")]);
        check(&[number(Some(f64::NAN), None)], &[("/questions/0/kind/least", "out_of_range")]);
        let dates = |from: &str, to: &str| question(Kind::Date { from: Some(from.into()), to: Some(to.into()) });
        check(&[dates("2026-12-01", "2026-12-01")], &[]);
        check(&[dates("2026-12-02", "2026-12-01")], &[("/questions/0/kind/to", "out_of_range")]);
        check(
            &[dates("1.12.2026", "2026-02-30")],
            &[("/questions/0/kind/from", "bad_date"), ("/questions/0/kind/to", "bad_date")],
        );
    }

    #[test]
    fn two_questions_are_told_apart() {
        check(&[question(Kind::Short), question(Kind::Long)], &[("/questions/1/id", "twice")]);
    }

    #[test]
    fn what_nobody_would_read_is_not_kept() {
        let long = "長".repeat(LONGEST_QUESTION + 1);
        let questions = vec![Question { text: long, id: "a b".into(), ..question(Kind::Short) }; MOST_QUESTIONS + 1];
        let found = too_large(&questions);
        assert_eq!(found[0].code, "too_many");
        assert_eq!((found[1].code, found[2].code), ("bad_name", "too_long"));
        assert!(too_large(&[question(Kind::Short)]).is_empty());
    }

    #[test]
    fn the_released_shape_is_still_read() {
        let golden: serde_json::Value = serde_json::from_str(include_str!("../golden/questions-v1.json")).unwrap();
        let questions: Vec<Question> = serde_json::from_value(golden.clone()).unwrap();
        assert_eq!(questions.len(), 6);
        assert!(faults(&questions).is_empty());
        assert_eq!(serde_json::to_value(&questions).unwrap(), golden);
    }
}
