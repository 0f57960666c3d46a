use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn questions() -> Vec<Question> {
    serde_json::from_str(include_str!("../../golden/questions-v1.json")).unwrap()
}

/// The answers to all that must be answered, with these in addition or in their place.
fn with(more: &Value) -> Answers {
    let mut answers: Answers = serde_json::from_value(json!({"q1": 0, "q3": 5})).unwrap();
    answers.extend(serde_json::from_value::<Answers>(more.clone()).unwrap());
    answers
}

fn check_kept(given: &Value, id: &str, expected: &Value) {
    let kept = serde_json::to_value(checked(&questions(), &with(given)).unwrap()).unwrap();
    assert_eq!(kept.get(id).unwrap_or(&Value::Null), expected, "{given}");
}

fn check_refused(given: &Value, pointer: &str, code: &str) {
    let faults = checked(&questions(), &with(given)).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(found, [(pointer, code)], "{given}");
}

#[test]
fn answers_are_kept_tidy() {
    check_kept(&json!({"q2": [2, 0, 2]}), "q2", &json!([0, 2]));
    check_kept(&json!({"q2": []}), "q2", &Value::Null);
    check_kept(&json!({"q4": "  総務 "}), "q4", &json!("総務"));
    check_kept(&json!({"q4": " "}), "q4", &Value::Null);
    check_kept(&json!({"q5": "一\n二"}), "q5", &json!("一\n二"));
    check_kept(&json!({"q6": "2026-12-24"}), "q6", &json!("2026-12-24"));
}

#[test]
fn markup_is_a_text_like_any_other() {
    check_kept(&json!({"q5": "<script>alert(1)</script>"}), "q5", &json!("<script>alert(1)</script>"));
}

#[test]
fn what_is_not_asked_is_refused_at_its_place() {
    check_refused(&json!({"q9": 1}), "/answers/q9", "unknown");
    check_refused(&json!({"a/b": 1}), "/answers/a~1b", "unknown");
    check_refused(&json!({"q1": 3}), "/answers/q1", "unknown_choice");
    check_refused(&json!({"q1": 0.5}), "/answers/q1", "unknown_choice");
    check_refused(&json!({"q1": -1}), "/answers/q1", "unknown_choice");
    check_refused(&json!({"q1": "なし"}), "/answers/q1", "wrong_kind");
    check_refused(&json!({"q2": [0, 3]}), "/answers/q2", "unknown_choice");
    check_refused(&json!({"q3": 11}), "/answers/q3", "out_of_range");
    check_refused(&json!({"q3": 1.5}), "/answers/q3", "not_whole");
    check_refused(&json!({"q3": 1e300}), "/answers/q3", "out_of_range");
    check_refused(&json!({"q4": "一\n二"}), "/answers/q4", "bad_text");
    check_refused(&json!({"q5": "長".repeat(LONGEST_LONG + 1)}), "/answers/q5", "too_long");
    check_refused(&json!({"q6": "2026-11-30"}), "/answers/q6", "out_of_range");
    check_refused(&json!({"q6": "tomorrow"}), "/answers/q6", "bad_date");
}

#[test]
fn what_must_be_answered_is_missed() {
    let faults = checked(&questions(), &Answers::new()).unwrap_err();
    let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(found, [("/answers/q1", "required"), ("/answers/q3", "required")]);
}

fn any_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        any::<f64>().prop_map(Answer::Number),
        (0_u32..12).prop_map(|n| Answer::Number(f64::from(n))),
        prop::collection::vec(0_u32..5, 0..6).prop_map(Answer::Places),
        any::<String>().prop_map(Answer::Text),
        "20[0-9]{2}-[0-9]{2}-[0-9]{2}".prop_map(Answer::Text),
    ]
}

proptest! {
    #[test]
    fn whatever_is_kept_is_kept_the_same_again(given in prop::collection::btree_map("q[1-7]", any_answer(), 0..7)) {
        if let Ok(kept) = checked(&questions(), &given) {
            prop_assert_eq!(checked(&questions(), &kept).unwrap(), kept.clone());
            let stored = serde_json::to_string(&kept).unwrap();
            prop_assert_eq!(serde_json::from_str::<Answers>(&stored).unwrap(), kept);
        }
    }
}
