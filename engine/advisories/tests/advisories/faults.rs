use std::io::{self, BufReader, Read};

use yagura_advisories::{Format, Limits, ReadError, Stop, read};

use crate::golden::{FEEDS, all, feed};

fn refused(format: Format, text: &str) -> String {
    all(format, text.as_bytes()).1.unwrap_err().to_string()
}

fn check(format: Format, text: &str, message: &str) {
    let refused = refused(format, text);
    assert!(refused.contains(message), "{refused}");
}

#[test]
fn a_web_page_in_the_place_of_a_feed_is_not_this_format() {
    for (name, format, _) in FEEDS {
        let refused = refused(format, "<html><head><title>503</title></head><body>Come back later</body></html>\n");
        assert!(refused.contains("expected"), "{name}: {refused}");
        assert!(refused.starts_with(&format!("read feed {format}: ")), "{refused}");
    }
}

#[test]
fn a_feed_in_another_format_is_refused_by_each() {
    for (name, own, _) in FEEDS {
        for format in Format::ALL.into_iter().filter(|format| *format != own) {
            // One is the other's format with other definitions: then nothing fits.
            assert!(all(format, &feed(name)).1.is_err(), "{name} as {format}");
        }
    }
}

#[test]
fn a_changed_schema_names_what_is_missing() {
    check(Format::Nvd, r#"{"format":"NVD_CVE","cves":[]}"#, "`vulnerabilities` is missing");
    check(Format::Nvd, r#"{"format":"NVD_CVE_3","vulnerabilities":[]}"#, "`format: NVD_CVE` is missing");
    check(Format::Kev, r#"{"vulnerabilities":[{"cve":"CVE-2026-10001"}]}"#, "`vulnerabilities[].cveID` is missing");
    check(Format::DebianTracker, r#"{"a":{"CVE-2026-10001":{"suites":{}}}}"#, "`releases` is missing");
    check(Format::Osv, r#"{"identifier":"x"}"#, "`id` is missing");
    check(Format::Epss, "#model_version:1,score_date:2026-01-01\ncve,probability\n", "`epss` is missing");
    check(Format::MsrcCsaf, r#"{"document":{}}"#, "`vulnerabilities` is missing");
    check(Format::MsrcCvrf, r#"{"DocumentTitle":{}}"#, "`Vulnerability` is missing");
    check(Format::MsrcCvrf, r#"{"Vulnerability":[]}"#, "`ProductTree` with products before");
    check(Format::MsrcCvrf, "<cvrfdoc></cvrfdoc>", "`Vulnerability` is missing");
    check(Format::EndOfLife, r#"{"schema_version":"2.0"}"#, "`result` is missing");
    check(Format::EndOfLife, r#"[{"cycle":"12","eol":"2026-06-10"}]"#, "an answer of the API v1");
    check(Format::Yagura, "{\"format\":\"yagura-advisories\",\"version\":2}\n", "`version: 1` is missing");
}

#[test]
fn after_many_bad_entries_and_no_good_one_the_rest_is_not_tried() {
    let text = format!(r#"{{"vulnerabilities":[{}]}}"#, vec![r#"{"id":1}"#; 100_000].join(","));
    let ReadError::Changed { missing, .. } = all(Format::Kev, text.as_bytes()).1.unwrap_err() else { panic!() };
    assert_eq!(missing, "vulnerabilities[].cveID");
}

#[test]
fn an_empty_list_is_good_news_and_no_fault() {
    let (records, summary) = all(Format::Nvd, br#"{"format":"NVD_CVE","vulnerabilities":[]}"#);
    assert!(records.is_empty() && summary.unwrap().skipped == 0);
}

#[test]
fn one_bad_entry_costs_no_other() {
    let good = r#"{"cveID":"CVE-2026-10001","dateAdded":"2026-02-01"}"#;
    for bad in [r#"{"cveID":}"#, r#"{"cveID":5}"#, "17", "null", r#""text""#, "[1,2]", r#"{"cveID":"\ud800"}"#] {
        let (records, summary) = all(Format::Kev, format!(r#"{{"vulnerabilities":[{good},{bad},{good}]}}"#).as_bytes());
        assert_eq!((records.len(), summary.unwrap().skipped), (2, 1), "{bad}");
    }
}

#[test]
fn the_faults_of_the_first_bad_entries_are_kept_with_place_and_name() {
    let (_, summary) = all(Format::Kev, &feed("kev.json"));
    let summary = summary.unwrap();
    let fault = &summary.first_faults[0];
    assert_eq!((fault.id.as_deref(), fault.what.as_str()), (Some("CVE-2026-10005"), "`dateAdded` is no day"));
    assert!(feed("kev.json")[usize::try_from(fault.at).unwrap()..].starts_with(b"{\"cveID\": \"CVE-2026-10005\""));
}

#[test]
fn a_document_type_is_refused_by_name_before_any_entity_grows() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
        <oval_definitions><definitions>&lol2;</definitions></oval_definitions>"#;
    for format in [Format::UbuntuOval, Format::RhelOval, Format::JvnRss, Format::MsrcCvrf] {
        let error = all(format, laughs.as_bytes()).1.unwrap_err();
        assert!(matches!(error, ReadError::DocumentType { .. }), "{error}");
        assert!(error.to_string().contains("declares a document type"), "{error}");
    }
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE cvrfdoc [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
        <cvrfdoc><Vulnerability><CVE>&b;</CVE></Vulnerability></cvrfdoc>"#;
    assert!(matches!(all(Format::MsrcCvrf, bomb.as_bytes()).1, Err(ReadError::DocumentType { .. })));
    let external = r#"<!DOCTYPE x SYSTEM "file:///etc/passwd"><rdf:RDF/>"#;
    assert!(matches!(all(Format::JvnRss, external.as_bytes()).1, Err(ReadError::DocumentType { .. })));
}

#[test]
fn an_entity_that_xml_does_not_have_stays_as_it_is_written() {
    let text = String::from_utf8(feed("jvn_overview.xml")).unwrap().replace("&amp;", "&xxe; &#x26;");
    let (records, _) = all(Format::JvnRss, text.as_bytes());
    assert!(format!("{:?}", records[0]).contains("例示ゲート &xxe; & 例示パーサ"), "{:?}", records[0]);
}

#[test]
fn limits_are_told_with_their_size() {
    let over = |format, text: &str, limits: Limits| {
        read(format, text.as_bytes(), &limits, &mut |_| Ok(())).unwrap_err().to_string()
    };
    let nvd = String::from_utf8(feed("nvd.json")).unwrap();
    let oval = String::from_utf8(feed("rhel_oval.xml")).unwrap();
    // Bytes are counted by what the input hands over at once, here as in a file.
    let slow = |text: &str, limits: Limits| {
        let input = BufReader::with_capacity(64, text.as_bytes());
        read(Format::Nvd, input, &limits, &mut |_| Ok(())).unwrap_err().to_string()
    };
    assert!(slow(&nvd, Limits { bytes: 1000, ..Limits::default() }).contains("more than 1000 bytes at byte"));
    assert!(slow(&nvd, Limits { entry_bytes: 900, ..Limits::default() }).contains("900 bytes in one entry"));
    let records = Limits { records: 1, ..Limits::default() };
    assert!(over(Format::Nvd, &nvd, records.clone()).contains("more than 1 records"));
    assert!(over(Format::RhelOval, &oval, records).contains("more than 1 records"));
    let deep = format!(r#"{{"vulnerabilities":[{}1{}]}}"#, "[".repeat(500), "]".repeat(500));
    assert!(over(Format::Kev, &deep, Limits::default()).contains("more than 64 things within things"));
    let deep = format!("<oval_definitions>{}{}</oval_definitions>", "<a>".repeat(500), "</a>".repeat(500));
    assert!(over(Format::RhelOval, &deep, Limits::default()).contains("more than 64 things within things"));
}

#[test]
fn an_api_that_answers_with_an_error_is_no_empty_feed() {
    check(
        Format::JvnRss,
        r#"<rdf:RDF><status:Status retCd="1" errMsg="the parameter startItem is wrong"/></rdf:RDF>"#,
        "the parameter startItem is wrong",
    );
}

#[test]
fn an_answer_that_nothing_fits_is_an_empty_feed() {
    let status = r#"<status:Status version="3.3" method="getVulnDetailInfo" retCd="0" totalRes="0"/>"#;
    for text in [
        format!("<Result>{status}</Result>"),
        format!(
            "<rdf:RDF><item><title>MyJVN　該当する脆弱性対策情報はありません。</title><link/></item>{status}</rdf:RDF>"
        ),
    ] {
        let (records, summary) = all(Format::JvnRss, text.as_bytes());
        assert!(records.is_empty() && summary.unwrap().skipped == 0, "{text}");
    }
}

#[test]
fn a_list_of_ours_that_lost_lines_is_cut() {
    let text = String::from_utf8(feed("yagura.jsonl")).unwrap();
    for lost in 1..5 {
        let lines: Vec<_> = text.lines().enumerate().filter(|(at, line)| *at != lost && !line.is_empty()).collect();
        if lines.len() == text.lines().filter(|line| !line.is_empty()).count() {
            continue;
        }
        let text: String = lines.into_iter().map(|(_, line)| format!("{line}\n")).collect();
        assert!(matches!(all(Format::Yagura, text.as_bytes()).1, Err(ReadError::Cut { .. })), "line {lost}");
    }
}

#[test]
fn an_object_or_lines_of_objects_are_osv_as_well() {
    let one = r#"{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","summary":"x"}"#;
    assert_eq!(all(Format::Osv, one.as_bytes()).0.len(), 1);
    let lines = format!("\u{feff}{one}\n{one}\n{{\"id\":\"GHSA-2\"");
    let (records, summary) = all(Format::Osv, lines.as_bytes());
    assert_eq!(records.len(), 2);
    assert!(matches!(summary, Err(ReadError::Cut { .. })));
}

#[test]
fn whoever_is_given_the_records_can_stop_and_gets_the_reason_back() {
    let error = read(Format::Kev, &*feed("kev.json"), &Limits::default(), &mut |_| {
        Err(Stop::from(io::Error::other("disk full")))
    });
    let ReadError::Stopped { source, .. } = error.unwrap_err() else { panic!() };
    assert_eq!(source.downcast_ref::<io::Error>().unwrap().to_string(), "disk full");
}

/// Reads so far, and then fails.
struct Fails<'a>(&'a [u8], io::ErrorKind);

impl Read for Fails<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(self.1.into()) } else { self.0.read(into) }
    }
}

#[test]
fn an_unpacker_that_misses_its_end_is_a_cut_and_a_broken_disk_is_not() {
    for (name, format, _) in FEEDS {
        let bytes = feed(name);
        let fails = |kind| {
            let input = BufReader::new(Fails(&bytes[..bytes.len() / 2], kind));
            read(format, input, &Limits::default(), &mut |_| Ok(())).unwrap_err()
        };
        assert!(matches!(fails(io::ErrorKind::UnexpectedEof), ReadError::Cut { .. }), "{name}");
        assert!(matches!(fails(io::ErrorKind::BrokenPipe), ReadError::Input { .. }), "{name}");
    }
}
