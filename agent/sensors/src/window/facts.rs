//! From what a session program says of a window to what is told of it: bounded, masked, with the process that the agent knows.

use uuid::Uuid;
use yagura_local::desktop::{MAX_CLASS, SeenWindow};
use yagura_records::{Doer, MAX_TITLE, Text, WindowFacts, WindowNote};

use crate::mask;

/// A program that had a window: its process id, and what names the process.
pub(crate) type Program = (u32, Uuid);

/// What the tracker asks of this machine.
pub(crate) trait Surroundings {
    /// The account with this uid, by its number if it has no name.
    fn account(&mut self, uid: u32) -> yagura_vocabulary::Account;
    /// The process that has this pid, or had it a moment ago.
    fn process(&mut self, pid: u32) -> Option<Doer>;
    /// Whether a desktop on this display, with these programs on it, goes on although nobody tells of it.
    fn goes_on(&mut self, display: &str, programs: &[Program]) -> bool;
}

/// What is told of a window.
pub(super) fn facts(seen: SeenWindow, uid: u32, around: &mut impl Surroundings) -> WindowFacts {
    let mut notes = Vec::new();
    if seen.gone {
        notes.push(WindowNote::WindowGone);
    }
    let (title, cut) = seen.title.map(bounded).map_or((None, false), |(title, cut)| (Some(title), cut));
    if seen.cut || cut {
        notes.push(WindowNote::TitleCut);
    }
    let title = title.filter(|title| !title.as_str().is_empty()).map(|title| match mask::text(title.as_str()) {
        std::borrow::Cow::Owned(masked) => {
            notes.push(WindowNote::Masked);
            // The bytes as they were would have the secret in them.
            Text::from(masked)
        }
        std::borrow::Cow::Borrowed(_) => title,
    });
    let process = match seen.pid {
        None => {
            if !seen.gone {
                notes.push(WindowNote::ProcessUnknown);
            }
            None
        }
        Some(pid) => Some(around.process(pid).unwrap_or_else(|| {
            notes.push(WindowNote::ProcessGone);
            Doer { pid, guid: None, image: None, account: None, logon_session: None, by_shell: false }
        })),
    };
    let owner = process.as_ref().and_then(|process| process.account.as_ref());
    if owner.is_some_and(|owner| owner.id != uid.to_string()) {
        notes.push(WindowNote::OtherAccount);
    }
    let class = seen.class.map(|mut class| {
        class.truncate(class.floor_char_boundary(MAX_CLASS));
        class
    });
    WindowFacts { title, class, process, notes }
}

/// A title of at most [`MAX_TITLE`] bytes, and whether it was longer. A session program of ours never sends a longer one.
fn bounded(title: Text) -> (Text, bool) {
    if title.as_bytes().len() <= MAX_TITLE {
        return (title, false);
    }
    let text = title.as_str();
    (text[..text.floor_char_boundary(MAX_TITLE)].into(), true)
}
