//! The kinds of events that are known, for completion and for telling a slip from a kind of tomorrow.

use crate::{near::nearest, text::fold};

/// Families with their Japanese words: `印刷` asks for `print.*`.
pub const FAMILIES: &[(&str, &[&str])] = &[
    ("file", &["ファイル"]),
    ("folder", &["フォルダー", "フォルダ"]),
    ("process", &["プロセス", "プログラム"]),
    ("window", &["ウィンドウ", "画面"]),
    ("session", &["ログオン", "サインイン"]),
    ("power", &["電源"]),
    ("web", &["ウェブ", "web閲覧"]),
    ("mail", &["メール"]),
    ("cloud", &["クラウド"]),
    ("print", &["印刷"]),
    ("device", &["機器", "デバイス"]),
    ("medium", &["媒体"]),
    ("drive", &["ドライブ"]),
    ("share", &["共有"]),
    ("disc", &["ディスク"]),
    ("net", &["通信", "ネットワーク"]),
    ("dns", &[]),
    ("wifi", &["無線"]),
    ("node", &["ノード"]),
    ("software", &["ソフトウェア"]),
    ("request", &["申請"]),
    ("asset", &["資産"]),
    ("rule", &[]),
    ("incident", &["インシデント"]),
    ("scan", &["検査"]),
    ("app", &[]),
    ("idle", &["離席"]),
    ("privilege", &["特権"]),
    ("account", &["アカウント"]),
    ("notice", &["お知らせ"]),
    ("agent", &["エージェント"]),
    ("audit", &["監査"]),
    ("backup", &["バックアップ"]),
    ("storage", &["容量"]),
];

/// Every kind of the vocabulary.
pub const KINDS: &[&str] = &[
    "process.start",
    "process.exit",
    "process.denied",
    "file.create",
    "file.copy",
    "file.move",
    "file.rename",
    "file.delete",
    "file.open",
    "file.overwrite",
    "file.judged",
    "file.quarantined",
    "file.restored",
    "folder.create",
    "folder.copy",
    "folder.move",
    "folder.rename",
    "folder.delete",
    "share.add",
    "share.remove",
    "drive.add",
    "drive.remove",
    "medium.insert",
    "medium.remove",
    "disc.write",
    "window.active",
    "window.title",
    "window.error",
    "app.usage",
    "idle.start",
    "idle.end",
    "session.logon",
    "session.logoff",
    "session.lock",
    "session.unlock",
    "session.failed",
    "power.boot",
    "power.shutdown",
    "power.sleep",
    "power.wake",
    "power.agreed",
    "power.postponed",
    "power.ordered",
    "power.done",
    "power.waking",
    "privilege.use",
    "account.change",
    "print.job",
    "web.view",
    "web.download",
    "web.upload",
    "web.post",
    "mail.send",
    "mail.attach",
    "cloud.file",
    "device.arrive",
    "device.remove",
    "device.denied",
    "device.readonly",
    "net.connect",
    "net.accept",
    "net.listen",
    "dns.query",
    "wifi.join",
    "node.seen",
    "node.gone",
    "node.blocked",
    "node.released",
    "software.install",
    "software.remove",
    "software.update",
    "software.start_first",
    "request.made",
    "request.decided",
    "request.expired",
    "asset.change",
    "asset.alarm",
    "scan.done",
    "rule.match",
    "incident.open",
    "incident.change",
    "notice.shown",
    "notice.closed",
    "agent.start",
    "agent.stop",
    "agent.update",
    "agent.gap",
    "agent.tamper",
    "agent.clock_change",
    "agent.policy_applied",
    "agent.sensor_change",
    "agent.epoch_change",
    "audit.change",
    "audit.view",
    "backup.done",
    "storage.low",
];

/// The pattern that `word` stands for: a kind, `family.*`, or what it is; an error names what was probably meant.
pub(crate) fn pattern(word: &str) -> Result<String, Option<&'static str>> {
    let word = fold(word);
    if let Some((family, _)) = FAMILIES.iter().find(|(family, others)| *family == word || others.contains(&&*word)) {
        return Ok(format!("{family}.*"));
    }
    let family = word.strip_suffix(".*").unwrap_or(&word);
    let known = || FAMILIES.iter().any(|(name, _)| *name == family);
    if KINDS.contains(&&*word) || known() || word.contains(['*', '?']) && family == word {
        return Ok(word);
    }
    let names = || FAMILIES.iter().flat_map(|(family, others)| std::iter::once(*family).chain(others.iter().copied()));
    let meant = nearest(family, KINDS.iter().copied().chain(names()));
    let dotted = family.contains('.') || word.ends_with(".*");
    let plain =
        word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '*' | '?'));
    // A newer agent may know kinds that this list does not.
    if dotted && plain && meant.is_none() { Ok(word) } else { Err(meant) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Result<&str, Option<&str>>) {
        assert_eq!(pattern(word).as_deref().map_err(|meant| *meant), expected, "{word}");
    }

    #[test]
    fn families_go_by_either_language() {
        check("print", Ok("print.*"));
        check("印刷", Ok("print.*"));
        check("file.*", Ok("file.*"));
        check("File.Copy", Ok("file.copy"));
        check("*.copy", Ok("*.copy"));
    }

    #[test]
    fn a_slip_is_told_and_a_kind_of_tomorrow_is_taken() {
        check("file.coyp", Err(Some("file.copy")));
        check("prosess", Err(Some("process")));
        check("印冊", Err(Some("印刷")));
        check("quantum.leap", Ok("quantum.leap"));
        check("なにか", Err(None));
    }
}
