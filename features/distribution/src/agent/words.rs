//! What people are told and asked, in both languages.

use yagura_agent_kit::Label;

use crate::model::{Job, Work};

fn label(ja: String, en: String) -> Label {
    Label { ja, en }
}

/// The title of the question.
pub(super) fn title(work: &Work) -> Label {
    let (ja, en) = match work {
        Work::Install { .. } => ("ソフトウェアをインストールします", "Software will be installed"),
        Work::Script { .. } => ("管理者の作業を行います", "Maintenance will be carried out"),
        Work::Updates { .. } => ("更新プログラムを適用します", "Updates will be installed"),
    };
    label(ja.to_owned(), en.to_owned())
}

/// What it is about, at most three names.
fn names(work: &Work) -> Option<String> {
    match work {
        Work::Install { files } => {
            let mut names: Vec<String> =
                files.iter().take(3).map(|file| format!("{} {}", file.package, file.version)).collect();
            if files.len() > 3 {
                names.push("…".to_owned());
            }
            Some(names.join(", "))
        }
        Work::Script { name, .. } => Some(name.clone()),
        Work::Updates { .. } => None,
    }
}

/// Its text: what it is, why, what to do, and how often it can wait.
pub(super) fn text(job: &Job, left: u32) -> Label {
    let mut ja = "作業の間、この端末が遅くなったり、開いているソフトウェアが使えなくなったりすることがあります。時間までに、作業中のファイルを保存してください。".to_owned();
    let mut en = "Meanwhile this computer may be slow, and software that is open may stop working. Please save your work before then.".to_owned();
    if let Some(names) = names(&job.work) {
        ja = format!("対象: {names}\n\n{ja}");
        en = format!("What: {names}\n\n{en}");
    }
    if !job.notice.text.is_empty() {
        ja = format!("{}\n\n{ja}", job.notice.text);
        en = format!("{}\n\n{en}", job.notice.text);
    }
    if left == 0 {
        ja += "\n\nこれ以上は延期できません。";
        en += "\n\nIt cannot be put off any more.";
    } else {
        let minutes = minutes(job);
        ja = format!("{ja}\n\nあと{left}回、{minutes}分ずつ延期できます。");
        en = format!("{en}\n\nIt can be put off {left} more times, {minutes} minutes each.");
    }
    label(ja, en)
}

/// What stands on the terminals of people who have no screen: in both languages, because nobody knows theirs. `seconds` are left.
pub(super) fn terminal(job: &Job, seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    let (mut ja, mut en) = match minutes {
        0 => ("まもなく始めます。".to_owned(), "It begins now.".to_owned()),
        _ => (format!("{minutes}分後に始めます。"), format!("It begins in {minutes} minutes.")),
    };
    let title = title(&job.work);
    if let Some(names) = names(&job.work) {
        ja = format!("{ja} 対象: {names}");
        en = format!("{en} What: {names}");
    }
    let note = if job.notice.text.is_empty() { String::new() } else { format!("\n{}", job.notice.text) };
    format!("Yagura: {}。{ja}\nYagura: {}. {en}{note}", title.ja, title.en)
}

/// The button that has it done now.
pub(super) fn now() -> Label {
    label("今すぐ行う".to_owned(), "Do it now".to_owned())
}

/// The button that puts it off.
pub(super) fn later(job: &Job) -> Label {
    let minutes = minutes(job);
    label(format!("{minutes}分後にする"), format!("In {minutes} minutes"))
}

fn minutes(job: &Job) -> u32 {
    job.notice.postpone_s.div_ceil(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::tests::job;

    #[test]
    fn a_terminal_is_told_in_both_languages_how_long_is_left() {
        assert_eq!(
            terminal(&job(), 301),
            "Yagura: ソフトウェアをインストールします。6分後に始めます。 対象: good 2.0\n\
             Yagura: Software will be installed. It begins in 6 minutes. What: good 2.0"
        );
        assert!(terminal(&job(), 0).contains("It begins now."));
    }

    #[test]
    fn the_person_is_told_what_and_how_often_it_can_wait() {
        let mut one = job();
        one.notice.text = "会計ソフトの更新".to_owned();
        let asked = text(&one, 1);
        assert!(asked.ja.starts_with("会計ソフトの更新\n\n対象: good 2.0"), "{}", asked.ja);
        assert!(asked.ja.ends_with("あと1回、30分ずつ延期できます。"), "{}", asked.ja);
        assert!(text(&job(), 0).en.ends_with("It cannot be put off any more."));
        assert_eq!(
            (later(&job()).ja.as_str(), title(&job().work).en.as_str()),
            ("30分後にする", "Software will be installed")
        );
    }
}
