use super::*;
use crate::event::file_tests::acted;

fn files(change: impl FnOnce(&mut Files)) -> InForce<OperationLogPolicy> {
    let mut policy = OperationLogPolicy::default();
    change(&mut policy.files);
    InForce::of(policy)
}

fn check(policies: &InForce<OperationLogPolicy>, acted: &FileActed, expected: Decision<'_>) {
    assert_eq!(decide_file(policies, acted), expected, "{acted:?}");
}

const YES: Decision<'_> = Decision { record: true, rule: None };

fn left_out_by(name: &str) -> Decision<'_> {
    Decision { record: false, rule: Some(Rule::Named(name)) }
}

fn create(path: &str) -> FileActed {
    FileActed { act: FileAct::FileCreate, path: path.into(), target: None, ..acted() }
}

fn moved(from: &str, to: &str) -> FileActed {
    FileActed { act: FileAct::FileMove, path: from.into(), target: Some(to.into()), ..acted() }
}

#[test]
fn by_default_files_of_people_are_recorded_and_those_of_the_system_are_not() {
    let default = files(|_| ());
    check(&default, &create("/home/tanaka/会計/見積.xlsx"), YES);
    check(&default, &create("/var/log/syslog.1"), NO);
    check(&default, &create("/usr/lib/x.so"), NO);
    check(&default, &moved("/home/tanaka/a", "/tmp/a"), YES);
}

#[test]
fn what_programs_keep_for_themselves_is_left_out_but_not_what_is_moved_there() {
    let default = files(|_| ());
    let programs = left_out_by("what programs keep for themselves");
    check(&default, &create("/home/tanaka/.cache/thumbnails/x.png"), programs);
    check(&default, &create("/home/tanaka/.mozilla"), programs);
    check(&default, &moved("/home/tanaka/a.xlsx", "/home/tanaka/.local/share/Trash/files/a.xlsx"), YES);
    check(&default, &create("/home/tanaka/.~lock.a.odt#"), left_out_by("locks and spare copies"));
}

#[test]
fn portable_devices_and_shares_count_wherever_they_are_and_can_be_switched_off() {
    let there = |place| FileActed { place, ..create("/tmp/stick/a.txt") };
    check(&files(|_| ()), &there(Place::Removable), YES);
    check(&files(|_| ()), &there(Place::Network), YES);
    check(&files(|_| ()), &there(Place::Memory), NO);
    let off = files(|files| (files.removable, files.network) = (false, false));
    check(&off, &there(Place::Removable), NO);
    check(&off, &there(Place::Network), NO);
    let from_home = FileActed { target_place: Place::Removable, ..moved("/home/tanaka/a", "/media/stick/a") };
    check(&off, &from_home, YES);
}

#[test]
fn only_documents_are_worth_a_row_for_being_opened() {
    let opened = |path: &str| FileActed { act: FileAct::FileOpen, ..create(path) };
    let default = files(|_| ());
    check(&default, &opened("/home/tanaka/見積.XLSX"), YES);
    check(&default, &opened("/home/tanaka/icon.svg"), NO);
    check(&default, &opened("/home/tanaka/README"), NO);
    assert!(wants_opened(&default, "/anywhere/a.pdf") && !wants_opened(&default, "/usr/lib/libc.so.6"));
    let never = files(|files| files.omit_kinds = vec![FileAct::FileOpen]);
    assert!(!wants_opened(&never, "/anywhere/a.pdf"));
}

#[test]
fn kinds_commands_in_a_shell_and_fleeting_files_are_switches() {
    let mut by_shell = create("/home/tanaka/a");
    by_shell.process.as_mut().unwrap().by_shell = true;
    check(&files(|_| ()), &by_shell, YES);
    check(&files(|files| files.command_line = false), &by_shell, NO);
    let fleeting = FileActed { notes: vec![FileNote::Fleeting], ..create("/home/tanaka/4913") };
    check(&files(|_| ()), &fleeting, NO);
    check(&files(|files| files.fleeting = true), &fleeting, YES);
    check(&files(|files| files.omit_kinds = vec![FileAct::FileCreate]), &create("/home/tanaka/a"), NO);
    check(&files(|files| files.record = false), &create("/home/tanaka/a"), NO);
}

#[test]
fn all_conditions_of_a_rule_must_fit_and_the_unknown_does_not() {
    let rule = FileRule {
        name: "scans".to_owned(),
        extensions: vec!["tif".to_owned()],
        image: Some("/usr/bin/*".to_owned()),
        ..FileRule::default()
    };
    let policies = files(|files| files.exclude = vec![rule]);
    check(&policies, &create("/home/tanaka/a.TIF"), left_out_by("scans"));
    check(&policies, &create("/home/tanaka/a.pdf"), YES);
    let mut unknown = create("/home/tanaka/a.tif");
    unknown.process.as_mut().unwrap().image = None;
    check(&policies, &unknown, YES);
}

#[test]
fn drives_are_told_of_wherever_they_are() {
    let drive = FileActed { act: FileAct::DriveAdd, process: None, ..create("/x") };
    check(&files(|_| ()), &drive, YES);
}

#[test]
fn a_file_of_which_only_the_name_is_known_is_recorded() {
    check(&files(|_| ()), &create("見積.xlsx"), YES);
}

#[test]
fn of_folded_rows_their_examples_are_asked() {
    let folded = |example: &str| FileActed { count: Some(9), examples: vec![example.into()], ..create("/") };
    check(&files(|_| ()), &folded("/home/tanaka/a"), YES);
    check(&files(|_| ()), &folded("/var/a"), NO);
}
