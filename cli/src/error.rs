//! What goes wrong, and the exit status that tells scripts.

use yagura_dial::HttpError;

use crate::problem::Problem;

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The command line, a file or a setting is not what it should be.
    #[error("{0}")]
    Usage(String),
    /// The server said no.
    #[error("{0}")]
    Refused(Problem),
    /// Something else went wrong.
    #[error("{0}")]
    Failed(String),
    /// No answer.
    #[error("{0}")]
    Unreachable(String),
    /// What was looked at is not as it should be; what exactly was said as the result.
    #[error("{0}")]
    Faulty(String),
    /// Whoever read our output has gone, which is their right.
    #[error("the output was closed")]
    Closed,
}

impl CliError {
    /// What the server said, if it said no.
    pub(crate) const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// The exit status.
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Refused(_) | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
            Self::Faulty(_) => 4,
        }
    }
}

impl From<HttpError> for CliError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::TooLarge(..) => Self::Failed(error.to_string()),
            HttpError::Dial(_) | HttpError::Broken(..) | HttpError::Timeout(..) => Self::Unreachable(error.to_string()),
        }
    }
}
