//! Files and folders: what somebody did to them, and how much went unseen.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::Account;

use crate::{Lost, Moment, Text};

macro_rules! acts {
    ($($(#[$meta:meta])* $name:ident = $word:literal,)*) => {
        /// What was done. The word is the event's kind.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FileAct { $($(#[$meta])* #[serde(rename = $word)] $name,)* }

        impl FileAct {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The event's kind.
            #[must_use]
            pub const fn kind(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

acts! {
    /// A file that was not there is.
    FileCreate = "file.create",
    /// A file has the content of another one.
    FileCopy = "file.copy",
    /// A file is in another folder.
    FileMove = "file.move",
    /// A file has another name in the same folder.
    FileRename = "file.rename",
    /// A file is gone.
    FileDelete = "file.delete",
    /// A file was opened and not changed.
    FileOpen = "file.open",
    /// A file has other content.
    FileOverwrite = "file.overwrite",
    /// A folder that was not there is.
    FolderCreate = "folder.create",
    /// A folder has the content of another one.
    FolderCopy = "folder.copy",
    /// A folder is in another folder.
    FolderMove = "folder.move",
    /// A folder has another name.
    FolderRename = "folder.rename",
    /// A folder is gone.
    FolderDelete = "folder.delete",
    /// A folder of this machine is offered to others.
    ShareAdd = "share.add",
    /// It is no more.
    ShareRemove = "share.remove",
    /// A drive, or another machine's share, has a place in the tree of folders.
    DriveAdd = "drive.add",
    /// It has none any more.
    DriveRemove = "drive.remove",
    /// A disc lies in its drive.
    MediumInsert = "medium.insert",
    /// It does not any more.
    MediumRemove = "medium.remove",
    /// A disc was written.
    DiscWrite = "disc.write",
    /// A file was attached to a mail.
    MailAttach = "mail.attach",
}

impl FileAct {
    /// Whether something was put where the record's last path points to.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::FileCreate
                | Self::FileCopy
                | Self::FileMove
                | Self::FileRename
                | Self::FileOverwrite
                | Self::FolderCreate
                | Self::FolderCopy
                | Self::FolderMove
                | Self::FolderRename
        )
    }
}

/// On what kind of drive a path lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A disk that stays in the machine.
    #[default]
    Fixed,
    /// A portable device.
    Removable,
    /// Another machine's share.
    Network,
    /// The machine's memory.
    Memory,
    /// A CD, DVD or the like.
    Optical,
}

impl Place {
    /// Whether it is what everybody expects.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        *self == Self::Fixed
    }

    /// The word in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Removable => "removable",
            Self::Network => "network",
            Self::Memory => "memory",
            Self::Optical => "optical",
        }
    }
}

/// What a record lacks, or how it was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileNote {
    /// The process had ended before anything but its number could be learnt.
    ProcessGone,
    /// The folder was gone before its path could be asked for: the path is only the name.
    FolderUnknown,
    /// A file of that name was there before and is gone.
    Replaced,
    /// The same process took it away again at once.
    Fleeting,
}

/// The process that did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doer {
    /// Its process id.
    pub pid: u32,
    /// Names the process; `None` when only its id is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guid: Option<Uuid>,
    /// Full path of its program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Whose process it is (the real uid).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The logon session of the process, by logind's name for it; `None` where it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logon_session: Option<String>,
    /// It is a shell, or a shell started it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_shell: bool,
}

/// Somebody did something to a file or folder, or a drive came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileActed {
    /// When.
    #[serde(flatten)]
    pub at: Moment,
    /// What was done.
    pub act: FileAct,
    /// The full path; of a copy or move, where from. Of folded rows the folder that holds all. Of a drive, its place in the
    /// tree of folders.
    pub path: Text,
    /// Where to, of a copy, move or renaming. Of a drive, what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Text>,
    /// Size in bytes afterwards; of folded rows the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many acts this row stands for, where rows were folded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Deduced rather than seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
    /// Who did it; `None` where the system does not say, as for a drive that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Doer>,
    /// On what `path` lies.
    #[serde(default, skip_serializing_if = "Place::is_fixed")]
    pub place: Place,
    /// On what `target` lies.
    #[serde(default, skip_serializing_if = "Place::is_fixed")]
    pub target_place: Place,
    /// Serial number of the device, of a drive that came or went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// The file system, of a drive that came or went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
    /// Some of the paths that a folded row stands for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Text>,
    /// What is missing or uncertain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<FileNote>,
}

impl FileActed {
    /// Where what was done ended up: `target`, or `path` where there is none.
    #[must_use]
    pub fn outcome(&self) -> (&Text, Place) {
        self.target.as_ref().map_or((&self.path, self.place), |target| (target, self.target_place))
    }
}

/// One line of the file stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum FileRecord {
    /// Somebody did something.
    Acted(Box<FileActed>),
    /// Records are missing here.
    Lost(Lost),
}

impl FileRecord {
    /// About how many bytes of memory the record takes, for bounding queues.
    #[must_use]
    pub fn weight(&self) -> usize {
        let text = |text: &Text| text.as_bytes().len();
        match self {
            Self::Acted(acted) => {
                512 + text(&acted.path)
                    + acted.target.as_ref().map_or(0, text)
                    + acted.examples.iter().map(text).sum::<usize>()
            }
            Self::Lost(_) => 256,
        }
    }
}
