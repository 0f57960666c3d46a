//! People who are logged on without a screen: over ssh, or at a console. What is said to them is written to their terminals, as wall(1)
//! does.
//!
//! Who is there is told by utmp(5) and by logind's files of sessions (`/run/systemd/sessions`); newer systems have only the latter.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

/// Bytes of a record of utmp: one size where programs of 32 bits share the file, another elsewhere (`bits/utmp.h` of glibc).
const RECORD: usize = if cfg!(any(target_arch = "aarch64", target_arch = "riscv64")) { 400 } else { 384 };
/// The kind of a record of somebody who is logged on.
const USER_PROCESS: u16 = 7;

/// The terminals at which somebody is, by name: `pts/0`, `tty1`.
pub(super) fn terminals(root: &Path) -> BTreeSet<String> {
    let (of_sessions, graphical) = sessions(&root.join("run/systemd/sessions"));
    let utmp = fs::read(root.join("run/utmp")).unwrap_or_default();
    let mut found = of_utmp(&utmp);
    found.extend(of_sessions);
    // Who has a screen is asked there.
    found.retain(|name| !graphical.contains(name));
    found.retain(|name| is_terminal(name));
    found
}

fn is_terminal(name: &str) -> bool {
    let number = name.strip_prefix("pts/").or_else(|| name.strip_prefix("tty"));
    number.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn of_utmp(bytes: &[u8]) -> BTreeSet<String> {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).into_owned()
    };
    let (records, _) = bytes.as_chunks::<RECORD>();
    let logged_on = records.iter().filter(|record| u16::from_ne_bytes([record[0], record[1]]) == USER_PROCESS);
    // Windows of a desktop's terminal come "from" that desktop: `:0`.
    let far = logged_on.filter(|record| record[76] != b':');
    far.map(|record| text(&record[8..40])).collect()
}

/// The terminals of sessions, and those behind a screen.
fn sessions(folder: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut found, mut graphical) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let field = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default().to_owned()
        };
        let terminal = field("TTY");
        if terminal.is_empty() || field("STATE") == "closing" {
            continue;
        }
        if ["x11", "wayland", "mir"].contains(&field("TYPE").as_str()) {
            graphical.insert(terminal);
        } else if field("CLASS") == "user" {
            found.insert(terminal);
        }
    }
    (found, graphical)
}

/// Writes a text to these terminals. One that takes nothing at the moment gets nothing: nobody waits for it.
pub(super) fn say(root: &Path, terminals: &BTreeSet<String>, text: &str) {
    // What an administrator wrote must not steer anybody's terminal.
    let plain: String = text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
    let text = format!("\r\n\u{7}{}\r\n", plain.replace('\n', "\r\n"));
    for name in terminals {
        let path = root.join("dev").join(name);
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW).bits();
        let opened = OpenOptions::new().write(true).custom_flags(flags.cast_signed()).open(&path);
        let told = opened.and_then(|mut terminal| {
            if terminal.metadata()?.file_type().is_char_device() {
                terminal.write_all(text.as_bytes())?;
            }
            Ok(())
        });
        if let Err(error) = told {
            tracing::warn!(%error, terminal = name, "somebody who is logged on cannot be told");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        process::{Command, Stdio},
    };

    use super::*;

    fn record(kind: u16, line: &str, host: &str) -> [u8; RECORD] {
        let mut record = [0; RECORD];
        record[..2].copy_from_slice(&kind.to_ne_bytes());
        record[8..8 + line.len()].copy_from_slice(line.as_bytes());
        record[76..76 + host.len()].copy_from_slice(host.as_bytes());
        record
    }

    #[test]
    fn who_is_logged_on_over_the_network_or_at_a_console_is_found_and_windows_of_a_desktop_are_not() {
        let all = [
            record(USER_PROCESS, "pts/0", "192.0.2.7"),
            record(USER_PROCESS, "tty1", ""),
            record(USER_PROCESS, "pts/3", ":0"),
            record(USER_PROCESS, "tty2", "tty2"),
            record(8, "pts/9", ""),
            record(USER_PROCESS, "../etc/passwd", ""),
        ];
        let dir = tempfile::tempdir().unwrap();
        let sessions = dir.path().join("run/systemd/sessions");
        fs::create_dir_all(&sessions).unwrap();
        fs::write(dir.path().join("run/utmp"), all.concat()).unwrap();
        for (name, text) in [
            ("1", "TYPE=wayland\nCLASS=user\nTTY=tty2\nSTATE=active\n"),
            ("2", "TYPE=tty\nCLASS=user\nTTY=pts/4\nSTATE=active\nREMOTE=1\n"),
            ("3", "TYPE=tty\nCLASS=user\nTTY=pts/5\nSTATE=closing\n"),
            ("4", "TYPE=unspecified\nCLASS=manager\nSTATE=active\n"),
        ] {
            fs::write(sessions.join(name), text).unwrap();
        }
        let found: Vec<String> = terminals(dir.path()).into_iter().collect();
        assert_eq!(found, ["pts/0", "pts/4", "tty1"]);
        assert!(terminals(Path::new("/nowhere")).is_empty());
    }

    #[test]
    fn what_is_said_stands_on_the_terminal_and_steers_nothing() {
        // It runs a program at a terminal of its own, and gives what stands there.
        let script = Command::new("script")
            .args(["--quiet", "--command", "tty; read line", "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut script) = script else {
            eprintln!("SKIPPED: a terminal of a test's own: it needs script(1)");
            return;
        };
        let mut lines = BufReader::new(script.stdout.take().unwrap()).lines().map(Result::unwrap);
        let name = lines.next().unwrap().trim().strip_prefix("/dev/").unwrap().to_owned();
        say(Path::new("/"), &BTreeSet::from([name, "pts/999999".to_owned()]), "再起動\n\u{1b}[2J");
        let said = lines.find(|line| line.contains("再起動")).unwrap();
        let next = lines.next().unwrap();
        assert!(!said.contains('\u{1b}') && next.trim() == "[2J", "{said:?} {next:?}");
        drop(script.stdin.take());
        script.wait().unwrap();
    }
}
