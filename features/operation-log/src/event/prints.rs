//! Printing, in the shared shape of events.

use yagura_records::PrintJob;
use yagura_vocabulary::Event;

use super::{column, event, insert};

/// The event `print.job`. `subject` is the document, `target` the printer, `remote_host` where it is, `bytes` the size. Body:
/// `outcome`, `pages`, `copies`, `job`; `print_user`, who it was by the printing system, where that is no account of this machine;
/// `from`, where it was made on another one; `notes`.
#[must_use]
pub fn print_job(job: &PrintJob, with_document: bool) -> Event {
    let mut event = event(job.at, "print.job");
    let body = &mut event.body;
    if with_document {
        event.subject = column(Some(&job.document), "subject", body);
        insert(body, "notes", job.masked.then(|| vec![serde_json::Value::from("masked")]));
    }
    insert(body, "outcome", Some(job.outcome.as_str()));
    insert(body, "pages", job.pages);
    insert(body, "copies", Some(job.copies));
    insert(body, "job", Some(job.job));
    insert(body, "from", job.from.clone());
    insert(body, "print_user", job.account.is_none().then(|| job.user.clone()));
    event.account.clone_from(&job.account);
    event.logon_session.clone_from(&job.logon_session);
    event.target = Some(job.printer.clone());
    event.remote_host.clone_from(&job.destination);
    event.bytes = job.bytes;
    event
}
