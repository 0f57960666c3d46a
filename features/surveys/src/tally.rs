//! What came of a survey: counts, numbers, texts.

use serde::Serialize;

use crate::{
    answer::{Answer, Answers},
    model::{Kind, Question},
};

/// Results of an anonymous survey are shown from so many answers on: of fewer, one could guess whose they are.
pub const LEAST_ANONYMOUS: usize = 5;

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = SurveyTally))]
pub struct Tally {
    /// The question's id.
    pub id: String,
    /// How many answered it.
    pub answered: usize,
    /// How often each choice was taken, in the order of the choices; empty for other questions.
    pub choices: Vec<usize>,
    /// What the numbers are like; null for other questions, and where nobody answered.
    pub numbers: Option<Numbers>,
    /// The texts or dates, in alphabetical order, which says nothing about who wrote them; empty for other questions.
    pub texts: Vec<String>,
}

/// What numbers are like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = SurveyNumbers))]
pub struct Numbers {
    /// The smallest.
    pub least: f64,
    /// The one in the middle; between the two in the middle where their number is even.
    pub median: f64,
    /// The largest.
    pub most: f64,
}

/// What came of each question, in the order of the questions.
#[must_use]
pub fn tally(questions: &[Question], answers: &[Answers]) -> Vec<Tally> {
    questions.iter().map(|question| one(question, answers)).collect()
}

fn one(question: &Question, answers: &[Answers]) -> Tally {
    let given: Vec<&Answer> = answers.iter().filter_map(|answers| answers.get(&question.id)).collect();
    let mut choices = vec![0; question.kind.choices().len()];
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for answer in &given {
        match (&question.kind, answer) {
            (Kind::One { .. }, Answer::Number(place)) => {
                if let Some(count) = (0_u32..).zip(&mut choices).find(|(n, _)| f64::from(*n) == *place) {
                    *count.1 += 1;
                }
            }
            (Kind::Several { .. }, Answer::Places(places)) => {
                for place in places {
                    if let Some(count) = usize::try_from(*place).ok().and_then(|place| choices.get_mut(place)) {
                        *count += 1;
                    }
                }
            }
            (Kind::Number { .. }, Answer::Number(number)) => numbers.push(*number),
            (Kind::Short | Kind::Long | Kind::Date { .. }, Answer::Text(text)) => texts.push(text.clone()),
            _ => {}
        }
    }
    texts.sort();
    Tally { id: question.id.clone(), answered: given.len(), choices, numbers: numbers_of(numbers), texts }
}

fn numbers_of(mut numbers: Vec<f64>) -> Option<Numbers> {
    numbers.sort_by(f64::total_cmp);
    let (least, most) = (*numbers.first()?, *numbers.last()?);
    let middle = numbers.len() / 2;
    let median =
        if numbers.len() % 2 == 1 { numbers[middle] } else { f64::midpoint(numbers[middle - 1], numbers[middle]) };
    Some(Numbers { least, median, most })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn tallies(answers: &[Value]) -> Vec<Tally> {
        let questions: Vec<Question> = serde_json::from_str(include_str!("../golden/questions-v1.json")).unwrap();
        let answers: Vec<Answers> = answers.iter().map(|one| serde_json::from_value(one.clone()).unwrap()).collect();
        tally(&questions, &answers)
    }

    #[test]
    fn choices_are_counted_numbers_measured_and_texts_listed() {
        let found = tallies(&[
            json!({"q1": 0, "q2": [0, 2], "q3": 1, "q4": "総務"}),
            json!({"q1": 2, "q2": [0], "q3": 4, "q4": "経理"}),
            json!({"q1": 2, "q3": 9}),
        ]);
        assert_eq!((found[0].answered, found[0].choices.as_slice()), (3, [1, 0, 2].as_slice()));
        assert_eq!((found[1].answered, found[1].choices.as_slice()), (2, [2, 0, 1].as_slice()));
        assert_eq!(found[2].numbers, Some(Numbers { least: 1.0, median: 4.0, most: 9.0 }));
        assert_eq!(found[3].texts, ["経理", "総務"]);
    }

    #[test]
    fn between_two_numbers_lies_the_middle_and_of_none_there_is_none() {
        let found = tallies(&[json!({"q3": 1}), json!({"q3": 4})]);
        assert_eq!(found[2].numbers.map(|numbers| numbers.median), Some(2.5));
        assert_eq!(tallies(&[])[2].numbers, None);
    }

    proptest! {
        #[test]
        fn the_median_has_as_many_numbers_below_as_above(numbers in prop::collection::vec(-1e9..1e9_f64, 1..50)) {
            let found = numbers_of(numbers.clone()).unwrap();
            let below = numbers.iter().filter(|n| **n < found.median).count();
            let above = numbers.iter().filter(|n| **n > found.median).count();
            prop_assert!(below * 2 <= numbers.len() && above * 2 <= numbers.len());
            prop_assert!(found.least <= found.median && found.median <= found.most);
        }
    }
}
