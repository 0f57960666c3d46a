//! How a job ended: what is answered, told as an event and written down, and what it needed freed.

use std::{fs, io::ErrorKind};

use serde_json::json;
use yagura_vocabulary::{Event, Lane};

use super::{
    Found, Plan, Ran,
    desk::{Desk, Failure},
    fetch::wanted,
    gather,
    record::{Begun, Key, Record, Stage as Kept},
};
use crate::{
    FEATURE,
    model::{End, Job, Outcome, Updates, Work},
};

impl Desk {
    /// What a dry run found.
    pub(super) fn foretold(&self, plan: Plan, no_back: Option<String>, postponed: u32) -> Outcome {
        let back = no_back.map(|why| format!("{why}\n")).unwrap_or_default();
        let log = format!("{back}{} bytes would be fetched by the package system\n{}", plan.bytes, plan.log);
        Outcome { changed: plan.changes, restart: plan.restart, log, ..self.ended(End::Done, String::new(), postponed) }
    }

    pub(super) fn outcome(&self, begun: &Begun, ran: &Ran, found: Found, postponed: u32) -> Outcome {
        let log = if found.log.is_empty() { ran.log.clone() } else { format!("{}\n{}", ran.log, found.log) };
        Outcome {
            began_at: Some(begun.at),
            exit_code: ran.how.exit_code(),
            changed: found.changed,
            restart: found.restart,
            log: last(&log).to_owned(),
            ..self.ended(found.end, found.why, postponed)
        }
    }

    pub(super) fn ended(&self, end: End, why: String, postponed: u32) -> Outcome {
        Outcome {
            end,
            why,
            began_at: None,
            ended_at: self.clock.now(),
            exit_code: None,
            changed: Vec::new(),
            postponed,
            restart: false,
            log: String::new(),
            fetched: None,
        }
    }

    pub(super) fn expired(&self, postponed: u32) -> Outcome {
        self.ended(End::Expired, "it could not begin before its deadline".to_owned(), postponed)
    }

    /// Writes down how it ended and frees what it needed.
    pub(super) async fn over(&self, job: &Job, outcome: Outcome, began: bool) -> Result<Outcome, Failure> {
        let key = Key::of(job);
        if began {
            let kind = if outcome.end == End::Done { "distribution.done" } else { "distribution.failed" };
            self.tell(kind, job, |event| {
                let event = event.with("end", json!(outcome.end)).with("postponed", outcome.postponed);
                event.with("changes", outcome.changed.len()).with("why", outcome.why.as_str())
            })
            .await?;
        }
        let fetched = gather::fetched(&self.records.work_folder(key));
        let outcome = Outcome { fetched, ..outcome };
        let stage = Kept::Over(outcome.clone());
        self.records.write(&Record { key, at: outcome.ended_at, postponed: outcome.postponed, stage })?;
        for (hash, _) in wanted(job) {
            self.blobs.let_go(hash).await;
        }
        let folder = self.records.work_folder(key);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %folder.display(), "the files of a job that is over stay");
            }
            _ => {}
        }
        self.board.over(key);
        Ok(outcome)
    }

    pub(super) async fn tell(
        &self,
        kind: &str,
        job: &Job,
        add: impl FnOnce(Event) -> Event + Send,
    ) -> Result<(), Failure> {
        let mut event = Event::new(self.clock.now(), FEATURE, kind);
        event.subject = Some(subject(job));
        let event = event.with("rollout_id", job.rollout_id.to_string()).with("attempt", job.attempt);
        self.events.emit(Lane::Operation, add(event)).await.map_err(|_| Failure::Stopping)
    }
}

/// What it is about, in a few words.
fn subject(job: &Job) -> String {
    match &job.work {
        Work::Install { files } => files.iter().map(|file| file.package.as_str()).collect::<Vec<_>>().join(" "),
        Work::Script { name, .. } => name.clone(),
        Work::Updates { which: Updates::Security } => "updates: security".to_owned(),
        Work::Updates { which: Updates::All } => "updates: all".to_owned(),
        Work::Updates { which: Updates::Listed { count, .. } } => format!("updates: {count} packages"),
        Work::Updates { which: Updates::Packages { names } } => format!("updates: {}", names.join(" ")),
    }
}

/// Most bytes of a log that are told.
const LOG_BYTES: usize = 16 << 10;

/// The end of a log, from a whole character on.
pub(super) fn last(log: &str) -> &str {
    let from = log.len().saturating_sub(LOG_BYTES);
    let from = (from..=log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or(log.len());
    &log[from..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_log_the_end_is_told() {
        let log = "あ".repeat(LOG_BYTES);
        assert!(last(&log).len() <= LOG_BYTES && last(&log).len() > LOG_BYTES - 4);
        assert_eq!(last("short"), "short");
    }
}
