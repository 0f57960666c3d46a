//! The journal of the event store: signed with a key of the server's own, and verified on the command line.

#![expect(clippy::print_stdout, reason = "what a command answers goes to standard output")]

use std::{io, ops::ControlFlow, path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use yagura_channel::wire::key::{PublicKey, SigningKey};
use yagura_events::{
    Options,
    embedded::{Expected, Head, Rebuild, Seal, Signatures, WrittenHead, rebuild, verify},
};

use crate::{certificates, config::Config};

/// Signs manifests. The key's name is its public half, so that whoever wrote it down can check what it signed.
struct JournalKey(SigningKey);

impl std::fmt::Debug for JournalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("JournalKey").field(&self.key()).finish()
    }
}

impl Seal for JournalKey {
    fn key(&self) -> String {
        self.0.public().to_string()
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).to_vec()
    }
}

/// How this server's event store is opened: with its journal signed.
pub(crate) fn options(config: &Config) -> anyhow::Result<Options> {
    let key = JournalKey(open_key(&config.data)?);
    Ok(Options { seal: Some(Arc::new(key)), ..Options::new(config.data.join("events")) })
}

/// The journal's key, made when it is needed for the first time.
fn open_key(data: &Path) -> anyhow::Result<SigningKey> {
    let file = data.join("keys/journal.key");
    match std::fs::read(&file) {
        Ok(document) => {
            SigningKey::from_pkcs8(&document).with_context(|| format!("failed to use the key {}", file.display()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (key, document) = SigningKey::generate().context("failed to make a key for the journal")?;
            std::fs::create_dir_all(data.join("keys")).context("failed to make the folder of keys")?;
            certificates::write(&file, document, true)
                .with_context(|| format!("failed to write {}", file.display()))?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("failed to read {}", file.display())),
    }
}

/// A head of a journal: `NUMBER:HASH`, or the file in which a server wrote it down.
fn parse_head(text: &str) -> anyhow::Result<Head> {
    if let Ok(head) = text.parse() {
        return Ok(head);
    }
    let document = std::fs::read_to_string(text)
        .with_context(|| format!("`{text}` is no head of a journal: expected NUMBER:HASH or a file"))?;
    let head = WrittenHead::read(&document).and_then(|written| written.head());
    head.with_context(|| format!("failed to read the head in {text}"))
}

/// Compares the files of a store with its journal, as `yaguractl events verify --data` does, with the key that this server has.
/// `events` is the folder of a server that does not run, or of a backup.
pub(crate) async fn verify_events(
    config: &Config,
    events: Option<&Path>,
    heads: &[String],
    key: Option<&str>,
) -> anyhow::Result<()> {
    let dir = events.map_or_else(|| config.data.join("events"), Path::to_owned);
    let heads = heads.iter().map(|head| parse_head(head)).collect::<anyhow::Result<_>>()?;
    let known: PublicKey = match key {
        Some(key) => key.parse().ok().with_context(|| format!("`{key}` is no public key"))?,
        None => open_key(&config.data)?.public(),
    };
    let name = known.to_string();
    let expected = Expected { heads, signatures: Signatures::By(vec![name.clone()]) };
    let mut told = 0;
    let mut progress = |done: u64, all: u64| {
        if done >> 30 > told {
            told = done >> 30;
            println!("{} of {} MB", done >> 20, all >> 20);
        }
        ControlFlow::Continue(())
    };
    let found = verify(&dir, &expected, &mut progress)
        .await
        .with_context(|| format!("failed to verify the events in {}", dir.display()))?;
    println!("{} manifests and {} files in {}", found.manifests, found.files, dir.display());
    for fault in &found.faults {
        println!("{fault}");
    }
    if !found.faults.is_empty() {
        bail!("the events are not what the journal says ({} faults)", found.faults.len());
    }
    println!("everything is as the journal says");
    if let Some(head) = found.head {
        println!("write down elsewhere: --head {head} --key {name}");
    }
    Ok(())
}

/// Makes the catalogue of the event store anew, and says what it found.
pub(crate) async fn rebuild_events(config: &Config, adopt: bool) -> anyhow::Result<()> {
    let options = options(config)?;
    let dir = options.dir.clone();
    let mut told = 0;
    let mut progress = |done: u64, all: u64| {
        if done >> 30 > told {
            told = done >> 30;
            println!("{} of {} MB", done >> 20, all >> 20);
        }
        ControlFlow::Continue(())
    };
    let how = Rebuild { actor: "command line", adopt };
    let rebuilt = rebuild(options, how, &mut progress)
        .await
        .with_context(|| format!("failed to make the catalogue in {} anew", dir.display()))?;
    match (rebuilt.manifests, rebuilt.journal_whole) {
        (0, _) => println!("nothing could be read of the journal: the files were taken as they were found"),
        (manifests, true) => println!("the journal was read to its end: {manifests} manifests"),
        (manifests, false) => println!("the journal could be read up to manifest {manifests}"),
    }
    for name in &rebuilt.adopted {
        println!("counts, although no manifest tells of it: {name}");
    }
    for (name, why) in &rebuilt.aside {
        println!("put aside: {name}: {why}");
    }
    for name in &rebuilt.missing {
        println!("missing: {name}");
    }
    for folder in [&rebuilt.old_catalogue, &rebuilt.aside_in].into_iter().flatten() {
        println!("kept: {}", folder.display());
    }
    println!("{} events in {} segments, {} streams", rebuilt.rows, rebuilt.segments, rebuilt.streams);
    if rebuilt.streams_by_rows > 0 {
        println!("of {} streams the last number is that of the last row that is there", rebuilt.streams_by_rows);
    }
    Ok(())
}
