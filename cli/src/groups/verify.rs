//! `yaguractl events verify`: whether the logs are what was written, against the store's journal and what left the server.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};
use yagura_channel::wire::key::SigningKey;
use yagura_events::embedded::{self, Expected, Fault, Head, Signatures, Verification, WrittenHead, is_key};

use crate::{error::CliError, output::Output};

/// What is verified, and with what.
///
/// With --data: every file of the store is compared with the signed journal, off line. Without it: the journal is asked of
/// the server, link by link; that tells nothing of the files themselves, and a server that somebody has taken over may show
/// another journal than the one that its files go by: verify a backup, or the data folder, for that.
///
/// Somebody who has the server has its key too, and can make the whole journal anew. Only a head that left the server
/// before (--head) shows that. What happened after the newest such head is shown by none.
///
/// A file that was being written when a server was killed is named as unknown until the server has started once.
///
/// Exit status: 0 everything is as the journal says, 1 it could not be looked at, 2 wrong usage, 3 the server cannot be
/// reached, 4 something is not as it should be.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// A server's data folder, a copy of it, its folder of events, or a backup.
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// A head of the journal that left the server: the file or the mail, or NUMBER:HASH; may be given several times.
    #[arg(long, value_name = "FILE|NUMBER:HASH")]
    pub head: Vec<String>,
    /// A key that may have signed the journal, as it was written down; may be given several times. Without it, the keys that
    /// the heads name.
    #[arg(long)]
    pub key: Vec<String>,
    /// SHA-256 of the server's root key, as it was written down: the server must prove its journal's key by it.
    #[arg(long, value_name = "SHA256", conflicts_with = "data")]
    pub root_key: Option<String>,
}

/// What was given on the command line, read.
#[derive(Debug)]
pub(super) struct Given {
    pub heads: Vec<Head>,
    pub keys: Vec<String>,
}

impl Verify {
    pub(super) fn given(&self) -> Result<Given, CliError> {
        let mut given = Given { heads: Vec::new(), keys: self.key.clone() };
        if let Some(bad) = given.keys.iter().find(|key| !is_key(key)) {
            return Err(CliError::Usage(format!("`{bad}` is no key: 32 bytes in base64url are")));
        }
        for text in &self.head {
            if let Ok(head) = text.parse() {
                given.heads.push(head);
                continue;
            }
            let usage =
                |error: &dyn std::fmt::Display| CliError::Usage(format!("the head {text} cannot be used: {error}"));
            let document = std::fs::read_to_string(text).map_err(|error| usage(&error))?;
            let written = WrittenHead::read(&document).map_err(|error| usage(&error))?;
            given.heads.push(written.head().map_err(|error| usage(&error))?);
            if self.key.is_empty() && !given.keys.contains(&written.key) {
                given.keys.push(written.key);
            }
        }
        Ok(given)
    }
}

/// Compares the files in `data` with their journal.
pub(crate) async fn verify(output: &Output, args: &Verify, data: &Path) -> Result<(), CliError> {
    let Given { heads, mut keys } = args.given()?;
    let below = data.join("events");
    let dir = [data, &below].into_iter().find(|dir| dir.join("catalogue.sqlite").is_file()).ok_or_else(|| {
        CliError::Usage(format!(
            "{} is neither a data folder nor a backup: it has no events/catalogue.sqlite",
            data.display()
        ))
    })?;
    if keys.is_empty() {
        keys.extend(own_key(data)?);
    }
    let believed = !keys.is_empty();
    let signatures = if believed { Signatures::By(keys) } else { Signatures::Any };
    let expected = Expected { heads, signatures };
    let mut told = 0;
    let mut progress = |done: u64, all: u64| {
        if done >> 30 > told {
            told = done >> 30;
            output.note(&format!("{} of {} MB", done >> 20, all >> 20));
        }
        ControlFlow::Continue(())
    };
    let found = embedded::verify(dir, &expected, &mut progress)
        .await
        .map_err(|error| CliError::Failed(format!("failed to verify {}: {error}", dir.display())))?;
    if !believed {
        output.note("no key is known: each manifest was believed by the key that it names; give --head or --key");
    }
    report(output, &found, &expected, Some(dir))
}

