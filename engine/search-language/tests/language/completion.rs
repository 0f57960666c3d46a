//! What may follow at the caret.

use yagura_search_language::{Field, Offer, complete};

/// `|` is the caret. Gives what would be replaced, and the offers.
fn at(text: &str) -> (String, Option<Field>, Vec<String>) {
    let caret = text.find('|').unwrap();
    let text = text.replace('|', "");
    let found = complete(&text, caret);
    let words = found.offers.iter().map(|offer| match offer {
        Offer::Field(field) => field.name().to_owned(),
        Offer::Value(value, _) => (*value).to_owned(),
    });
    (text[found.at.clone()].to_owned(), found.field, words.collect())
}

#[test]
fn fields_are_offered_by_the_beginning_of_any_of_their_names() {
    assert_eq!(at("a ti|"), ("ti".into(), None, vec!["title".into(), "time".into()]));
    assert_eq!(at("ユー|"), ("ユー".into(), None, vec!["user".into(), "user_id".into()]));
    assert_eq!(at("-ha|"), ("ha".into(), None, vec!["hash".into()]));
    assert_eq!(at("|").2.len(), Field::ALL.len());
}

#[test]
fn values_are_offered_where_they_are_known() {
    assert_eq!(at("level:|").2, ["recorded", "alarm", "prohibited"]);
    assert_eq!(at("レベル：警|"), ("警".into(), Some(Field::Level), vec!["alarm".into()]));
    assert_eq!(at("kind:file.c|").2, ["file.create", "file.copy"]);
    assert_eq!(at("種類:印|").2, ["print", "print.job"]);
    assert_eq!(at("level:alarm,pro|"), ("pro".into(), Some(Field::Level), vec!["prohibited".into()]));
    assert_eq!(at("user:ta|"), ("ta".into(), Some(Field::User), vec![]));
}

#[test]
fn within_quotation_marks_nothing_is_offered() {
    assert_eq!(at("\"us|").2, Vec::<String>::new());
    assert_eq!(at("“a” us|").2, ["user", "user_id"]);
}

#[test]
fn a_caret_within_a_character_is_taken_before_it() {
    assert_eq!(complete("端末", 1).at, 0..0);
    assert_eq!(complete("端", 99).at, 0..3);
}
