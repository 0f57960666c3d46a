//! What the command line does for a server's safety: backups, and the keys that its agents believe.

#![expect(clippy::print_stdout, reason = "what a command answers goes to standard output")]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use yagura_backup::{BackupError, JobState, Progress, Restored};
use yagura_channel::server::Signer;
use yagura_events::{Embedded, StoreError};
use yagura_server_kit::Change;
use yagura_vocabulary::{Clock as _, SystemClock};

use crate::{
    assemble::{backup_plan, server_id},
    config::Config,
    context, features, journal,
};

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Makes a backup in a new folder in `directory`: by the running server where there is one, which has the events.
pub(crate) async fn backup(config: &Config, directory: &Path) -> anyhow::Result<()> {
    let directory = std::path::absolute(directory)?;
    if matches!(config.events, crate::config::Events::ClickHouse(_)) {
        // ClickHouse has backups of its own; what is left can be copied beside a server that runs.
        let plan = backup_plan(config, None);
        let made = yagura_backup::make(&plan, &directory, SystemClock.now(), Arc::new(Progress::default())).await?;
        tell(&made.folder);
        return Ok(());
    }
    match Embedded::open(journal::options(config)?).await {
        Ok(store) => {
            let store = Arc::new(store);
            let plan = backup_plan(config, Some(Arc::clone(&store)));
            let made = yagura_backup::make(&plan, &directory, SystemClock.now(), Arc::new(Progress::default())).await;
            store.close().await.context("failed to close the event store")?;
            tell(&made?.folder);
        }
        Err(StoreError::Locked(_)) => by_the_server(config, &directory).await?,
        Err(error) => return Err(error).context("failed to open the event store"),
    }
    Ok(())
}

fn tell(folder: &Path) {
    println!("{}", folder.display());
}

async fn by_the_server(config: &Config, directory: &Path) -> anyhow::Result<()> {
    let ctx = context(config).await?;
    let failed = |error: yagura_server_kit::ApiError| anyhow::anyhow!("failed to ask for a backup: {error:?}");
    let name = "command line";
    let change = Change::begin_as(&ctx, name, None, "backup.create").await.map_err(failed)?;
    let mut job = yagura_backup::ask(&ctx, change, name, &directory.display().to_string()).await.map_err(failed)?;
    let (mut told, mut interrupted) = (0, std::pin::pin!(tokio::signal::ctrl_c()));
    while !job.state.is_final() {
        tokio::select! {
            _ = &mut interrupted => {
                let change = Change::begin_as(&ctx, name, None, "backup.cancel").await.map_err(failed)?;
                job = yagura_backup::cancel(&ctx, change, &job.id).await.map_err(failed)?;
                continue;
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        job = yagura_backup::find(&ctx, &job.id).await.map_err(failed)?;
        if job.state == JobState::Running && job.done_bytes != told {
            told = job.done_bytes;
            println!("{} of {} MB", job.done_bytes >> 20, job.total_bytes >> 20);
        }
    }
    ctx.db().close().await;
    match (job.state, job.folder) {
        (JobState::Done, Some(folder)) => tell(Path::new(&folder)),
        (JobState::Cancelled, _) => anyhow::bail!("the backup was stopped"),
        _ => anyhow::bail!("the backup failed: {}", job.error.unwrap_or_default()),
    }
    Ok(())
}

/// Restores the backup in `from` to the empty data folder `data`; see [`yagura_backup::restore`].
///
/// # Errors
/// When the backup is damaged or of another version, the place is not empty, or something cannot be written.
pub async fn restore_backup(from: &Path, data: &Path, database: Option<&str>) -> Result<Restored, BackupError> {
    yagura_backup::restore(from, data, database, features::migrations()).await
}

/// Puts a backup back and says what came of it.
pub(crate) async fn restore(from: &Path, data: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let restored = restore_backup(from, data, database).await?;
    let manifest = restored.manifest;
    println!("restored {} files and {} events of {}", manifest.files.len(), manifest.events, manifest.made_at);
    for path in restored.config {
        println!("{}", path.display());
    }
    for path in manifest.left_out {
        println!("not in the backup, put it there yourself: {path}");
    }
    println!("what endpoints sent after the backup is missing; each will record a gap when it comes back");
    newer_keys(data)
}

/// Keys that were renewed after the backup are lost with the old server, and agents refuse older ones: so the restored server
/// gets new ones, above any version that agents can have seen.
fn newer_keys(data: &Path) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let signer = Signer::open(&data.join("keys"), server_id(data)?, now).context("failed to open the restored keys")?;
    if signer.has_root() {
        return signer.renew(now, false).context("failed to renew the restored keys");
    }
    println!(
        "the root key is not in the backup: agents may have seen newer keys than it holds; \
         run `yagura-server keys renew --root FILE` before you start the server"
    );
    Ok(())
}

/// New keys for policies, commands and answers, signed by the root. A server that runs takes them over by itself, and agents
/// follow when they next ask.
pub(crate) fn renew_keys(config: &Config, root: Option<&Path>) -> anyhow::Result<()> {
    let (dir, now) = (config.data.join("keys"), SystemClock.now());
    let server = server_id(&config.data)?;
    let place = dir.join("root.key");
    let brought = root.filter(|_| !place.exists());
    if let Some(root) = brought {
        copy_private(root, &place)?;
    }
    let renewed = Signer::open(&dir, server, now)
        .context("failed to open the keys")
        .and_then(|signer| signer.renew(now, false).context("failed to renew the keys").map(|()| signer.version()));
    if brought.is_some() {
        std::fs::remove_file(&place).with_context(|| format!("failed to remove {} again", place.display()))?;
    }
    println!("the keys have the version {} now; a server that runs uses them within seconds", renewed?);
    Ok(())
}

/// Takes the root key off the server: whoever steals its disk then cannot make keys of his own.
pub(crate) fn export_root(config: &Config, to: &Path) -> anyhow::Result<()> {
    let root = config.data.join("keys/root.key");
    copy_private(&root, to)?;
    std::fs::remove_file(&root).with_context(|| format!("failed to remove {}", root.display()))?;
    println!("the root key is in {} and no longer on the server; `keys renew --root FILE` needs it", to.display());
    Ok(())
}

fn copy_private(from: &Path, to: &Path) -> anyhow::Result<()> {
    use std::io::Write as _;
    let key = std::fs::read(from).with_context(|| format!("failed to read {}", from.display()))?;
    let mut options = std::fs::OpenOptions::new();
    // Never over a file that is there: it may be the only copy of another key.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(to)?;
        file.write_all(&key)?;
        file.sync_all()
    };
    write().with_context(|| format!("failed to write {}", to.display()))
}

/// The folder that the settings name.
pub(crate) async fn backup_directory(config: &Config) -> anyhow::Result<PathBuf> {
    let ctx = context(config).await?;
    let found: Option<(String,)> =
        sqlx::query_as("SELECT value FROM organisation_setting WHERE name = 'backup_directory'")
            .fetch_optional(ctx.db().read())
            .await?;
    ctx.db().close().await;
    let (directory,) = found.context("say where to: --to FOLDER (the settings name no folder for backups)")?;
    Ok(PathBuf::from(directory))
}
