use super::*;

const TODAY: Uuid = Uuid::from_u128(2);
const YESTERDAY: Uuid = Uuid::from_u128(1);

fn at(boot_id: Uuid, second: i64) -> Moment {
    Moment { occurred_at: Time::from_seconds(second), boot_id, mono_ns: u64::try_from(second).unwrap() * 1_000_000_000 }
}

fn now(second: i64) -> Moment {
    at(TODAY, second)
}

fn logon(id: &str, name: &str, since: i64) -> Logon {
    Logon {
        account: Account { name: name.to_owned(), id: "1000".to_owned() },
        session: LogonSession {
            id: id.to_owned(),
            remote_host: Some("192.0.2.7".to_owned()),
            ..LogonSession::default()
        },
        since: Time::from_seconds(since),
        locked: false,
    }
}

fn fresh(second: i64) -> Diary {
    let (diary, told) = Diary::open(None, Time::from_seconds(10), now(second));
    check(&told, &["power.boot at 10"]);
    diary
}

/// What was told, in short.
#[track_caller]
fn check(told: &[SessionActed], expected: &[&str]) {
    let told: Vec<_> = told
        .iter()
        .map(|acted| {
            let mut line = acted.act.kind().to_owned();
            if let Some(account) = &acted.account {
                line.push_str(&format!(" {}", account.name));
            }
            if let Some(claimed) = &acted.claimed {
                line.push_str(&format!(" claimed {claimed}"));
            }
            if let Some(change) = acted.change {
                line.push_str(&format!(" {}", change.as_str()));
            }
            line.push_str(&format!(" at {}", acted.at.occurred_at.micros() / 1_000_000));
            if let Some(duration) = acted.duration_ms {
                line.push_str(&format!(" after {}", duration / 1000));
            }
            line + if acted.inferred { " (inferred)" } else { "" }
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_session_begins_is_locked_and_ends_once_each() {
    let mut diary = fresh(100);
    check(&diary.see(Seen::Came(logon("c1", "tanaka", 110)), now(111)), &["session.logon tanaka at 110"]);
    check(&diary.see(Seen::Came(logon("c1", "tanaka", 110)), now(112)), &[]);
    check(&diary.see(Seen::Locked("c1".into(), true), now(200)), &["session.lock tanaka at 200"]);
    check(&diary.see(Seen::Locked("c1".into(), true), now(201)), &[]);
    check(&diary.see(Seen::Locked("c1".into(), false), now(260)), &["session.unlock tanaka at 260"]);
    check(&diary.see(Seen::Went("c1".into()), now(400)), &["session.logoff tanaka at 400 after 290"]);
    check(&diary.see(Seen::Went("c1".into()), now(401)), &[]);
    check(&diary.see(Seen::Locked("c1".into(), true), now(402)), &[]);
}

#[test]
fn who_logged_on_or_off_while_the_agent_was_away_is_told_afterwards() {
    let mut diary = fresh(100);
    diary.see(Seen::Came(logon("c1", "tanaka", 110)), now(111));
    diary.see(Seen::Came(logon("c2", "sato", 120)), now(121));
    let state: State = serde_json::from_value(serde_json::to_value(diary.state(now(500), 0)).unwrap()).unwrap();
    let (mut diary, told) = Diary::open(Some(state), Time::from_seconds(10), now(900));
    check(&told, &[]);
    let there = vec![logon("c2", "sato", 120), Logon { locked: true, ..logon("c3", "suzuki", 700) }];
    check(
        &diary.see(Seen::Present(there), now(901)),
        &[
            "session.logoff tanaka at 500 after 390 (inferred)",
            "session.logon suzuki at 700",
            "session.lock suzuki at 901",
        ],
    );
}

#[test]
fn a_machine_that_lost_its_power_stopped_when_it_was_last_alive() {
    let (mut diary, _) = Diary::open(None, Time::from_seconds(10), at(YESTERDAY, 100));
    diary.see(Seen::Came(logon("c1", "tanaka", 110)), at(YESTERDAY, 111));
    let lost = diary.state(at(YESTERDAY, 500), 0).clone();
    let (_, told) = Diary::open(Some(lost), Time::from_seconds(2000), now(2030));
    let ends = ["session.logoff tanaka at 500 after 390 (inferred)", "power.shutdown at 500 after 490 (inferred)"];
    check(&told, &[ends[0], ends[1], "power.boot at 2000"]);
    assert_eq!((told[0].at.boot_id, told[2].at.boot_id), (YESTERDAY, TODAY));

    // One that said so beforehand has told its end already.
    check(&diary.see(Seen::Stopping, at(YESTERDAY, 600)), &["power.shutdown at 600 after 590"]);
    diary.see(Seen::Went("c1".into()), at(YESTERDAY, 601));
    let stopped = diary.state(at(YESTERDAY, 601), 0).clone();
    let (_, told) = Diary::open(Some(stopped), Time::from_seconds(2000), now(2030));
    check(&told, &["power.boot at 2000"]);
}

#[test]
fn sleep_is_told_once_whether_the_system_says_so_or_only_the_clocks_do() {
    let second = Duration::from_secs;
    let mut diary = fresh(100);
    check(&diary.see(Seen::Slept(second(50)), now(101)), &[]);
    check(&diary.see(Seen::Sleeping(true), now(200)), &["power.sleep at 200"]);
    check(&diary.see(Seen::Sleeping(false), now(260)), &["power.wake at 260 after 60"]);
    check(&diary.see(Seen::Slept(second(108)), now(270)), &[]);
    // Only the clocks.
    check(&diary.see(Seen::Slept(second(109)), now(330)), &[]);
    check(
        &diary.see(Seen::Slept(second(209)), now(460)),
        &["power.sleep at 360 (inferred)", "power.wake at 460 after 100 (inferred)"],
    );
    // It said that it goes to sleep; the clocks were first to show that it woke up.
    check(&diary.see(Seen::Sleeping(true), now(500)), &["power.sleep at 500"]);
    check(&diary.see(Seen::Slept(second(239)), now(540)), &["power.wake at 540 after 30 (inferred)"]);
    check(&diary.see(Seen::Sleeping(false), now(541)), &[]);
    check(&diary.see(Seen::Slept(second(240)), now(600)), &[]);
}

#[test]
fn a_failed_logon_names_the_account_or_what_was_typed() {
    let mut diary = fresh(100);
    let accounts = Accounts::read("tanaka:x:1000:1000:::\n", "");
    check(&diary.see(Seen::Accounts(accounts), now(101)), &[]);
    let failed = |user: &str| {
        let (terminal, host) = ("ssh:notty".to_owned(), "192.0.2.9".to_owned());
        Seen::Failed(Failure { user: user.to_owned(), terminal, host, at: Time::from_seconds(150) })
    };
    let told = diary.see(failed("tanaka"), now(151));
    check(&told, &["session.failed tanaka at 150"]);
    assert_eq!(told[0].session.as_ref().unwrap().remote_host.as_deref(), Some("192.0.2.9"));
    check(&diary.see(failed("admin"), now(151)), &["session.failed claimed admin at 150"]);
}

#[test]
fn a_new_administrator_is_told_also_if_it_came_to_be_while_the_agent_was_away() {
    let mut diary = fresh(100);
    let passwd = "tanaka:x:1000:1000:::\n";
    diary.see(Seen::Accounts(Accounts::read(passwd, "sudo:x:27:\n")), now(101));
    let state = diary.state(now(102), 0).clone();
    let (mut diary, _) = Diary::open(Some(state), Time::from_seconds(10), now(900));
    let told = diary.see(Seen::Accounts(Accounts::read(passwd, "sudo:x:27:tanaka\n")), now(901));
    check(&told, &["account.change tanaka promoted at 901"]);
}
