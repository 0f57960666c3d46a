//! Acts on files and folders, in the shared shape of events.

use serde_json::Value;
use yagura_records::{FileActed, FileNote, Place};
use yagura_vocabulary::Event;

use super::{column, event, insert};

/// The class of rows that say that something was written to a portable device.
const REMOVABLE_WRITE: &str = "removable_write";

/// The event of an act: its kind is the act's. `subject` is the path, `target` where it went. Body: `place` and `target_place` (where
/// they are no fixed disk), `by_shell`, `examples`, `file_system`, `notes`.
#[must_use]
pub fn file_acted(acted: &FileActed) -> Event {
    let mut event = event(acted.at, acted.act.kind());
    let body = &mut event.body;
    event.subject = column(Some(&acted.path), "subject", body);
    event.target = column(acted.target.as_ref(), "target", body);
    let place = |place: Place| (!place.is_fixed()).then(|| place.as_str());
    insert(body, "place", place(acted.place));
    insert(body, "target_place", place(acted.target_place));
    insert(body, "file_system", acted.file_system.clone());
    if !acted.examples.is_empty() {
        let examples: Vec<Value> = acted.examples.iter().map(|path| path.as_str().into()).collect();
        body.insert("examples".to_owned(), examples.into());
    }
    if !acted.notes.is_empty() {
        body.insert("notes".to_owned(), acted.notes.iter().map(|note| note_word(*note)).collect());
    }
    if let Some(process) = &acted.process {
        insert(body, "by_shell", process.by_shell.then_some(true));
        event.pid = Some(process.pid);
        event.process_guid = process.guid;
        event.image.clone_from(&process.image);
        event.account.clone_from(&process.account);
        event.logon_session.clone_from(&process.logon_session);
    }
    let (_, outcome) = acted.outcome();
    event.class = (acted.act.writes() && outcome == Place::Removable).then(|| REMOVABLE_WRITE.to_owned());
    event.device_serial.clone_from(&acted.serial);
    event.bytes = acted.bytes;
    event.count = acted.count;
    event.inferred = acted.inferred;
    event
}

fn note_word(note: FileNote) -> &'static str {
    match note {
        FileNote::ProcessGone => "process_gone",
        FileNote::FolderUnknown => "folder_unknown",
        FileNote::Replaced => "replaced",
        FileNote::Fleeting => "fleeting",
    }
}
