//! Answers as a table that a spreadsheet opens, written as the log search writes its own.

use yagura_log_search::table::{BYTE_ORDER_MARK, harmless, line};

use crate::{
    answer::{Answer, Answers},
    model::{Kind, Question},
};

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Who answered and when, as a spreadsheet understands it; nothing where the survey is anonymous.
    pub who: Option<(String, String)>,
    /// What they answered.
    pub answers: Answers,
}

/// The whole file: a byte order mark, the questions, a line for each answer. Choices stand in it as their words, several with a
/// line break in between, since commas are part of words.
#[must_use]
pub fn csv(questions: &[Question], rows: &[Row], named: bool, japanese: bool) -> Vec<u8> {
    let mut file = BYTE_ORDER_MARK.as_bytes().to_vec();
    let own = if japanese { ["誰", "回答"] } else { ["Who", "Answered"] };
    let head = own.iter().filter(|_| named).map(|word| (*word).to_owned());
    file.extend(line(head.chain(questions.iter().map(|question| harmless(question.text.clone())))));
    for row in rows {
        let who = row.who.iter().filter(|_| named).flat_map(|(who, at)| [who.clone(), at.clone()]);
        let cells = questions.iter().map(|question| cell(question, row.answers.get(&question.id)));
        file.extend(line(who.chain(cells).map(harmless)));
    }
    file
}

fn cell(question: &Question, answer: Option<&Answer>) -> String {
    let choices = question.kind.choices();
    match (&question.kind, answer) {
        (_, None) => String::new(),
        (Kind::One { .. }, Some(Answer::Number(place))) => {
            let chosen = (0_u32..).zip(choices).find(|(n, _)| f64::from(*n) == *place);
            chosen.map(|(_, words)| words.clone()).unwrap_or_default()
        }
        (_, Some(Answer::Places(places))) => {
            let words = places.iter().filter_map(|place| choices.get(usize::try_from(*place).ok()?));
            words.cloned().collect::<Vec<_>>().join("\n")
        }
        (_, Some(Answer::Number(number))) => number.to_string(),
        (_, Some(Answer::Text(text))) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(who: Option<(&str, &str)>, answers: &serde_json::Value, expected: &str) {
        let questions: Vec<Question> = serde_json::from_str(include_str!("../golden/questions-v1.json")).unwrap();
        let who = who.map(|(who, at)| (who.to_owned(), at.to_owned()));
        let row = Row { answers: serde_json::from_value(answers.clone()).unwrap(), who };
        let named = row.who.is_some();
        let file = String::from_utf8(csv(&questions, &[row], named, true)).unwrap();
        assert_eq!(file.split_once("\r\n").unwrap().1, expected);
    }

    #[test]
    fn a_line_has_the_words_of_what_was_chosen() {
        let answers = json!({"q1": 2, "q2": [0, 2], "q3": 7, "q6": "2026-12-24"});
        let rest = "3日以上,\"会社のPC\n自分の機器\",7,,,2026-12-24\r\n";
        check(None, &answers, rest);
        let who = Some(("田中 花子", "2026-12-01 09:00"));
        check(who, &answers, &format!("田中 花子,2026-12-01 09:00,{rest}"));
    }

    #[test]
    fn what_a_spreadsheet_would_compute_stays_text() {
        check(None, &json!({"q4": "=1+1", "q5": "@SUM(A1)"}), ",,,'=1+1,'@SUM(A1),\r\n");
        check(Some(("=cmd", "")), &json!({"q3": 1}), "'=cmd,,,,1,,,\r\n");
    }

    #[test]
    fn the_head_says_who_and_when_only_where_that_is_known() {
        let questions: Vec<Question> = serde_json::from_str(include_str!("../golden/questions-v1.json")).unwrap();
        let head = |named| String::from_utf8(csv(&questions[..1], &[], named, true)).unwrap();
        assert_eq!(head(false), "\u{feff}在宅勤務は週に何日ですか\r\n");
        assert_eq!(head(true), "\u{feff}誰,回答,在宅勤務は週に何日ですか\r\n");
    }
}
