//! In which logon session a process is, by its control group, as logind itself tells it (systemd's `sd_pid_get_session`; elogind has
//! a hierarchy of its own with a group for each session).

use std::{fs, sync::Arc};

/// Where a process belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Within {
    /// To this session, by logind's name for it.
    Session(Arc<str>),
    /// To what systemd runs for an account whatever the number of its sessions: the whole desktop, on many.
    Account(u32),
    /// To no session.
    Nowhere,
}

/// What the kernel says of a living process; `None` where it is gone.
pub(super) fn within(pid: u32) -> Option<Within> {
    Some(parse(&String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/cgroup")).ok()?)))
}

/// Reads `/proc/PID/cgroup` (cgroups(7)): a line for each hierarchy, `number:controllers:path`.
fn parse(text: &str) -> Within {
    let mut found = Within::Nowhere;
    for line in text.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let mut names = path.split('/').filter(|name| !name.is_empty());
        if controllers == "name=elogind" {
            if let Some(id) = names.next().filter(|id| is_id(id)) {
                return Within::Session(id.into());
            }
        } else if controllers.is_empty() || controllers == "name=systemd" {
            for name in names {
                if let Some(id) = name.strip_prefix("session-").and_then(|rest| rest.strip_suffix(".scope"))
                    && is_id(id)
                {
                    return Within::Session(id.into());
                }
                let account = name.strip_prefix("user@").and_then(|rest| rest.strip_suffix(".service"));
                if let Some(uid) = account.and_then(|uid| uid.parse().ok()) {
                    found = Within::Account(uid);
                }
            }
        }
    }
    found
}

/// Whether it can be the name of a session: letters and digits, as systemd's `session_id_valid` has it.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Within) {
        assert_eq!(parse(text), *expected, "{text}");
    }

    #[test]
    fn a_session_is_the_scope_that_systemd_made_for_it() {
        check("0::/user.slice/user-1000.slice/session-3.scope\n", &Within::Session("3".into()));
        check("0::/user.slice/user-1000.slice/session-c12.scope/inner\n", &Within::Session("c12".into()));
        check(
            "4:memory:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-7.scope\n0::/\n",
            &Within::Session("7".into()),
        );
    }

    #[test]
    fn elogind_has_a_hierarchy_of_its_own() {
        check("2:name=elogind:/c4\n0::/\n", &Within::Session("c4".into()));
        check("2:name=elogind:/\n0::/\n", &Within::Nowhere);
    }

    #[test]
    fn what_runs_for_an_account_whatever_its_sessions_is_told_apart() {
        check("0::/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.scope\n", &Within::Account(1000));
        check("0::/system.slice/cron.service\n", &Within::Nowhere);
        check("0::/docker/session-3.scope.d/x\n", &Within::Nowhere);
        check("", &Within::Nowhere);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text: String) {
            parse(&text);
        }

        #[test]
        fn a_name_of_a_session_comes_back_as_it_was(id in "[a-z]?[0-9]{1,6}", uid: u32) {
            let text = format!("0::/user.slice/user-{uid}.slice/session-{id}.scope\n");
            prop_assert_eq!(parse(&text), Within::Session(id.as_str().into()));
        }
    }
}
