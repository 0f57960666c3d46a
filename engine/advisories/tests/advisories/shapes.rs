//! What real feeds write that no description says.

use yagura_advisories::{Format, Range, Record};

use crate::golden::all;

/// The ranges that an advisory of GitHub's says of one package.
fn ranges(events: &str, beside: &str) -> Vec<Range> {
    let text = format!(
        r#"{{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","aliases":["CVE-2026-10001"],"affected":[{{"package":{{"ecosystem":"npm",
            "name":"example"}},"ranges":[{{"type":"ECOSYSTEM","events":[{events}]}}],"database_specific":{{{beside}}}}}]}}"#
    );
    let (records, summary) = all(Format::Osv, text.as_bytes());
    summary.unwrap();
    let found = records.into_iter().find_map(|record| match record {
        Record::Statement(statement) => Some(statement.ranges),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn where_github_knows_no_repair_a_range_ends_with_the_last_version_that_was_seen() {
    let open = r#"{"introduced":"1.0.0"}"#;
    let known = |text: &str| format!(r#""last_known_affected_version_range":"{text}""#);
    let range = Range { introduced: Some("1.0.0".to_owned()), ..Range::default() };
    let last = |text: &str| vec![Range { last_affected: Some(text.to_owned()), ..range.clone() }];
    assert_eq!(ranges(open, &known("<= 1.4.2")), last("1.4.2"));
    assert_eq!(ranges(open, &known("< 2.0.0")), [Range { fixed: Some("2.0.0".to_owned()), ..range.clone() }]);
    // What says something else is left alone, and so is a range that has an end.
    for other in ["", "= 1.4.2", ">= 1, <= 2", "<= 1, >= 0", "<="] {
        assert_eq!(ranges(open, &known(other)), std::slice::from_ref(&range), "{other}");
    }
    let repaired = r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"}"#;
    assert_eq!(ranges(repaired, &known("<= 1.4.2")), [Range { fixed: Some("1.2.0".to_owned()), ..range }]);
}

#[test]
fn the_day_of_the_figures_is_a_day_or_a_moment() {
    for date in ["2026-09-26T12:00:22Z", "2026-09-26T00:00:00+0000"] {
        let text = format!(
            "#model_version:v2026.06.15,score_date:{date}\ncve,epss,percentile\nCVE-1999-0001,0.03351,0.88243\n"
        );
        let (records, _) = all(Format::Epss, text.as_bytes());
        assert!(matches!(&records[0], Record::Likelihood(it) if it.day == "2026-09-26"), "{date}");
    }
}
