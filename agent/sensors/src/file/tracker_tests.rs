use std::{cell::RefCell, collections::HashSet};

use super::*;
use crate::file::{fold::ONE_BY_ONE, observed::What};

const SECOND: u64 = 1_000_000_000;

struct World {
    folds: bool,
    opens: bool,
    late: Option<Arc<Who>>,
    /// Somebody looks early, and has seen this.
    looks: bool,
    early: RefCell<Vec<FileActed>>,
}

fn world() -> World {
    World { folds: true, opens: false, late: None, looks: false, early: RefCell::new(Vec::new()) }
}

impl Surroundings for World {
    fn who(&mut self, _pid: u32) -> Option<Arc<Who>> {
        self.late.clone()
    }

    fn account(&mut self, uid: u32) -> Account {
        Account { name: format!("user{uid}"), id: uid.to_string() }
    }

    fn place(&self, path: &Text) -> Place {
        if path.as_str().starts_with("/media/") { Place::Removable } else { Place::Fixed }
    }

    fn opens_wanted(&self, path: &str) -> bool {
        self.opens && path.starts_with("/home/")
    }

    fn wanted(&self, _act: &FileActed) -> bool {
        true
    }

    fn folds(&self) -> bool {
        self.folds
    }

    fn looks_early(&self) -> bool {
        self.looks
    }

    fn see_early(&self, act: &FileActed) {
        self.early.borrow_mut().push(act.clone());
    }
}

/// All that comes of some observations, in the end.
fn run(world: &mut World, seen: impl IntoIterator<Item = Seen>) -> Vec<FileActed> {
    let mut tracker = Tracker::new(Uuid::from_u128(1));
    let mut records = Vec::new();
    let mut now = 0;
    let out = &mut |record| match record {
        FileRecord::Acted(acted) => records.push(*acted),
        FileRecord::Lost(lost) => panic!("{lost:?}"),
    };
    for one in seen {
        // As the source does, time goes by between observations.
        tracker.tick(one.at_ns, Time::default(), world, out);
        now = one.at_ns;
        tracker.observe(one, Time::default(), world, out);
    }
    tracker.tick(now + 2 * SECOND, Time::default(), world, out);
    tracker.finish(now + 2 * SECOND, Time::default(), world, out);
    records
}

fn recorded(text: &str) -> Vec<Seen> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn told(record: &FileActed) -> String {
    let short = |path: &Text| path.as_str().replace("/home/tanaka", "~").replace("/media/stick", "USB");
    let mut line = format!("{} {}", record.act.kind(), short(&record.path));
    if let Some(target) = &record.target {
        line.push_str(&format!(" -> {}", short(target)));
    }
    if record.inferred {
        line.push_str(" (inferred)");
    }
    for note in &record.notes {
        line.push_str(&format!(" {note:?}"));
    }
    if let Some(count) = record.count {
        line.push_str(&format!(" x{count}"));
    }
    line
}

/// What comes of a recording from a real machine; what the same program takes away at once left out.
fn check(recording: &str, expected: &[&str]) -> Vec<FileActed> {
    let mut records = run(&mut world(), recorded(recording));
    records.retain(|record| !record.notes.contains(&FileNote::Fleeting));
    let told: Vec<_> = records.iter().map(told).collect();
    assert_eq!(told, expected);
    records
}

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("../../golden/", $name, ".jsonl"))
    };
}

#[test]
fn cp_is_a_copy_with_its_size_and_the_program_that_made_it() {
    let records = check(golden!("cp"), &["file.copy ~/見積.xlsx -> USB/見積.xlsx (inferred)"]);
    let process = records[0].process.as_ref().unwrap();
    assert_eq!((records[0].bytes, process.image.as_deref()), (Some(3000), Some("/usr/bin/cp")));
    assert_eq!((records[0].place, records[0].target_place), (Place::Fixed, Place::Removable));
    assert_eq!(process.account.as_ref().unwrap().name, "user1000");
    assert!(process.guid.is_some() && process.by_shell);
}

