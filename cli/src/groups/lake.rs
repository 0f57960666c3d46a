//! `yaguractl events export`: the log for a security lake.

use std::{collections::BTreeMap, time::Duration};

use clap::Args;
use yagura_ocsf::{Class, LakeFile, Place, to_ocsf};
use yagura_vocabulary::{Clock as _, SystemClock, Time};

use super::events::Why;
use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::Query,
    store::Store,
    when::{When, span},
};

/// Events of a page.
const PAGE: usize = 1_000;
/// A file has no more rows than this: about 40 MB.
const MOST_ROWS: usize = 200_000;
const HOUR: Duration = Duration::from_secs(3_600);
/// How many events lie between two words of progress.
const TOLD_EVERY: u64 = 50_000;

/// Which events go where.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What to look for, as `events search` takes it; everything, if nothing is said.
    #[arg(value_name = "QUERY")]
    pub(super) question: Vec<String>,
    #[command(flatten)]
    pub(super) why: Why,
    /// As OCSF 1.1 in Parquet, laid out as Amazon Security Lake lays custom sources out: a source for each class.
    #[arg(long, required = true)]
    ocsf: bool,
    /// A folder, or s3://BUCKET with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and perhaps AWS_SESSION_TOKEN, AWS_ENDPOINT_URL
    /// and AWS_CA_BUNDLE in the environment.
    #[arg(long, value_name = "FOLDER|s3://BUCKET")]
    to: String,
    /// From the beginning of the hour of this time: 2h, 3d ago, or a time such as 2026-11-23T08:00:00Z.
    #[arg(long, default_value = "1d")]
    since: When,
    /// To the beginning of the hour of this time; without it, to the last hour that is over.
    #[arg(long)]
    until: Option<When>,
    /// What stands in the paths as the region; also where an S3 bucket is.
    #[arg(long, env = "AWS_REGION", default_value = "ap-northeast-1")]
    region: String,
    /// What stands in the paths as the account.
    #[arg(long, default_value = "external")]
    account: String,
    /// What the names of the sources begin with.
    #[arg(long, default_value = "yagura")]
    source: String,
    /// How long the place may take for one file.
    #[arg(long, default_value = "5m", value_parser = span)]
    patience: Duration,
}

/// What is written: a file for each hour and class, under a name that is the same each time, so that an hour that is exported
/// again, with what came late, takes the place of what was there.
struct Writer<'a> {
    store: Store,
    place: Place,
    output: &'a Output,
    /// The hour that is being gathered, in hours since 1970.
    hour: i64,
    files: BTreeMap<Class, LakeFile>,
    parts: BTreeMap<Class, usize>,
    written: u64,
    rows: u64,
}

pub(crate) async fn export(api: &Api, output: &Output, args: Export) -> Result<(), CliError> {
    let now = SystemClock.now();
    let since = hour_of(args.since.at(now));
    let until = hour_of(args.until.map_or(now, |until| until.at(now)));
    if since >= until {
        return Err(CliError::Usage(format!(
            "there is no whole hour between {since} and {until}: hours that are over are exported, in UTC"
        )));
    }
    let place =
        Place::new(&args.source, &args.region, &args.account).map_err(|bad| CliError::Usage(bad.to_string()))?;
    let store = Store::open(&args.to, &args.region, args.patience)?;
    let question = (!args.question.is_empty()).then(|| args.question.join(" "));
    let query = Query::new("/api/v1/events")
        .with("q", question)
        .with("since", Some(since))
        .with("until", Some(until))
        .with("limit", Some(PAGE));
    let (files, parts) = (BTreeMap::new(), BTreeMap::new());
    let mut writer = Writer { store, place, output, hour: i64::MAX, files, parts, written: 0, rows: 0 };
    let mut cursor: Option<String> = None;
    loop {
        let page = api.get(&query.clone().with("cursor", cursor.as_ref())).await?;
        if let Some(file) = page["unreadable"].as_array().and_then(|files| files.first()) {
            return Err(CliError::Failed(format!(
                "the server cannot read {file}: what is in the hours before {} is not exported",
                page["items"][0]["occurred_at"]
            )));
        }
        for event in page["items"].as_array().into_iter().flatten() {
            writer.add(event).await?;
        }
        let next = page["next_cursor"].as_str().map(str::to_owned);
        if next.is_none() || next == cursor {
            break;
        }
        cursor = next;
    }
    writer.flush().await?;
    if output.is_json() {
        return output.json(
            &serde_json::json!({"events": writer.rows, "files": writer.written, "since": since, "until": until}),
        );
    }
    output.text(&format!("{} events of {since} to {until} in {} files at {}", writer.rows, writer.written, args.to))
}

/// The beginning of its hour.
fn hour_of(time: Time) -> Time {
    let hour = i64::try_from(HOUR.as_micros()).unwrap_or(i64::MAX);
    Time::from_micros(time.micros().div_euclid(hour) * hour)
}

impl Writer<'_> {
    /// Takes the next event; they come newest first.
    async fn add(&mut self, event: &serde_json::Value) -> Result<(), CliError> {
        let record = to_ocsf(event);
        let hour = record.time_ms.div_euclid(3_600_000);
        if hour != self.hour {
            self.flush().await?;
            self.hour = hour;
            self.parts.clear();
        }
        let class = record.class;
        let file = self.files.entry(class).or_insert_with(|| LakeFile::new(class));
        // It is of the class that the file was found by.
        let _ = file.push(record);
        let full = file.len() >= MOST_ROWS;
        self.rows += 1;
        if self.rows.is_multiple_of(TOLD_EVERY) {
            let at = event["occurred_at"].as_str().unwrap_or_default();
            self.output.note(&format!("{} events, back to {at}", self.rows));
        }
        if full { self.put(class).await } else { Ok(()) }
    }

    /// Writes what has been gathered.
    async fn flush(&mut self) -> Result<(), CliError> {
        let classes: Vec<_> = self.files.keys().copied().collect();
        for class in classes {
            self.put(class).await?;
        }
        Ok(())
    }

    async fn put(&mut self, class: Class) -> Result<(), CliError> {
        let Some(file) = self.files.remove(&class) else { return Ok(()) };
        let part = self.parts.entry(class).and_modify(|part| *part += 1).or_insert(1);
        let path = format!("{}/{}", self.place.folder(class, self.hour * 3_600_000), name(self.hour, *part));
        let bytes = file
            .write(Vec::new())
            .map_err(|error| CliError::Failed(format!("failed to make the Parquet file {path}: {error}")))?;
        self.store.put(&path, bytes).await?;
        self.written += 1;
        Ok(())
    }
}

/// The name of a file: the hour of the day, and which of its files it is.
fn name(hour: i64, part: usize) -> String {
    format!("hour-{:02}-{part}.parquet", hour.rem_euclid(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_one_name_however_often_it_is_exported() {
        let time: Time = "2026-11-23T08:59:59.999999Z".parse().unwrap();
        let hour = hour_of(time);
        assert_eq!(hour, "2026-11-23T08:00:00Z".parse().unwrap());
        assert_eq!(hour_of(hour), hour);
        assert_eq!(name(hour.micros() / 3_600_000_000, 1), "hour-08-1.parquet");
    }
}
