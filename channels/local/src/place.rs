//! Where the socket is.

use std::{
    env,
    path::{Path, PathBuf},
};

/// Where the agent of the whole machine listens.
const SYSTEM: &str = "/run/yagura/agent.sock";

/// Where an agent listens unless told otherwise: `/run/yagura/agent.sock` as root, else below `XDG_RUNTIME_DIR`.
#[must_use]
pub fn for_agent() -> PathBuf {
    if yagura_platform::is_superuser() { PathBuf::from(SYSTEM) } else { own() }
}

/// Where a session program looks unless told otherwise: the machine's agent if there is one, else the user's own.
#[must_use]
pub fn for_session() -> PathBuf {
    let (system, own) = (PathBuf::from(SYSTEM), own());
    if !system.exists() && own.exists() { own } else { system }
}

fn own() -> PathBuf {
    // Without a folder of the user's own there is no safe place: root's is then named in the error.
    env::var_os("XDG_RUNTIME_DIR")
        .filter(|folder| Path::new(folder).is_absolute())
        .map_or_else(|| PathBuf::from(SYSTEM), |folder| PathBuf::from(folder).join("yagura/agent.sock"))
}
