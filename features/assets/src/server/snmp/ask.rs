//! Asking one device for all that is kept of it.

use std::time::Duration;

use tokio::{task::JoinSet, time::timeout};
use yagura_vocabulary::Time;

use super::{
    credentials::Credential,
    session::{Failure, Patience, Session, address},
};
use crate::snmp::{Answers, CHASSIS, COLUMNS, FIRST, PARTS, PRINTER_COLUMNS, Told, chassis, decode, prints};

/// How long a device may take for one answer, and how often it is asked.
const PATIENCE: Patience = Patience { each: Duration::from_secs(2), tries: 2 };
/// How long it may take for all of them.
const ALL: Duration = Duration::from_secs(30);
/// Most rows of a table.
const MOST_ROWS: usize = 2_000;

/// Where a device is, and with what it is asked.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub host: String,
    pub port: u16,
    pub credential: Credential,
}

/// Asks a device. What it answers is taken apart in a task of its own, so that not even a fault in that stops anything else.
pub(super) async fn ask(target: Target, now: Time) -> Result<Told, Failure> {
    let mut alone = JoinSet::new();
    alone.spawn(async move {
        let answers = timeout(ALL, answers(&target)).await;
        let answers = answers.map_err(|_| {
            Failure::Unreadable(format!("it did not come to an end within {} seconds", ALL.as_secs()))
        })??;
        decode(&answers, now).map_err(|error| Failure::Unreadable(error.to_string()))
    });
    match alone.join_next().await {
        Some(Ok(told)) => told,
        _ => Err(Failure::Unreadable("its answer could not be taken apart".to_owned())),
    }
}

async fn answers(target: &Target) -> Result<Answers, Failure> {
    let to = address(&target.host, target.port).await?;
    let mut session = Session::open(to, &target.credential, PATIENCE).await?;
    let mut answers = Answers::new();
    answers.extend(session.values(FIRST).await?);
    for column in COLUMNS {
        answers.extend(session.column(column, MOST_ROWS, |_| false).await?);
    }
    if prints(&answers) {
        for column in PRINTER_COLUMNS {
            answers.extend(session.column(column, MOST_ROWS, |_| false).await?);
        }
    }
    answers.extend(session.column(PARTS, MOST_ROWS, crate::snmp::is_chassis).await?);
    if let Some(part) = chassis(&answers) {
        let names: Vec<Vec<u32>> = CHASSIS.iter().map(|column| [*column, &[part]].concat()).collect();
        let names: Vec<&[u32]> = names.iter().map(Vec::as_slice).collect();
        answers.extend(session.values(&names).await?);
    }
    Ok(answers)
}
