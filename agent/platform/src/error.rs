//! Why the operating system did not do as asked.

use std::{fmt::Display, io};

/// Why the operating system did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call was made and refused.
    #[error("cannot {action}: {source}")]
    Refused {
        /// What was tried, and on what.
        action: String,
        /// The system's answer.
        source: io::Error,
    },
    /// This system, or this build for it, has no such thing.
    #[error("cannot {action}: not supported on this operating system")]
    Unsupported {
        /// What was wanted.
        action: &'static str,
    },
    /// The system answered something that is not in its documentation.
    #[error("cannot {action}: unexpected answer `{answer}`")]
    Unexpected {
        /// What was tried, and on what.
        action: String,
        /// What came back.
        answer: String,
    },
}

impl Error {
    /// The error of a refused call; fit for `map_err(Error::refused(..))`.
    pub fn refused<E: Into<io::Error>>(action: impl Display) -> impl FnOnce(E) -> Self {
        move |source| Self::Refused { action: action.to_string(), source: source.into() }
    }
}