#[test]
fn a_folder_that_is_copied_is_told_of_with_all_that_is_in_it_once_each() {
    check(
        golden!("cp_r"),
        &[
            "folder.copy ~/会計 -> USB/会計 (inferred)",
            "folder.copy ~/会計/第1期 -> USB/会計/第1期 (inferred)",
            "file.copy ~/会計/第1期/b.txt -> USB/会計/第1期/b.txt (inferred)",
            "file.copy ~/会計/a.txt -> USB/会計/a.txt (inferred)",
            "folder.copy ~/会計/空 -> USB/会計/空 (inferred)",
        ],
    );
}

#[test]
fn a_move_to_another_drive_is_one_move_though_it_is_a_copy_and_a_deletion() {
    check(golden!("mv_across"), &["file.move USB/見積.xlsx -> ~/戻り.xlsx (inferred)"]);
    check(
        golden!("mv_folder_across"),
        &[
            "folder.move USB/会計 -> ~/会計2 (inferred)",
            "folder.move USB/会計/第1期 -> ~/会計2/第1期 (inferred)",
            "file.move USB/会計/第1期/b.txt -> ~/会計2/第1期/b.txt (inferred)",
            "file.move USB/会計/a.txt -> ~/会計2/a.txt (inferred)",
            "folder.move USB/会計/空 -> ~/会計2/空 (inferred)",
        ],
    );
}

#[test]
fn within_a_drive_another_name_is_a_renaming_and_another_folder_a_move() {
    check(
        golden!("mv_within"),
        &["file.rename ~/戻り.xlsx -> ~/改名.xlsx", "file.move ~/改名.xlsx -> ~/src/改名.xlsx"],
    );
}

#[test]
fn rsync_copies_though_it_reads_and_writes_in_two_processes_and_under_other_names() {
    check(
        golden!("rsync"),
        &[
            "file.copy ~/src/f1.txt -> USB/dst/f1.txt (inferred)",
            "file.copy ~/src/f2.txt -> USB/dst/f2.txt (inferred)",
            "file.copy ~/src/f3.txt -> USB/dst/f3.txt (inferred)",
            "file.copy ~/src/改名.xlsx -> USB/dst/改名.xlsx (inferred)",
        ],
    );
    check(
        golden!("rsync_again"),
        &["file.overwrite ~/src/f1.txt", "file.copy ~/src/f1.txt -> USB/dst/f1.txt (inferred) Replaced"],
    );
}

#[test]
fn an_editor_overwrites_one_file_however_it_does_it() {
    check(golden!("vim"), &["file.overwrite ~/notes.txt"]);
    check(golden!("save_by_rename"), &["file.overwrite ~/notes.txt (inferred)"]);
    check(golden!("append"), &["file.overwrite ~/notes.txt"]);
}

#[test]
fn what_is_unpacked_is_made() {
    check(
        golden!("unzip"),
        &[
            "folder.create ~/out",
            "folder.create ~/out/src",
            "file.create ~/out/src/f3.txt",
            "file.create ~/out/src/f2.txt",
            "file.create ~/out/src/f1.txt",
        ],
    );
}

#[test]
fn names_that_are_not_utf8_keep_their_bytes() {
    let records = check(golden!("names"), &["folder.create ~/\u{fffd}\u{fffd}\u{fffd}{", "file.create ~/文書.txt"]);
    assert_eq!(records[0].path.as_bytes(), b"/home/tanaka/\x93\xfa\x96{");
}

#[test]
fn a_path_of_four_kilobytes_is_whole() {
    let records = run(&mut world(), recorded(golden!("deep")));
    let last = records.iter().find(|record| record.act == FileAct::FileCreate).unwrap();
    assert!(last.path.as_bytes().len() > 3900 && last.path.as_str().ends_with("/end.txt"), "{last:?}");
    assert!(last.path.as_str().starts_with("/home/tanaka/ddd"));
}

