//! What is recorded of printing.

use serde::{Deserialize, Serialize};

/// What was printed. The default records every job with the name of its document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prints {
    /// Whether to record it at all. Off, the printing system is not watched for this feature.
    pub record: bool,
    /// Whether to record the names of documents.
    pub documents: bool,
}

impl Default for Prints {
    fn default() -> Self {
        Self { record: true, documents: true }
    }
}
