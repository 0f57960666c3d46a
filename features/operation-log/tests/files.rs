//! The endpoint's side of what is done to files, from a recording of a real machine to events.
#![cfg(feature = "agent")]
#![expect(clippy::unwrap_used, reason = "test helpers")]

use yagura_agent_kit::{AgentFeature, CancellationToken, FeatureCtx};
use yagura_operation_log::{FileRule, OperationLogPolicy, agent::OperationLog};
use yagura_records::{FileAct, FileRecord};
use yagura_sensors::{
    Sensors,
    replay::{self, Replay},
};
use yagura_vocabulary::{Event, Lane};

fn recording() -> Sensors {
    let file = include_bytes!("../golden/file-recording.jsonl");
    let records: Vec<FileRecord> = replay::read_as(&file[..]).map(Result::unwrap).collect();
    Sensors::from_sources(Replay::of(Vec::new()), Replay::<FileRecord>::of(records))
}

/// Kind and last path of what is told under a policy.
async fn check(change: impl FnOnce(&mut OperationLogPolicy), expected: &[(&str, &str)]) -> Vec<Event> {
    let mut policy = OperationLogPolicy::default();
    change(&mut policy);
    let (ctx, mut ends) = FeatureCtx::for_test_with(policy, recording());
    OperationLog::run(ctx, CancellationToken::new()).await.unwrap();
    let mut events = Vec::new();
    while let Some((lane, event)) = ends.events.try_recv() {
        assert_eq!(lane, Lane::Operation);
        events.push(event);
    }
    let path = |event: &Event| event.target.as_ref().or(event.subject.as_ref()).cloned().unwrap_or_default();
    let told: Vec<_> = events.iter().map(|event| (event.kind.clone(), path(event))).collect();
    let told: Vec<_> = told.iter().map(|(kind, path)| (kind.as_str(), path.as_str())).collect();
    assert_eq!(told, expected);
    events
}

const COPY: (&str, &str) = ("file.copy", "/media/stick/見積.xlsx");
const RENAME: (&str, &str) = ("file.rename", "/home/tanaka/改名.xlsx");
const DELETE: (&str, &str) = ("file.delete", "/home/tanaka/会計2/a.txt");
const FOLDER: (&str, &str) = ("folder.delete", "/home/tanaka/会計2");
const OPEN: (&str, &str) = ("file.open", "/home/tanaka/notes.txt");
const GAP: (&str, &str) = ("agent.gap", "the kernel's queue of file events was full");

#[tokio::test]
async fn what_people_do_is_told_with_person_program_and_class_and_losses_stand_in_their_place() {
    let events = check(|_| (), &[COPY, RENAME, DELETE, FOLDER, OPEN, GAP]).await;
    let copy = &events[0];
    assert_eq!(copy.account.as_ref().unwrap().name, "tanaka");
    assert_eq!((copy.image.as_deref(), copy.class.as_deref()), (Some("/usr/bin/cp"), Some("removable_write")));
    assert!(copy.inferred && copy.process_guid.is_some());
    assert_eq!((events[5].count, &events[5].body["stream"]), (None, &"file".into()));
}

#[tokio::test]
async fn the_address_is_left_out_where_that_is_wished() {
    let events = check(|policy| policy.without_ip = true, &[COPY, RENAME, DELETE, FOLDER, OPEN, GAP]).await;
    assert!(events.iter().all(|event| !event.body.contains_key("ip") && event.remote_ip.is_none()), "{events:?}");
}

#[tokio::test]
async fn kinds_extensions_and_places_can_be_left_out_and_losses_cannot() {
    let kinds = |policy: &mut OperationLogPolicy| policy.files.omit_kinds = vec![FileAct::FileCopy, FileAct::FileOpen];
    check(kinds, &[RENAME, DELETE, FOLDER, GAP]).await;
    let no_documents = |policy: &mut OperationLogPolicy| policy.files.open_extensions.clear();
    check(no_documents, &[COPY, RENAME, DELETE, FOLDER, GAP]).await;
    let rule = FileRule {
        name: "tables".to_owned(),
        extensions: vec!["xlsx".to_owned(), "txt".to_owned()],
        ..FileRule::default()
    };
    check(|policy| policy.files.exclude = vec![rule], &[FOLDER, GAP]).await;
    check(|policy| policy.files.folders = vec!["/media/**".to_owned()], &[COPY, GAP]).await;
}

#[tokio::test]
async fn commands_in_a_shell_can_be_left_out_and_all_of_it_switched_off() {
    check(|policy| policy.files.command_line = false, &[GAP]).await;
    check(|policy| policy.files.record = false, &[]).await;
}
