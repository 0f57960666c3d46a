//! What was seen last, kept over restarts, so that a change that was made while the agent did not run is told as well.

use std::{fs, io, path::PathBuf};

use yagura_agent_kit::{FeatureCtx, FeatureError};
use yagura_vocabulary::Lane;

use crate::{Assets, AssetsPolicy, FEATURE, changes::changes, event::events};

/// Tells what changed since the last look, and keeps this one in its place.
///
/// The events are handed over first: after a crash between both they are told again, which is better than never.
///
/// # Errors
/// When the agent is shutting down.
pub(super) async fn tell(ctx: &FeatureCtx<AssetsPolicy>, assets: &Assets) -> Result<(), FeatureError> {
    let file = ctx.data.join(FEATURE).join("last.json");
    if let Some(before) = read(&file) {
        for event in events(assets.collected_at, &changes(&before, assets)) {
            ctx.events.emit(Lane::Operation, event).await?;
        }
    }
    if let Err(error) = write(&file, assets) {
        tracing::warn!(%error, file = %file.display(), "the last inventory cannot be kept: its changes are told again, or not at all");
    }
    Ok(())
}

/// The last inventory; none where there was none, or an older agent wrote it in a way that this one does not read.
fn read(file: &PathBuf) -> Option<Assets> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// In one step, so that no crash leaves half of it.
fn write(file: &PathBuf, assets: &Assets) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = file.with_extension("new");
    fs::write(&beside, serde_json::to_vec(assets)?)?;
    fs::rename(&beside, file)
}
