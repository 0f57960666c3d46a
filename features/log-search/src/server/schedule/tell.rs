//! The mail about a run. Pure.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::LastRun;

/// Subject and text. What was found stands in no mail: who wants to see it signs in, and it is written down.
pub(super) fn write(name: &str, q: &str, run: &LastRun, public_url: &str) -> (String, String) {
    let count = if run.exact { run.count.to_string() } else { format!("{}+", run.count) };
    let (new_ja, new_en) = match run.new {
        Some(new) => (format!("（前回より後に受信 {new}件）"), format!(" ({new} received since the last run)")),
        None => (String::new(), String::new()),
    };
    // A name has no line breaks when it is saved, but a subject must have none whatever happens.
    let subject = format!("Yagura: {} {count}件", name.replace(char::is_control, " "));
    let text = format!(
        "保存した検索「{name}」 {count}件{new_ja}\nSaved search \"{name}\": {count} events{new_en}\n\n{q}\n\n{public_url}/events?q={}\n",
        utf8_percent_encode(q, NON_ALPHANUMERIC)
    );
    (subject, text)
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Time;

    use super::*;

    fn check(count: u64, exact: bool, new: Option<u64>, expected: (&str, &str)) {
        let run = LastRun { at: Time::from_seconds(0), count, exact, new };
        let (subject, text) = write("USB\r\n持ち出し", "種類:file.copy 以降:7d", &run, "https://y.example");
        assert_eq!(subject, expected.0);
        assert!(text.contains(expected.1), "{text}");
        assert!(
            text.ends_with("https://y.example/events?q=%E7%A8%AE%E9%A1%9E%3Afile%2Ecopy%20%E4%BB%A5%E9%99%8D%3A7d\n"),
            "{text}"
        );
    }

    #[test]
    fn a_mail_says_how_many_there_are_and_how_many_are_new() {
        check(12, true, None, ("Yagura: USB  持ち出し 12件", " 12 events\n"));
        check(
            100_000,
            false,
            Some(3),
            ("Yagura: USB  持ち出し 100000+件", "100000+ events (3 received since the last run)"),
        );
    }
}