/// The key that lies in a data folder. Whoever has the folder has it too, but not who has only the events.
fn own_key(data: &Path) -> Result<Option<String>, CliError> {
    let file = data.join("keys/journal.key");
    let failed = |error: &dyn std::fmt::Display| CliError::Failed(format!("failed to use {}: {error}", file.display()));
    match std::fs::read(&file) {
        Ok(document) => match SigningKey::from_pkcs8(&document) {
            Ok(key) => Ok(Some(key.public().to_string())),
            Err(error) => Err(failed(&error)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

fn fault(fault: &Fault) -> Value {
    let (kind, path, manifest) = match fault {
        Fault::RolledBack { expected, .. } => ("rolled_back", None, Some(*expected)),
        Fault::Rewritten { number } => ("rewritten", None, Some(*number)),
        Fault::Journal { number, .. } => ("journal", None, Some(*number)),
        Fault::Missing(path) => ("missing", Some(path), None),
        Fault::Changed(path) => ("changed", Some(path), None),
        Fault::Unknown(path) => ("unknown", Some(path), None),
        Fault::Forgotten(path) => ("forgotten", Some(path), None),
    };
    json!({"kind": kind, "path": path, "manifest": manifest, "text": fault.to_string()})
}

/// Says what was found; an error if anything is not as it should be.
pub(super) fn report(
    output: &Output,
    found: &Verification,
    expected: &Expected,
    dir: Option<&Path>,
) -> Result<(), CliError> {
    let Verification { manifests, files, head, keys, faults } = found;
    let newest = expected.heads.iter().map(|head| head.number).max();
    if output.is_json() {
        output.json(&json!({
            "manifests": manifests,
            "files": dir.is_some().then_some(files),
            "head": head.map(|head| head.to_string()),
            "keys": keys,
            "heads": expected.heads.len(),
            "newest_head": newest,
            "faults": faults.iter().map(fault).collect::<Vec<_>>(),
        }))?;
    } else {
        match dir {
            Some(dir) => output.text(&format!("{manifests} manifests and {files} files in {}", dir.display()))?,
            None => output.text(&format!("{manifests} manifests; the files themselves were not looked at"))?,
        }
        for fault in faults {
            output.text(&fault.to_string())?;
        }
        if faults.is_empty() {
            output.text("everything is as the journal says")?;
            match newest {
                Some(newest) => output.text(&format!(
                    "{} heads from elsewhere fit, the newest at manifest {newest}: up to there nothing was rewritten",
                    expected.heads.len()
                ))?,
                None => output
                    .text("no head from elsewhere was given: whoever has the server's key could have made it anew")?,
            }
        }
        if let Some(head) = head {
            output.text(&format!("write down elsewhere: --head {head}"))?;
            keys.iter().try_for_each(|key| output.text(&format!("signed by --key {key}")))?;
        }
    }
    match faults.len() {
        0 => Ok(()),
        number => Err(CliError::Faulty(format!("the logs are not what the journal says ({number} faults)"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(head: &[&str], key: &[&str]) -> Result<Given, CliError> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Verify { data: None, head: texts(head), key: texts(key), root_key: None }.given()
    }

    #[test]
    fn a_head_is_a_file_or_a_number_with_its_hash_and_brings_its_key() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/events/golden/head-1.json");
        let short = format!("7:{}", "01".repeat(32));
        let found = given(&[file, &short], &[]).unwrap();
        assert_eq!(found.heads.iter().map(|head| head.number).collect::<Vec<_>>(), [1234, 7]);
        assert_eq!(found.keys, ["iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"]);
        let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(given(&[file], &[other]).unwrap().keys, [other], "who names keys means them");
    }

    #[test]
    fn what_is_no_head_and_no_key_is_a_wrong_usage() {
        for (head, key) in
            [("7:0101", ""), ("/nowhere", ""), (concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), ""), ("", "abc")]
        {
            let texts = |text: &'static str| if text.is_empty() { vec![] } else { vec![text] };
            let error = given(&texts(head), &texts(key)).unwrap_err();
            assert_eq!(error.status(), 2, "{error}");
        }
    }
}
