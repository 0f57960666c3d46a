//! Handing a head to a place.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use yagura_mail::Mail;
use yagura_server_kit::{
    ApiError, Context, Tx,
    error::Chain,
    syslog::{Facility, Message, Receiver, Severity, send},
};

use super::EvidenceAuthorities;
use crate::embedded::WrittenHead;

/// Puts a mail with the head into the outbox; its id.
pub(super) async fn mail(ctx: &Context, tx: &mut Tx, to: &str, written: &WrittenHead) -> Result<String, ApiError> {
    let (subject, text) = words(written);
    let mail = Mail { to: to.to_owned(), subject, text };
    yagura_mail::enqueue_followed(ctx, tx, &mail).await
}

/// Subject and text of the mail. Pure.
fn words(written: &WrittenHead) -> (String, String) {
    let (position, at) = (written.position, written.written_at);
    let subject = format!("Yagura: 記録の証跡 {} (#{position})", &at.to_string()[..10]);
    let text = format!(
        "{at} に、記録の台帳は #{position} まで進んでいました。このメールを保管してください。\n\
         あとから記録が書き換えられたり巻き戻されたりしていないことを、下の値で確かめられます:\n\
         yaguractl events verify --data FOLDER --head このメールを保存したファイル\n\n\
         At {at} the journal of the logs had come to #{position}. Keep this mail: with it you can show later that\n\
         nothing before was rewritten or rolled back:\n\
         yaguractl events verify --data FOLDER --head FILE\n\n{}\n",
        written.to_text()
    );
    (subject, text)
}

/// Sends the head to a syslog receiver.
pub(super) async fn syslog(ctx: &Context, receiver: &Receiver, written: &WrittenHead) -> Result<(), String> {
    let text = serde_json::to_string(written).map_err(|error| error.to_string())?;
    let (facility, severity) = (Facility::Audit, Severity::Notice);
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let message = Message { facility, severity, at: written.written_at, host, id: "JOURNALHEAD", text };
    let authorities = &ctx.part::<EvidenceAuthorities>().0;
    send(receiver, authorities, &message).await.map_err(|error| Chain(&error).to_string())
}

/// The name of the file that a head becomes.
pub(super) fn name(written: &WrittenHead) -> String {
    // To the microsecond: two heads of one position may be written down in one second.
    let at: String = written.written_at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    format!("journal-head-{:012}-{at}.json", written.position)
}

/// Writes the head into a folder, never over what is there.
pub(super) fn folder(path: &Path, written: &WrittenHead) -> Result<(), String> {
    let file = path.join(name(written));
    let failed = |error: io::Error| format!("failed to write {}: {error}", file.display());
    let text = format!("{}\n", written.to_text());
    match OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(mut new) => {
            let done = new.write_all(text.as_bytes()).and_then(|()| new.sync_all());
            if done.is_err() {
                // Half a head would stand in the way of the next attempt.
                let _ = fs::remove_file(&file);
            }
            done.map_err(failed)?;
        }
        // An earlier attempt came so far.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::read_to_string(&file).map_err(failed)? != text {
                return Err(format!("{} is there already, with something else in it", file.display()));
            }
        }
        Err(error) => return Err(failed(error)),
    }
    // Not every file system lets a folder be synced; the file itself is.
    let _ = File::open(path).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> WrittenHead {
        WrittenHead::read(include_str!("../../../golden/head-1.json")).unwrap()
    }

    #[test]
    fn the_mail_itself_is_what_is_verified_with() {
        let (subject, text) = words(&written());
        assert_eq!(subject, "Yagura: 記録の証跡 2026-11-28 (#1234)");
        assert_eq!(WrittenHead::read(&text), Ok(written()));
    }

    #[test]
    fn a_file_is_written_once_and_never_over_another() {
        let dir = tempfile::tempdir().unwrap();
        folder(dir.path(), &written()).unwrap();
        folder(dir.path(), &written()).unwrap();
        let file = dir.path().join("journal-head-000000001234-20261128T170000000000Z.json");
        assert_eq!(WrittenHead::read(&fs::read_to_string(&file).unwrap()), Ok(written()));
        fs::write(&file, "{}").unwrap();
        assert!(folder(dir.path(), &written()).unwrap_err().contains("something else"));
        assert!(folder(&dir.path().join("nowhere"), &written()).unwrap_err().contains("nowhere"));
    }
}
