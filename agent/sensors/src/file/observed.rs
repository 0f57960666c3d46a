//! What a source sees, before it is made sense of. Times are nanoseconds since boot, sleep included. A recording keeps these as
//! JSON lines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yagura_records::Text;

/// A process, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Who {
    pub(crate) pid: u32,
    pub(crate) start_ns: u64,
    #[serde(default)]
    pub(crate) uid: Option<u32>,
    #[serde(default)]
    pub(crate) image: Option<String>,
    #[serde(default)]
    pub(crate) parent_image: Option<String>,
    /// Its logon session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<String>,
    /// The oldest of its ancestors that runs the same program without a break, or itself: several processes, one work.
    pub(crate) leader: u32,
    /// Whose children's acts are counted together.
    pub(crate) tree: u32,
    /// It belongs to a build or to the installation of packages.
    #[serde(default)]
    pub(crate) builds: bool,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Opened,
    Created,
    /// Closed after it was open for writing.
    Closed,
    Renamed,
    Deleted,
    /// A file ceased to exist: its last name was taken away, or another file was put in its place.
    Gone,
}

/// One observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) at_ns: u64,
    pub(crate) pid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "shared")]
    pub(crate) who: Option<Arc<Who>>,
    pub(crate) what: What,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) folder: bool,
    /// Names the file or folder as long as it exists; the same for all its names.
    pub(crate) file: u64,
    /// Empty for [`What::Gone`]; before the renaming for [`What::Renamed`].
    #[serde(default)]
    pub(crate) path: Text,
    /// After the renaming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Text>,
    /// A path above is only a name: its folder is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) folder_unknown: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// When its content changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) changed_ns: Option<u64>,
}

/// An `Arc` in a recording is what it holds.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Who;

    #[expect(clippy::ref_option, reason = "serde gives it so")]
    pub(super) fn serialize<S: Serializer>(who: &Option<Arc<Who>>, to: S) -> Result<S::Ok, S::Error> {
        who.as_deref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<Who>>, D::Error> {
        Option::<Who>::deserialize(from).map(|who| who.map(Arc::new))
    }
}
