//! What is recorded of files and folders.

use serde::{Deserialize, Serialize};
use yagura_records::FileAct;

use super::{Fault, MOST_RULES};

/// Where people keep their files.
const FOLDERS: &[&str] = &["/home/**", "/root/**", "/srv/**", "/mnt/**", "/media/**", "/run/media/**"];

/// Documents: to open one is an act. To open a library or an icon is not.
const DOCUMENTS: &[&str] = &[
    "csv", "doc", "docm", "docx", "dwg", "dxf", "eml", "jtd", "jtdc", "key", "mdb", "accdb", "msg", "numbers", "odg",
    "odp", "ods", "odt", "one", "pages", "pdf", "pem", "pfx", "ppt", "pptm", "pptx", "rtf", "sql", "tsv", "txt", "vsd",
    "vsdx", "xls", "xlsb", "xlsm", "xlsx", "7z", "lzh", "rar", "zip", "kdbx",
];

/// Where programs keep what nobody calls their files.
const OF_PROGRAMS: &[&str] = &[
    "**/.cache/**",
    "**/.cargo/**",
    "**/.config/**",
    "**/.dbus/**",
    "**/.git/**",
    "**/.gradle/**",
    "**/.local/share/**",
    "**/.local/state/**",
    "**/.m2/**",
    "**/.mozilla/**",
    "**/.npm/**",
    "**/.pki/**",
    "**/.rustup/**",
    "**/.thunderbird/**",
    "**/.var/app/**",
    "**/.vscode/**",
    "**/.vscode-server/**",
    "**/__pycache__/**",
    "**/node_modules/**",
    "**/snap/**",
];

/// What programs put beside a file while they work on it.
const BESIDE: &[&str] =
    &["**/.~lock.*", "**/~$*", "**/.*.sw?", "**/.goutputstream-*", "**/.xsession-errors", "**/.*_history"];

/// What was done to files and folders. The default records it where people keep their files, on portable devices and on
/// shares, and leaves out what programs do for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Whether to record it at all. Off, the sensor is not even started for this feature.
    pub record: bool,
    /// Kinds that are not recorded.
    pub omit_kinds: Vec<FileAct>,
    /// Where: patterns of paths, as in [`super::ExcludeRule::image`]. Everywhere if there is none.
    pub folders: Vec<String>,
    /// Whether to record also what is done on portable devices, wherever they are in the tree of folders. Off, nothing on them
    /// is recorded.
    pub removable: bool,
    /// The same for other machines' shares.
    pub network: bool,
    /// Whether to record what is done by commands in a shell.
    pub command_line: bool,
    /// Files of these extensions are worth a row when they are opened and not changed. None: no such rows.
    pub open_extensions: Vec<String>,
    /// What is left out; the first rule that fits answers.
    pub exclude: Vec<FileRule>,
    /// Whether many acts of one kind by one tree of processes are told of in one row with a count.
    pub fold: bool,
    /// Whether to record files that the same process takes away again at once.
    pub fleeting: bool,
}

fn owned(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

impl Default for Files {
    fn default() -> Self {
        let rule = |name: &str, paths| FileRule { name: name.to_owned(), paths: owned(paths), ..FileRule::default() };
        Self {
            record: true,
            omit_kinds: Vec::new(),
            folders: owned(FOLDERS),
            removable: true,
            network: true,
            command_line: true,
            open_extensions: owned(DOCUMENTS),
            exclude: vec![
                rule("what programs keep for themselves", OF_PROGRAMS),
                rule("locks and spare copies", BESIDE),
            ],
            fold: true,
            fleeting: false,
        }
    }
}

/// Leaves out the acts that fit everything this rule says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// What people call it.
    pub name: String,
    /// All paths of the act fit one of these patterns. A move out of such a folder does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// All paths end with one of these, without the dot; upper and lower case are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<String>,
    /// The program's full path, as a pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The act is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<FileAct>,
}

impl Files {
    pub(super) fn faults(&self, faults: &mut Vec<Fault>) {
        let mut fault = |pointer: String, message| faults.push(Fault { pointer, message });
        if self.exclude.len() > MOST_RULES {
            fault("/files/exclude".to_owned(), "more than 500 rules");
        }
        for (index, rule) in self.exclude.iter().enumerate() {
            let at = format!("/files/exclude/{index}");
            if rule.name.trim().is_empty() {
                fault(format!("{at}/name"), "a rule needs a name, because the log tells which rule answered");
            }
            if rule.paths.is_empty() && rule.extensions.is_empty() && rule.image.is_none() && rule.kinds.is_empty() {
                fault(at.clone(), "a rule without conditions would leave out everything");
            }
            if rule.image.as_deref() == Some("") {
                fault(format!("{at}/image"), "an empty text fits everything");
            }
            empty(&rule.paths, &format!("{at}/paths"), &mut fault);
            extensions(&rule.extensions, &format!("{at}/extensions"), &mut fault);
        }
        empty(&self.folders, "/files/folders", &mut fault);
        extensions(&self.open_extensions, "/files/open_extensions", &mut fault);
    }
}

pub(super) fn empty(texts: &[String], at: &str, fault: &mut impl FnMut(String, &'static str)) {
    for (index, text) in texts.iter().enumerate() {
        if text.is_empty() {
            fault(format!("{at}/{index}"), "an empty pattern fits nothing");
        }
    }
}

fn extensions(texts: &[String], at: &str, fault: &mut impl FnMut(String, &'static str)) {
    for (index, text) in texts.iter().enumerate() {
        if text.is_empty() || text.starts_with('.') || text.contains('/') {
            fault(format!("{at}/{index}"), "an extension is what stands behind the last dot, without it");
        }
    }
}
