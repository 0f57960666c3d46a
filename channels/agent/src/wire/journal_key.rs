//! The key with which a server signs the journal of its events, vouched for by its root.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::{Id, Time, id::Server};

use super::sealed::Document;

/// Which key signs a server's journal. Signed by a key for answers under the server's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalKey {
    /// Whose journal it is.
    pub server: Id<Server>,
    /// The public half, in base64url without padding.
    pub key: String,
    /// When it was vouched for.
    pub issued_at: Time,
}

impl Document for JournalKey {
    const TYPE: &'static str = "application/vnd.yagura.journal-key.v1+json";
}
