//! Why the local channel did not do as asked.

use std::{io, path::PathBuf};

/// Why the local channel did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The socket could not be made or reached.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Place {
        /// What was tried.
        action: &'static str,
        /// On which socket.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Another agent answers at the socket.
    #[error("another agent listens on `{}`", .0.display())]
    Taken(PathBuf),
    /// Whoever answers at the socket is neither the system nor this user.
    #[error("`{}` belongs to user {uid}, who is not trusted to speak for the agent", path.display())]
    Stranger {
        /// The socket.
        path: PathBuf,
        /// Who answers there.
        uid: u32,
    },
    /// Reading or writing failed.
    #[error("cannot talk over the local socket: {0}")]
    Broken(#[from] io::Error),
    /// The other end announced a message that is too long.
    #[error("a message of {0} bytes was announced over the local socket, more than allowed")]
    TooLong(usize),
    /// The other end sent something that is no message.
    #[error("the other end of the local socket sent no message: {0}")]
    Garbage(serde_json::Error),
    /// The other end does not read what is sent to it.
    #[error("the other end of the local socket does not read")]
    Stuck,
    /// The system could not be asked.
    #[error(transparent)]
    System(#[from] yagura_platform::Error),
}
