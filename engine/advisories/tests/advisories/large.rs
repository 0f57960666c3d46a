//! A feed as large as the NVD's, made while it is read: it is never whole anywhere.

use std::io::{self, BufReader, Read};

use yagura_advisories::{Format, Limits, Record, read};

/// Gives `count` vulnerabilities, one after the other.
struct Made {
    next: u64,
    count: u64,
    rest: Vec<u8>,
    at: usize,
}

impl Made {
    fn new(count: u64) -> Self {
        Self { next: 0, count, rest: br#"{"format":"NVD_CVE","vulnerabilities":["#.to_vec(), at: 0 }
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.rest.len() {
            self.rest.clear();
            self.at = 0;
            if self.next < self.count {
                let (number, comma) = (self.next, if self.next > 0 { "," } else { "" });
                let description = "Example Parser reads past the end of a list when it is given one. ".repeat(6);
                self.rest = format!(
                    r#"{comma}{{"cve":{{"id":"CVE-2026-{:07}","published":"2026-01-02T03:04:05.123","lastModified":"2026-02-03T04:05:06.000","vulnStatus":"Analyzed","descriptions":[{{"lang":"en","value":"{description}"}}],"metrics":{{"cvssMetricV31":[{{"source":"nvd@nist.gov","type":"Primary","cvssData":{{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N","baseScore":7.5}}}}]}},"configurations":[{{"nodes":[{{"operator":"OR","negate":false,"cpeMatch":[{{"vulnerable":true,"criteria":"cpe:2.3:a:example:parser_{}:*:*:*:*:*:*:*:*","versionEndExcluding":"1.4.2"}},{{"vulnerable":true,"criteria":"cpe:2.3:a:example:other:*:*:*:*:*:*:*:*","versionEndIncluding":"2.1"}}]}}]}}],"references":[{{"url":"https://example.org/{number}"}}]}}}}"#,
                    number + 1000,
                    number % 5000,
                )
                .into_bytes();
            } else if self.next == self.count {
                self.rest = b"]}".to_vec();
            }
            self.next += 1;
        }
        let length = (&self.rest[self.at..]).read(into)?;
        self.at += length;
        Ok(length)
    }
}

fn check(count: u64) {
    let (mut cves, mut statements) = (0, 0);
    let summary = read(Format::Nvd, BufReader::new(Made::new(count)), &Limits::default(), &mut |record| {
        match record {
            Record::Cve(_) => cves += 1,
            Record::Statement(_) => statements += 1,
            other => panic!("not of the NVD: {other:?}"),
        }
        Ok(())
    });
    let summary = summary.unwrap();
    assert_eq!((cves, statements, summary.skipped), (count, 2 * count, 0));
    assert_eq!(summary.records, 3 * count);
}

#[test]
fn thousands_of_vulnerabilities_are_read_one_by_one() {
    check(3000);
}

/// `cargo test --release -p yagura-advisories -- --ignored --nocapture as_many`: how long it takes is its time.
#[test]
#[ignore = "takes a while without --release"]
fn as_many_as_the_nvd_has() {
    check(300_000);
}
