//! Which jobs are told, once each, over restarts of the agent and of CUPS. No IO and no clock.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use yagura_records::{Moment, PrintJob, PrintOutcome, Text};
use yagura_vocabulary::{Account, Time};

use super::ipp_jobs::{SeenJob, unescaped};
use crate::mask;

/// CUPS keeps 500 jobs by default; so many are remembered as told.
const REMEMBERED: usize = 4096;

/// What outlives a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Jobs that ended before this are not told, in seconds since 1970.
    since: i64,
    /// The jobs that were told of or are not to be, the latest last.
    jobs: VecDeque<String>,
}

impl Told {
    /// Everything that ends from `now` on.
    pub(crate) fn from(now: i64) -> Self {
        Self { since: now, jobs: VecDeque::new() }
    }
}

/// The jobs that are on their way.
#[derive(Debug)]
pub(crate) struct Tracker {
    told: Told,
    open: BTreeMap<u32, SeenJob>,
}

/// A job that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) job: SeenJob,
    pub(crate) outcome: PrintOutcome,
}

/// Names a job over restarts of CUPS, which may number anew when its folder was emptied.
fn key(job: &SeenJob) -> String {
    job.uuid.clone().unwrap_or_else(|| format!("{}@{}", job.id, job.created.unwrap_or_default()))
}

impl Tracker {
    pub(crate) fn new(told: Told) -> Self {
        Self { told, open: BTreeMap::new() }
    }

    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// The jobs that go on.
    pub(crate) fn open(&self) -> impl Iterator<Item = &SeenJob> {
        self.open.values()
    }

    /// Takes what CUPS says of a job; gives it when it is to be told.
    pub(crate) fn seen(&mut self, job: SeenJob) -> Option<Ended> {
        let key = key(&job);
        if self.told.jobs.contains(&key) {
            return None;
        }
        if !job.is_over() {
            self.open.insert(job.id, job);
            return None;
        }
        let was_open = self.open.remove(&job.id).is_some();
        // What ended before anybody watched is none of ours; what was on its way is, whatever its clock says.
        if !was_open && job.completed.is_some_and(|completed| completed < self.told.since) {
            return None;
        }
        self.remember(key);
        let outcome = match job.state {
            7 => PrintOutcome::Cancelled,
            8 => PrintOutcome::Aborted,
            9 => PrintOutcome::Completed,
            _ => PrintOutcome::Unknown,
        };
        Some(Ended { job, outcome })
    }

    /// Takes what CUPS says of a job on the very first look: what has ended by then is none of ours.
    pub(crate) fn found(&mut self, job: SeenJob) {
        if job.is_over() {
            self.remember(key(&job));
        } else {
            self.open.insert(job.id, job);
        }
    }

    /// CUPS does not know this job any more; gives what is to be told of it.
    pub(crate) fn gone(&mut self, id: u32) -> Option<Ended> {
        let job = self.open.remove(&id)?;
        self.remember(key(&job));
        Some(Ended { job, outcome: PrintOutcome::Unknown })
    }

    fn remember(&mut self, key: String) {
        self.told.jobs.push_back(key);
        if self.told.jobs.len() > REMEMBERED {
            self.told.jobs.pop_front();
        }
    }
}

/// The record of a job that ended so long `ago`. `account` is the local one of the job's user with its only logon session, `device` where the printer is.
pub(crate) fn record(
    ended: Ended,
    now: Moment,
    ago: Duration,
    account: Option<(Account, Option<String>)>,
    device: Option<&str>,
) -> PrintJob {
    let Ended { job, outcome } = ended;
    let local = job.host.as_deref().is_none_or(is_here);
    let (account, logon_session) =
        account.filter(|_| local).map_or((None, None), |(account, session)| (Some(account), session));
    let (document, masked) = match mask::text(job.name.as_str()) {
        std::borrow::Cow::Owned(text) => (Text::from(text), true),
        std::borrow::Cow::Borrowed(_) => (job.name, false),
    };
    let ago_ns = u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX);
    let ago_us = i64::try_from(ago.as_micros()).unwrap_or(i64::MAX);
    let at = Moment {
        occurred_at: Time::from_micros(now.occurred_at.micros().saturating_sub(ago_us)),
        mono_ns: now.mono_ns.saturating_sub(ago_ns),
        ..now
    };
    PrintJob {
        at,
        job: job.id,
        user: job.user,
        account,
        logon_session,
        from: job.host.filter(|_| !local),
        document,
        masked,
        printer: job.printer,
        destination: device.and_then(destination),
        pages: job.impressions.filter(|pages| *pages > 0).or(job.sheets.filter(|sheets| *sheets > 0)),
        copies: job.copies.unwrap_or(1).max(1),
        bytes: job.k_octets.map(|k| u64::from(k) * 1024),
        outcome,
    }
}

fn is_here(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]" | "")
}

/// Where a printer is, out of the address that CUPS sends to: a machine's name or address, or `usb`. Names and passwords in it are
/// left out.
pub(crate) fn destination(device: &str) -> Option<String> {
    let (scheme, rest) = device.split_once(':')?;
    if scheme == "usb" {
        return Some("usb".to_owned());
    }
    let rest = rest.strip_prefix("//");
    if scheme == "hp" || rest.is_none() {
        // `hp:/net/OfficeJet?ip=192.0.2.4`
        let (_, query) = device.split_once('?')?;
        let ip = query.split('&').find_map(|pair| pair.strip_prefix("ip="))?;
        return Some(ip.to_owned());
    }
    let authority = rest?.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    (!host.is_empty() && scheme != "implicitclass").then(|| unescaped(host))
}
