//! An event as rules look at it: its texts folded once, when somebody asks.

use std::cell::OnceCell;

use yagura_text_index::fold;
use yagura_vocabulary::Event;

use crate::book::{Place, Where};

/// The texts that rules look into.
const FIELDS: usize = 8;

#[derive(Clone, Copy)]
pub(super) enum Field {
    Subject,
    Target,
    Command,
    Host,
    Serial,
    Title,
    LocalPath,
    Image,
}

const ALL: [Field; FIELDS] = [
    Field::Subject,
    Field::Target,
    Field::Command,
    Field::Host,
    Field::Serial,
    Field::Title,
    Field::LocalPath,
    Field::Image,
];

pub(super) struct View<'e> {
    pub(super) event: &'e Event,
    family: &'e str,
    folded: [OnceCell<Option<String>>; FIELDS],
}

impl<'e> View<'e> {
    pub(super) fn new(event: &'e Event) -> Self {
        let family = event.kind.split('.').next().unwrap_or_default();
        Self { event, family, folded: Default::default() }
    }

    fn raw(&self, field: Field) -> Option<&'e str> {
        let event = self.event;
        let body = |name: &str| event.body.get(name).and_then(serde_json::Value::as_str);
        match field {
            Field::Subject => event.subject.as_deref(),
            Field::Target => event.target.as_deref(),
            Field::Command => event.command_line.as_deref(),
            Field::Host => event.remote_host.as_deref(),
            Field::Serial => event.device_serial.as_deref(),
            Field::Title => body("title"),
            Field::LocalPath => body("local_path"),
            Field::Image => event.image.as_deref(),
        }
    }

    pub(super) fn folded(&self, field: Field) -> Option<&str> {
        self.folded[field as usize].get_or_init(|| self.raw(field).map(fold)).as_deref()
    }

    /// Every text, for finding candidates.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        ALL.into_iter().filter_map(|field| self.folded(field))
    }

    /// The texts that a condition about `place` looks into; a name is cut out of its path by whoever asks.
    pub(super) fn texts(&self, place: Where) -> impl Iterator<Item = &str> {
        let (web, window) = (matches!(self.family, "web" | "cloud"), self.family == "window");
        let device = matches!(self.family, "device" | "drive" | "medium");
        let fields: &[Field] = match place {
            Where::Name | Where::Path if web || window => &[Field::LocalPath],
            Where::Name | Where::Path => &[Field::Subject, Field::Target, Field::LocalPath],
            Where::Title if window => &[Field::Subject],
            Where::Title => &[Field::Title],
            Where::Url if web => &[Field::Subject, Field::Target],
            Where::Url => &[],
            Where::Command => &[Field::Command],
            Where::Host => &[Field::Host],
            Where::Device if device => &[Field::Subject, Field::Target, Field::Serial],
            Where::Device => &[Field::Serial],
            Where::Any => &ALL,
        };
        fields.iter().filter_map(|field| self.folded(*field))
    }

    /// On what kind of drive it began and ended up, as far as the event says.
    pub(super) fn places(&self) -> (Option<Place>, Option<Place>) {
        if !matches!(self.family, "file" | "folder" | "drive" | "medium" | "disc") {
            return (None, None);
        }
        let place = |name: &str| match self.event.body.get(name).and_then(serde_json::Value::as_str) {
            Some(word) => word.parse().ok(),
            // What is as everybody expects is not written down.
            None => Some(Place::Fixed),
        };
        if self.event.target.is_some() && matches!(self.family, "file" | "folder") {
            return (place("place"), place("target_place"));
        }
        match self.event.kind.as_str() {
            "file.open" | "file.delete" | "folder.delete" => (place("place"), None),
            _ => (None, place("place")),
        }
    }
}

/// The last part of a path.
pub(super) fn name_of(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path)
}