#[test]
fn a_tree_that_is_removed_is_told_of_whole_though_it_was_gone_before_anybody_could_look() {
    check(
        golden!("rm_rf"),
        &[
            "folder.delete ~/会計2/空",
            "file.delete ~/会計2/a.txt",
            "file.delete ~/会計2/第1期/b.txt",
            "folder.delete ~/会計2/第1期",
            "folder.delete ~/会計2",
        ],
    );
}

#[test]
fn a_file_that_is_moved_over_another_one_says_so() {
    check(golden!("replace_move"), &["file.create ~/new.txt", "file.rename ~/new.txt -> ~/notes.txt Replaced"]);
}

#[test]
fn links_and_empty_files_are_made() {
    let expected = ["file.create ~/empty", "file.create ~/link", "file.create ~/hard", "file.overwrite ~/notes.txt"];
    check(golden!("touch_link"), &expected);
}

#[test]
fn a_file_that_is_only_read_is_told_of_where_that_is_wanted_and_once() {
    let twice = || [recorded(golden!("cat")), recorded(golden!("cat"))].concat();
    assert_eq!(run(&mut world(), twice()), []);
    let records = run(&mut World { opens: true, ..world() }, twice());
    assert_eq!(records.iter().map(told).collect::<Vec<_>>(), ["file.open ~/notes.txt"]);
    // What a copy reads is part of the copy.
    let records = run(&mut World { opens: true, ..world() }, recorded(golden!("cp")));
    assert_eq!(records.len(), 1, "{records:?}");
}

// --- what no recording shows ---------------------------------------------------------------------------------------------

fn who(pid: u32) -> Arc<Who> {
    Arc::new(Who {
        pid,
        start_ns: SECOND,
        uid: Some(1000),
        image: Some("/usr/bin/app".to_owned()),
        parent_image: None,
        session: None,
        leader: pid,
        tree: pid,
        builds: false,
    })
}

fn seen(at_ns: u64, what: What, file: u64, path: &str) -> Seen {
    Seen {
        at_ns,
        pid: 7,
        who: Some(who(7)),
        what,
        folder: false,
        file,
        path: path.into(),
        to: None,
        folder_unknown: false,
        size: None,
        changed_ns: None,
    }
}

fn create(at_ns: u64, file: u64, path: &str) -> [Seen; 3] {
    let closed = Seen { size: Some(1), ..seen(at_ns, What::Closed, file, path) };
    [seen(at_ns, What::Created, file, path), seen(at_ns, What::Opened, file, path), closed]
}

#[test]
fn a_new_file_that_stays_open_is_told_of_once_with_its_size_or_after_a_minute() {
    let [created, opened, closed] = create(SECOND, 1, "/home/a");
    let later = |at_ns| Seen { at_ns, ..closed.clone() };
    let soon = run(&mut world(), [created.clone(), opened.clone(), later(20 * SECOND)]);
    assert_eq!((soon.len(), soon[0].bytes), (1, Some(1)));
    let other = seen(70 * SECOND, What::Created, 2, "/home/b");
    let late = run(&mut world(), [created, opened, other, later(90 * SECOND)]);
    assert_eq!(late.iter().map(told).collect::<Vec<_>>(), ["file.create /home/a", "file.create /home/b"]);
}

