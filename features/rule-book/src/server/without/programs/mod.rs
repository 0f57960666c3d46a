//! Programs that never ran in the organisation: learned from what is stored, then told once each.

mod judge;
mod kept;
mod learn;
mod seen;

use std::collections::{BTreeMap, HashMap};

use yagura_alarms::{Cause, all_happened};
use yagura_events::{FeedItem, server::Follower};
use yagura_rules::Memory;
use yagura_server_kit::{ApiError, Context, Settings as _, Tx};
use yagura_vocabulary::{Event, Level, StoredEvent, Time, id::EndpointId};

pub(crate) use self::seen::InFleet;
use self::{
    judge::Books,
    kept::{Kept, Noted},
};
use super::{WithoutRules, insist};

/// An organisation in which so many different programs ran builds them itself; nothing is new there any more.
const MOST: usize = 200_000;

/// Whether an event tells of a program that starts. Only then does it count as met.
fn is_start(event: &Event) -> bool {
    event.kind == "process.start"
}

/// By what a program is known: the SHA-256 of its file, else its path.
fn key_of(event: &Event) -> Option<String> {
    event.hash_sha256.as_ref().map(|hash| hash.to_ascii_lowercase()).or_else(|| path_of(event))
}

/// Where it lies, in lower case.
fn path_of(event: &Event) -> Option<String> {
    event.image.as_ref().map(|image| image.to_lowercase())
}

/// Whether only administrators and package managers put programs there. A known path there with another content is a new version, not
/// a new program: an update of all machines is no news.
fn is_maintained(path: &str) -> bool {
    const MAINTAINED: [&str; 10] = [
        "/usr/",
        "/bin/",
        "/sbin/",
        "/lib",
        "/opt/",
        "/snap/",
        "/nix/store/",
        "c:\\windows\\",
        "c:\\program files\\",
        "c:\\program files (x86)\\",
    ];
    MAINTAINED.iter().any(|place| path.starts_with(place))
}

/// The day of a time, counted from 1970-01-01, by UTC.
fn day_of(at: Time) -> i64 {
    at.micros().div_euclid(86_400_000_000)
}

/// A program was started that had not been noted on that day yet.
pub(super) struct Started {
    key: String,
    path: Option<String>,
    stored: Box<StoredEvent>,
}

impl Started {
    /// All that it is known by from now on, with what is noted of it.
    fn names(&self) -> impl Iterator<Item = (&str, Noted)> {
        let day = day_of(self.stored.event.occurred_at);
        let bare = self.stored.event.hash_sha256.is_none();
        std::iter::once(&self.key).chain(&self.path).map(move |name| (name.as_str(), Noted { day, bare }))
    }
}

/// Reads which programs were started.
pub(super) struct Reader {
    kept: Kept,
    /// What rules count together, by endpoint.
    memories: HashMap<EndpointId, Memory>,
}

impl Reader {
    /// Learns what ran before, if that was not done yet. `None` when the server stops before that.
    pub(super) async fn begin(ctx: &Context) -> Option<Self> {
        insist(ctx, "what programs ran", || learn::learn(ctx)).await?;
        let kept = insist(ctx, "the known programs", || Kept::load(ctx)).await?;
        Some(Self { kept, memories: HashMap::new() })
    }
}

impl Follower for Reader {
    type Found = Started;
    const TABLE: &'static str = "rule_book_program_feed";

    fn find(&mut self, item: &FeedItem) -> Option<Started> {
        let event = &item.event.event;
        let key = key_of(event).filter(|_| is_start(event))?;
        let day = day_of(event.occurred_at);
        let path = path_of(event);
        let noted = |name: &String| self.kept.is_noted(name, day);
        // A path that had no hash yet may get one.
        let gets_hash = |path: &String| *path != key && self.kept.is_bare(path);
        if noted(&key) && path.as_ref().is_none_or(|path| noted(path) && !gets_hash(path)) {
            return None;
        }
        Some(Started { key, path, stored: Box::new(item.event.clone()) })
    }

    async fn write(&mut self, ctx: &Context, tx: &mut Tx, found: &[Started]) -> Result<(), ApiError> {
        let mut names: BTreeMap<&str, Noted> = BTreeMap::new();
        let mut new: Vec<&Started> = Vec::new();
        for started in found {
            let Started { key, path, stored } = started;
            let is_old = |path: &String| {
                let update = is_maintained(path) && (self.kept.is_known(path) || names.contains_key(path.as_str()));
                // It was told, or learned, when it had no hash yet.
                let bare = self.kept.is_bare(path);
                let bare =
                    names.get(path.as_str()).map_or(bare, |noted| noted.bare && (bare || !self.kept.is_known(path)));
                update || bare
            };
            let old = self.kept.is_known(key) || names.contains_key(key.as_str()) || path.as_ref().is_some_and(is_old);
            for (name, noted) in started.names() {
                names.entry(name).and_modify(|known| *known = known.and(noted)).or_insert(noted);
            }
            // Another server may have been told of it first, before this one read on.
            if !old
                && !self.kept.is_full()
                && stored.event.level != Level::Prohibited
                && !kept::is_stored(tx, key).await?
            {
                new.push(started);
            }
        }
        for (name, noted) in &names {
            self.kept.note(tx, name, *noted, ctx.now()).await?;
        }
        let since = learn::since(tx.on()).await?;
        let wanted = WithoutRules::in_force(tx.on()).await?;
        let learned = wanted.new_program.learning_days.saturating_mul(86_400);
        if new.is_empty() || since.is_none_or(|since| ctx.now().since(since).as_secs() < learned) {
            return Ok(());
        }
        let mut books = Books::default();
        let mut causes: Vec<Cause> = Vec::new();
        for started in new {
            let memory = self.memories.entry(started.stored.endpoint).or_default();
            causes.extend(books.judge(ctx, started, memory, wanted.new_program.on).await?);
        }
        all_happened(ctx, tx, &causes).await
    }

    fn written(&mut self, found: &[Started]) {
        for (name, noted) in found.iter().flat_map(Started::names) {
            self.kept.remember(name, noted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_its_content_else_by_its_path_whatever_its_case() {
        let mut event = Event::new(Time::from_seconds(0), "operation_log", "process.start");
        assert_eq!(key_of(&event), None);
        event.image = Some("C:\\Tools\\A.EXE".to_owned());
        assert_eq!(key_of(&event).as_deref(), Some("c:\\tools\\a.exe"));
        event.hash_sha256 = Some("AB12".to_owned());
        assert_eq!(key_of(&event).as_deref(), Some("ab12"));
    }

    #[test]
    fn where_people_put_programs_themselves_no_new_version_is_taken_for_an_update() {
        for (path, expected) in [
            ("/usr/bin/python3.13", true),
            ("c:\\program files\\vendor\\app.exe", true),
            ("/home/tanaka/bin/tool", false),
            ("/tmp/usr/bin/sh", false),
            ("c:\\users\\tanaka\\downloads\\setup.exe", false),
        ] {
            assert_eq!(is_maintained(path), expected, "{path}");
        }
    }
}
