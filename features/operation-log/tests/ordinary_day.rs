//! An ordinary day at a desk makes no more than 3,000 rows, and none of what matters is lost in sums. Without root, or without eBPF and
//! fanotify, it says SKIPPED.
#![cfg(all(feature = "agent", target_os = "linux"))]

mod day;

use yagura_vocabulary::Event;

/// So many rows a day are aimed at.
const MOST: usize = 3000;

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_day_is_three_thousand_rows_and_has_all_that_matters() {
    let name = "an_ordinary_day_is_three_thousand_rows_and_has_all_that_matters";
    match day::in_a_world_of_its_own(&["--exact", name, "--nocapture"]) {
        Some(Ok(())) => return,
        Some(Err(error)) => {
            // Within, whatever fails has said so; here only that there can be no such world.
            assert!(error.contains("exit status: 1") && !error.contains("101"), "{error}");
            println!("SKIPPED: there can be no mount namespace here: {error}");
            return;
        }
        None => {}
    }
    let day = match day::live().await {
        Ok(day) => day,
        Err(reason) => {
            println!("SKIPPED: {reason}");
            return;
        }
    };
    let kinds = day.by_kind();
    println!("{} rows: {kinds:?}", day.0.len());
    assert!(!kinds.contains_key("agent.gap"), "{kinds:?}");
    assert!(day.0.len() <= MOST, "{} rows: {kinds:?}", day.0.len());

    let rows = |kind: &str, path: &str| -> Vec<&Event> {
        let ends = |text: &Option<String>| text.as_deref().is_some_and(|text| text.ends_with(path));
        day.0.iter().filter(|event| event.kind == kind && (ends(&event.subject) || ends(&event.target))).collect()
    };
    // A save is one overwriting, whatever the editor does for it.
    for (document, saves) in [("原稿/メモ.txt", 15), ("原稿/手順.md", 15), ("原稿/日誌.txt", 10), ("原稿/報告3.odt", 5)]
    {
        assert_eq!(rows("file.overwrite", document).len(), saves, "{document}");
        assert!(rows("file.create", document).is_empty() && rows("file.delete", document).is_empty(), "{document}");
    }
    // What somebody does by hand is told one by one.
    for (kind, path) in [
        ("file.copy", "持ち出し/見積.xlsx"),
        ("file.delete", "会計/古い.docx"),
        ("file.rename", "持ち出し/名前を変えた.xlsx"),
        ("file.create", "Downloads/請求書3.pdf"),
    ] {
        assert_eq!(rows(kind, path).len(), 1, "{kind} {path}");
    }
    // Of a build and of an upgrade every program is named that ran, each a few times at most, and one that failed has its end.
    let starts = |name: &str| {
        let is = |image: &str| image.rsplit('/').next().is_some_and(|image| image == name || image.ends_with(name));
        day.0.iter().filter(|event| event.kind == "process.start" && event.image.as_deref().is_some_and(is)).count()
    };
    for program in ["make", "cc1", "-as", "dpkg", "dpkg-deb", "tar", "git"] {
        assert!((1..=40).contains(&starts(program)), "{} starts of {program}", starts(program));
    }
    let licence = |event: &&Event| event.command_line.as_deref().is_some_and(|line| line.contains("./licence"));
    assert!(day.0.iter().any(|event| licence(&event)), "a program that a build starts is told of");
    assert!(day.0.iter().any(|event| event.kind == "process.exit" && event.body.get("exit_code") == Some(&7.into())));
    // No row is about what programs keep for themselves.
    for own in ["/.cache/", "/.mozilla/", "/.git/", ".~lock.", ".goutputstream"] {
        let about = |event: &&Event| {
            event.kind.starts_with("file.") && event.subject.as_deref().is_some_and(|path| path.contains(own))
        };
        assert!(!day.0.iter().any(|event| about(&event)), "{own}");
    }
}