#[test]
fn an_act_is_seen_early_while_it_may_still_become_another_one() {
    let mut world = World { looks: true, ..world() };
    let mut tracker = Tracker::new(Uuid::from_u128(1));
    let mut records = Vec::new();
    let out = &mut |record| records.push(record);
    // A large file on its way to a stick, seen as a copy as soon as it is one, and as a move when it is over.
    let from = "/home/tanaka/a.iso";
    let opened = Seen { size: Some(9), ..seen(SECOND, What::Opened, 1, from) };
    let [created, written, closed] = create(SECOND, 2, "/media/stick/a.iso");
    let closed = Seen { size: Some(9), ..closed };
    for one in [opened, created, written] {
        tracker.observe(one, Time::default(), &mut world, out);
    }
    let early = |world: &World| world.early.borrow().iter().map(told).collect::<Vec<_>>();
    tracker.tick(SECOND + SECOND / 20, Time::default(), &mut world, out);
    assert_eq!(early(&world), [""; 0], "the program has not rested yet");
    tracker.tick(SECOND + SECOND / 10, Time::default(), &mut world, out);
    tracker.tick(SECOND + SECOND / 5, Time::default(), &mut world, out);
    assert_eq!(early(&world), ["file.create USB/a.iso"], "once, as nothing came since");
    tracker.tick(3 * SECOND, Time::default(), &mut world, out);
    tracker.observe(Seen { at_ns: 20 * SECOND, ..closed }, Time::default(), &mut world, out);
    tracker.tick(20 * SECOND + SECOND / 8, Time::default(), &mut world, out);
    tracker.observe(seen(20 * SECOND + SECOND / 4, What::Deleted, 1, from), Time::default(), &mut world, out);
    tracker.tick(22 * SECOND, Time::default(), &mut world, out);
    let seen_early = early(&world);
    assert_eq!(seen_early[1], "file.copy ~/a.iso -> USB/a.iso (inferred)", "{seen_early:?}");
    let FileRecord::Acted(last) = &records[0] else { panic!("{records:?}") };
    assert_eq!((told(last), records.len()), ("file.move ~/a.iso -> USB/a.iso (inferred)".to_owned(), 1));
}

#[test]
fn a_file_that_was_open_for_writing_and_is_as_it_was_is_not_overwritten() {
    let opened = seen(100 * SECOND, What::Opened, 1, "/home/a");
    let closed = |changed| Seen { changed_ns: Some(changed), ..seen(101 * SECOND, What::Closed, 1, "/home/a") };
    assert_eq!(run(&mut world(), [opened.clone(), closed(50 * SECOND)]), []);
    assert_eq!(run(&mut world(), [opened, closed(100 * SECOND)]).len(), 1);
}

#[test]
fn of_a_file_whose_folder_is_gone_only_making_and_removing_is_told() {
    let gone = |what| Seen { folder_unknown: true, ..seen(100 * SECOND, what, 1, "wal") };
    let records = run(&mut World { opens: true, ..world() }, [gone(What::Opened), gone(What::Closed)]);
    assert_eq!(records, []);
    let records = run(&mut world(), [gone(What::Deleted)]);
    assert_eq!((records[0].act, records[0].notes.as_slice()), (FileAct::FileDelete, &[FileNote::FolderUnknown][..]));
}

#[test]
fn a_process_that_was_gone_is_said_to_be_unless_it_becomes_known_in_time() {
    let nobody = create(SECOND, 1, "/home/a").map(|one| Seen { who: None, ..one });
    let records = run(&mut world(), nobody.clone());
    let process = records[0].process.as_ref().unwrap();
    assert_eq!((process.pid, process.guid, &process.image), (7, None, &None));
    assert_eq!(records[0].notes, [FileNote::ProcessGone]);
    let records = run(&mut World { late: Some(who(7)), ..world() }, nobody);
    assert_eq!(records[0].process.as_ref().unwrap().image.as_deref(), Some("/usr/bin/app"));
    assert_eq!(records[0].notes, []);
}

fn many(count: u64, builds: bool) -> Vec<Seen> {
    let who = Arc::new(Who { builds, ..(*who(7)).clone() });
    let one = |file| create(SECOND + file * 1000, file, &format!("/home/tanaka/out/{file}.txt"));
    (1..=count).flat_map(one).map(|one| Seen { who: Some(Arc::clone(&who)), ..one }).collect()
}

#[test]
fn a_burst_is_told_of_one_by_one_at_first_and_then_in_sum() {
    let count = 20_000;
    let records = run(&mut world(), many(count, false));
    let sum: u64 = records.iter().map(|record| record.count.unwrap_or(1)).sum();
    assert_eq!(sum, count, "nothing goes missing in a sum");
    let folded: Vec<_> = records.iter().filter(|record| record.count.is_some()).collect();
    assert_eq!((folded.len(), records.len() as u64), (1, ONE_BY_ONE + 1));
    assert_eq!(told(folded[0]), format!("file.create ~/out x{}", count - ONE_BY_ONE));
    assert_eq!((folded[0].bytes, folded[0].examples.len()), (Some(count - ONE_BY_ONE), 3));
}

