use super::*;

const SECOND: u64 = 1_000_000_000;

struct Numbers;

impl Names for Numbers {
    fn account(&mut self, uid: u32) -> Account {
        Account { name: format!("user{uid}"), id: uid.to_string() }
    }
}

fn process(pid: u32, second: u64) -> Identity {
    Identity { pid, start_ns: second * SECOND }
}

fn exec(who: Identity, parent: Identity, line: &[&str]) -> Observed {
    Observed::Exec(Box::new(Exec {
        at_ns: who.start_ns + 1,
        who,
        start_inferred: false,
        parent: Some(parent),
        owner: Some(Owner { uid: 1000, effective_uid: 1000, login_uid: None, session: None }),
        image: Some(format!("/bin/{}", line[0]).into()),
        image_deleted: false,
        path_cut: false,
        arguments: Some(line.iter().map(|word| word.as_bytes().to_vec()).collect()),
        arguments_cut: false,
        cwd: Some("/".into()),
        file: None,
        polled: false,
    }))
}

fn fork(who: Identity, parent: Identity) -> Observed {
    Observed::Fork(Fork { at_ns: who.start_ns, who, parent, owner: None })
}

fn exit(who: Identity, at_ns: u64, status: u32) -> Observed {
    Observed::Exit(Exit { at_ns, pid: who.pid, start_ns: Some(who.start_ns), owner: None, status: Some(status) })
}

fn run(tracker: &mut Tracker, seen: Vec<Observed>) -> Vec<ProcessRecord> {
    let mut records = Vec::new();
    for one in seen {
        tracker.observe(one, Time::from_seconds(0), &mut Numbers, &mut |tracked| records.push(tracked.record));
    }
    records
}

fn tracker() -> Tracker {
    let mut tracker = Tracker::new(Uuid::from_u128(1));
    tracker.learn([Existing { who: process(1, 0), image: Some("/sbin/init".into()), file: None }]);
    tracker
}

fn started(record: &ProcessRecord) -> &ProcessStarted {
    match record {
        ProcessRecord::Started(start) => start,
        other => panic!("not a start: {other:?}"),
    }
}

#[test]
fn a_child_links_to_its_parent_and_knows_its_image() {
    let (shell, list) = (process(10, 1), process(11, 2));
    let records = run(
        &mut tracker(),
        vec![exec(shell, process(1, 0), &["sh"]), fork(list, shell), exec(list, shell, &["ls", "-l"])],
    );
    let [shell, list] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(started(shell).parent_image.as_deref(), Some("/sbin/init"));
    assert_eq!(started(list).parent_guid, Some(started(shell).guid));
    assert_eq!(started(list).parent_image.as_deref(), Some("/bin/sh"));
    assert_eq!(started(list).command_line, Some("ls -l".into()));
}

#[test]
fn a_subshell_is_told_of_when_it_starts_a_program() {
    let (shell, sub, list) = (process(10, 1), process(11, 2), process(12, 3));
    let records = run(
        &mut tracker(),
        vec![exec(shell, process(1, 0), &["sh"]), fork(sub, shell), fork(list, sub), exec(list, sub, &["ls"])],
    );
    let [shell, sub, list] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!(started(sub).origin, Origin::Fork);
    assert_eq!(started(sub).parent_guid, Some(started(shell).guid));
    assert_eq!(started(sub).image, Some("/bin/sh".into()));
    assert_eq!(started(list).parent_guid, Some(started(sub).guid));
}

#[test]
fn a_process_that_only_split_off_makes_no_noise() {
    let worker = process(10, 1);
    let mut tracker = tracker();
    assert_eq!(run(&mut tracker, vec![fork(worker, process(1, 0)), exit(worker, 2 * SECOND, 0)]), []);
    assert_eq!(tracker.len(), 1);
}

#[test]
fn an_exit_tells_code_or_signal_and_how_long_it_lived() {
    for (status, code, signal) in
        [(0, Some(0), None), (3 << 8, Some(3), None), (9, None, Some(9)), (139, None, Some(11))]
    {
        let who = process(10, 1);
        let records = run(&mut tracker(), vec![exec(who, process(1, 0), &["a"]), exit(who, 3 * SECOND / 2, status)]);
        let ProcessRecord::Exited(exit) = &records[1] else { panic!("{records:?}") };
        assert_eq!((exit.exit_code, exit.signal, exit.lived_us), (code, signal, Some(500_000)));
        assert_eq!(exit.image.as_deref(), Some("/bin/a"));
    }
}

#[test]
fn a_reused_pid_is_not_taken_for_the_process_before() {
    let (old, new) = (process(10, 1), process(10, 50));
    let mut tracker = tracker();
    let records = run(
        &mut tracker,
        vec![exec(old, process(1, 0), &["old"]), fork(new, process(1, 0)), exec(process(11, 60), old, &["x"])],
    );
    assert_eq!(started(&records[1]).parent_image, None, "its parent was another process with that pid");
    assert_eq!(run(&mut tracker, vec![exit(old, 70 * SECOND, 0)]), [], "the old process is long gone");
    assert!(tracker.knows(new));
}

#[test]
fn secrets_are_gone_before_the_record_exists() {
    let records = run(&mut tracker(), vec![exec(process(10, 1), process(1, 0), &["app", "--password=hunter2"])]);
    assert_eq!(started(&records[0]).command_line, Some("app --password=***".into()));
    assert_eq!(started(&records[0]).notes, [Note::Masked]);
}

#[test]
fn raw_bytes_are_kept_only_of_a_line_without_secrets() {
    let line = |last: &[u8]| command_line(vec![b"app".to_vec(), b"\x93\xfa".to_vec(), last.to_vec()]).text;
    assert_eq!(line(b"x").as_bytes(), b"app \x93\xfa x");
    assert_eq!(line(b"--password=x").raw_base64(), None);
}

#[test]
fn a_command_line_is_cut_at_a_character() {
    let line = command_line(vec!["表".repeat(20_000).into_bytes()]);
    assert!(line.cut);
    assert_eq!(line.text.as_str().len(), MAX_COMMAND_LINE - MAX_COMMAND_LINE % 3);
}
