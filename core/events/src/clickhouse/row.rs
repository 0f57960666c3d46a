//! Events as rows of the table, and back.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_search_language::Row as _;
use yagura_vocabulary::{Account, Event, Id, Lane, Level, StoredEvent, Time};

use crate::{FeedItem, StoreError, fold};

/// What closes each text in `texts`. A keyword without it is in one of the texts if it is in `texts`.
pub(super) const CLOSE: char = '\u{1F}';

const HOUR: i64 = 3_600_000_000;

/// The full hours since 1970 of a time, rounded down.
pub(super) const fn hour(time: i64) -> i64 {
    time.div_euclid(HOUR)
}

/// Year and month of a time, 197001 to 229912: the partition.
pub(super) fn month(time: Time) -> u32 {
    // Days to a date, after Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
    let days = time.micros().div_euclid(24 * HOUR) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    u32::try_from((year * 100 + month).clamp(197_001, 229_912)).unwrap_or(197_001)
}

macro_rules! rows {
    ($(#[$about:meta])* $name:ident { $($extra:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, Row, Serialize, Deserialize)]
        pub(super) struct $name {
            pub(super) id: [u8; 16],
            pub(super) position: u64,
            #[serde(with = "clickhouse::serde::uuid")]
            pub(super) endpoint: Uuid,
            #[serde(with = "clickhouse::serde::uuid")]
            pub(super) epoch: Uuid,
            pub(super) lane: String,
            pub(super) seq: u64,
            pub(super) occurred_at: i64,
            pub(super) received_at: i64,
            #[serde(with = "clickhouse::serde::uuid::option")]
            pub(super) boot_id: Option<Uuid>,
            pub(super) mono_ns: Option<u64>,
            pub(super) feature: String,
            pub(super) kind: String,
            pub(super) level: String,
            pub(super) rule: Option<String>,
            pub(super) class: Option<String>,
            pub(super) account_name: Option<String>,
            pub(super) account_id: Option<String>,
            #[serde(with = "clickhouse::serde::uuid::option")]
            pub(super) person: Option<Uuid>,
            pub(super) logon_session: Option<String>,
            #[serde(with = "clickhouse::serde::uuid::option")]
            pub(super) process_guid: Option<Uuid>,
            pub(super) pid: Option<u32>,
            pub(super) image: Option<String>,
            pub(super) command_line: Option<String>,
            #[serde(with = "clickhouse::serde::uuid::option")]
            pub(super) parent_guid: Option<Uuid>,
            pub(super) parent_image: Option<String>,
            pub(super) hash_sha256: Option<String>,
            pub(super) signer: Option<String>,
            pub(super) subject: Option<String>,
            pub(super) target: Option<String>,
            pub(super) remote_ip: Option<String>,
            pub(super) remote_port: Option<u32>,
            pub(super) remote_host: Option<String>,
            pub(super) device_serial: Option<String>,
            pub(super) bytes: Option<u64>,
            pub(super) count: Option<u64>,
            pub(super) inferred: bool,
            pub(super) truncated: bool,
            pub(super) body: String,
            $($extra)*
        }
    };
}

rows! {
    /// An event as it is read.
    Read {}
}

rows! {
    /// An event as it is inserted: with what it is found by.
    Written {
        hour: i64,
        pub(super) month: u32,
        account_folded: Option<String>,
        texts: String,
    }
}

impl Written {
    pub(super) fn new(item: &FeedItem) -> Result<Self, serde_json::Error> {
        let FeedItem { position, event: stored } = item;
        let event = stored.event.clone();
        let (account_name, account_id) = event.account.map(|account| (account.name, account.id)).unzip();
        let body = if event.body.is_empty() { String::new() } else { serde_json::to_string(&event.body)? };
        Ok(Self {
            id: stored.id.uuid().into_bytes(),
            position: *position,
            endpoint: stored.endpoint.uuid(),
            epoch: stored.epoch,
            lane: stored.lane.as_str().to_owned(),
            seq: stored.seq,
            occurred_at: event.occurred_at.micros(),
            received_at: stored.received_at.micros(),
            boot_id: event.boot_id,
            mono_ns: event.mono_ns,
            feature: event.feature,
            kind: event.kind,
            level: event.level.as_str().to_owned(),
            rule: event.rule,
            class: event.class,
            account_folded: account_name.as_deref().map(fold),
            account_name,
            account_id,
            person: stored.person.map(Id::uuid),
            logon_session: event.logon_session,
            process_guid: event.process_guid,
            pid: event.pid,
            image: event.image,
            command_line: event.command_line,
            parent_guid: event.parent_guid,
            parent_image: event.parent_image,
            hash_sha256: event.hash_sha256,
            signer: event.signer,
            subject: event.subject,
            target: event.target,
            remote_ip: event.remote_ip,
            remote_port: event.remote_port.map(u32::from),
            remote_host: event.remote_host,
            device_serial: event.device_serial,
            bytes: event.bytes,
            count: event.count,
            inferred: event.inferred,
            truncated: event.truncated,
            body,
            hour: hour(event.occurred_at.micros()),
            month: month(stored.received_at),
            texts: texts(stored),
        })
    }
}

/// All texts that a keyword is looked for in, folded.
fn texts(event: &StoredEvent) -> String {
    let mut texts = String::new();
    let mut add = |text: &str| {
        texts.push_str(&fold(text));
        texts.push(CLOSE);
        false
    };
    event.any_text(&mut add);
    event.any_body_text(&mut |_| false, &mut add);
    texts
}

impl Read {
    pub(super) fn into_item(self) -> Result<FeedItem, StoreError> {
        let broken = |what: &str| StoreError::Remote {
            action: "read an event",
            reason: format!("{what} of the event at position {} is not what was stored", self.position),
        };
        let level: Level = self.level.parse().map_err(|_| broken("the level"))?;
        let lane: Lane = self.lane.parse().map_err(|_| broken("the lane"))?;
        let body = match self.body.as_str() {
            "" => serde_json::Map::new(),
            text => serde_json::from_str(text).map_err(|_| broken("the body"))?,
        };
        let remote_port = self.remote_port.map(u16::try_from).transpose().map_err(|_| broken("the port"))?;
        let account = self.account_name.map(|name| Account { name, id: self.account_id.unwrap_or_default() });
        let event = Event {
            occurred_at: Time::from_micros(self.occurred_at),
            boot_id: self.boot_id,
            mono_ns: self.mono_ns,
            feature: self.feature,
            kind: self.kind,
            level,
            rule: self.rule,
            class: self.class,
            account,
            logon_session: self.logon_session,
            process_guid: self.process_guid,
            pid: self.pid,
            image: self.image,
            command_line: self.command_line,
            parent_guid: self.parent_guid,
            parent_image: self.parent_image,
            hash_sha256: self.hash_sha256,
            signer: self.signer,
            subject: self.subject,
            target: self.target,
            remote_ip: self.remote_ip,
            remote_port,
            remote_host: self.remote_host,
            device_serial: self.device_serial,
            bytes: self.bytes,
            count: self.count,
            inferred: self.inferred,
            truncated: self.truncated,
            body,
        };
        let event = StoredEvent {
            id: Id::from_uuid(Uuid::from_bytes(self.id)),
            endpoint: Id::from_uuid(self.endpoint),
            epoch: self.epoch,
            lane,
            seq: self.seq,
            received_at: Time::from_micros(self.received_at),
            person: self.person.map(Id::from_uuid),
            event,
        };
        Ok(FeedItem { position: self.position, event })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: i64, expected: u32) {
        assert_eq!(month(Time::from_seconds(seconds)), expected, "{seconds}");
    }

    #[test]
    fn a_month_is_that_of_the_calendar() {
        check(0, 197_001);
        check(-1, 197_001);
        check(951_782_400, 200_002); // 2000-02-29
        check(1_795_391_999, 202_611); // 2026-11-22T23:59:59Z
        check(1_796_083_200, 202_612); // 2026-12-01T00:00:00Z
        check(i64::MAX / 2_000_000, 229_912);
    }
}
