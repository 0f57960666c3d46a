//! What people are told and asked, in both languages.

use std::time::Duration;

use yagura_agent_kit::Label;

use crate::{Act, PowerPolicy};

fn label(ja: String, en: String) -> Label {
    Label { ja, en }
}

/// The title of the question.
pub(super) fn title(act: Act) -> Label {
    match act {
        Act::Restart => label("この端末を再起動します".to_owned(), "This computer will restart".to_owned()),
        Act::ShutDown => label("この端末の電源を切ります".to_owned(), "This computer will shut down".to_owned()),
    }
}

/// Its text: what to do, why, and what can be done about it.
pub(super) fn text(act: Act, reason: &str, left: u32, policy: &PowerPolicy) -> Label {
    let (mut ja, mut en) = match act {
        Act::Restart => (
            "保存していないものは失われます。時間までに、開いているファイルを保存してください。".to_owned(),
            "What is not saved will be lost. Please save your open files before then.".to_owned(),
        ),
        Act::ShutDown => (
            "保存していないものは失われます。時間までに、開いているファイルを保存してください。電源は自動では入りません。".to_owned(),
            "What is not saved will be lost. Please save your open files before then. It does not switch itself on again.".to_owned(),
        ),
    };
    if !reason.is_empty() {
        ja = format!("{ja}\n\n理由: {reason}");
        en = format!("{en}\n\nReason: {reason}");
    }
    if left == 0 {
        ja += "\n\nこれ以上は延期できません。";
        en += "\n\nIt cannot be put off any more.";
    } else {
        let (minutes, ja_times) = (minutes(policy), left);
        ja = format!("{ja}\n\nあと{ja_times}回、{minutes}分ずつ延期できます。");
        en = format!("{en}\n\nIt can be put off {left} more times, {minutes} minutes each.");
    }
    label(ja, en)
}

/// The button that has it done now.
pub(super) fn now(act: Act) -> Label {
    match act {
        Act::Restart => label("今すぐ再起動".to_owned(), "Restart now".to_owned()),
        Act::ShutDown => label("今すぐ電源を切る".to_owned(), "Shut down now".to_owned()),
    }
}

/// The button that puts it off.
pub(super) fn later(policy: &PowerPolicy) -> Label {
    let minutes = minutes(policy);
    label(format!("{minutes}分後にする"), format!("In {minutes} minutes"))
}

fn minutes(policy: &PowerPolicy) -> u64 {
    Duration::from_secs(policy.postpone_s.into()).as_secs().div_ceil(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_is_told_why_and_how_often_it_can_wait() {
        let policy = PowerPolicy::default();
        let asked = text(Act::Restart, "更新のため", 2, &policy);
        assert!(
            asked.ja.contains("理由: 更新のため") && asked.ja.ends_with("あと2回、30分ずつ延期できます。"),
            "{}",
            asked.ja
        );
        let last = text(Act::ShutDown, "", 0, &policy);
        assert!(last.en.ends_with("It cannot be put off any more.") && !last.en.contains("Reason"), "{}", last.en);
        assert_eq!(later(&policy).ja, "30分後にする");
    }
}