#[test]
fn a_burst_that_is_cut_anywhere_makes_no_copies_of_what_it_made_itself() {
    // All are made and opened, then all are closed: as the kernel's merged news may have it.
    let mut seen: Vec<_> = (1..=900).flat_map(|file| create(SECOND, file, &format!("/home/{file}"))).collect();
    seen.sort_by_key(|one| (one.file / 200, one.what == What::Closed));
    let records = run(&mut World { folds: false, ..world() }, seen);
    assert_eq!(records.iter().filter(|record| record.act == FileAct::FileCreate).count(), 900);
    assert_eq!(records.len(), 900);
}

#[test]
fn a_build_is_told_of_in_sum_and_everything_one_by_one_where_that_is_wanted() {
    let records = run(&mut world(), many(5, true));
    assert_eq!(records.iter().map(told).collect::<Vec<_>>(), ["file.create ~/out x5"]);
    let records = run(&mut World { folds: false, ..world() }, many(500, true));
    let paths: HashSet<_> = records.iter().map(|record| record.path.as_str().to_owned()).collect();
    assert_eq!((records.len(), paths.len()), (500, 500));
}

#[test]
fn what_is_held_is_bounded_however_many_processes_there_are() {
    let mut tracker = Tracker::new(Uuid::from_u128(1));
    let (mut count, mut world) = (0_u64, World { folds: false, ..world() });
    for number in 0..3 * HELD as u64 {
        let pid = u32::try_from(number % 10_000).unwrap() + 10;
        let one = Seen { pid, who: None, ..seen(SECOND, What::Created, number, "/home/a") };
        tracker.observe(one, Time::default(), &mut world, &mut |_| count += 1);
        assert!(tracker.held <= HELD && tracker.sessions.len() <= SESSIONS);
    }
    tracker.finish(2 * SECOND, Time::default(), &mut world, &mut |_| count += 1);
    assert_eq!(count, 3 * HELD as u64);
}

#[test]
fn a_loss_stands_in_its_place() {
    let mut tracker = Tracker::new(Uuid::from_u128(1));
    let (mut records, mut world) = (Vec::new(), world());
    let out = &mut |record| records.push(record);
    for one in create(SECOND, 1, "/home/a") {
        tracker.observe(one, Time::default(), &mut world, out);
    }
    tracker.lost((2 * SECOND, None, "full"), Time::default(), &mut world, out);
    for one in create(3 * SECOND, 2, "/home/b") {
        tracker.observe(one, Time::default(), &mut world, out);
    }
    tracker.finish(4 * SECOND, Time::default(), &mut world, out);
    let [FileRecord::Acted(_), FileRecord::Lost(lost), FileRecord::Acted(_)] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!((lost.count, lost.reason.as_str()), (None, "full"));
}

proptest::proptest! {
    #[test]
    fn no_order_of_observations_is_too_odd(
        acts in proptest::collection::vec((0_u64..3_000_000_000, 0_usize..6, 0_u64..4, 0_usize..4, 0_usize..4, 0_u32..3, proptest::bool::ANY), 0..60)
    ) {
        const PATHS: [&str; 4] = ["/home/a", "/home/d/a", "/home/d", ""];
        let kinds = [What::Opened, What::Created, What::Closed, What::Renamed, What::Deleted, What::Gone];
        let mut at_ns = 0;
        let seen = acts.into_iter().map(|(pause, what, file, path, to, pid, folder)| {
            at_ns += pause;
            let what = kinds[what];
            let to = (what == What::Renamed).then(|| PATHS[to].into());
            Seen { pid, who: None, to, folder, size: Some(file), ..seen(at_ns, what, file, PATHS[path]) }
        });
        let seen: Vec<_> = seen.collect();
        let records = run(&mut World { opens: true, ..world() }, seen.clone());
        // Whoever looks early changes nothing.
        proptest::prop_assert_eq!(run(&mut World { opens: true, looks: true, ..world() }, seen), records);
    }
}
