//! A query made ready to be asked of many events: the one definition of what matches.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use uuid::Uuid;
use yagura_text_index::Needle;
use yagura_vocabulary::Level;

use crate::{Asked, KindFilter, ProcessFilter, Query, Whose, fields::Fields, fold};

/// What an event must be, times aside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matcher {
    pub(crate) id: Option<Uuid>,
    pub(crate) endpoints: Option<HashSet<Uuid>>,
    pub(crate) text: Option<Needle>,
    pub(crate) kinds: Vec<KindFilter>,
    pub(crate) levels: Vec<Level>,
    pub(crate) account: Option<String>,
    pub(crate) person: Option<Uuid>,
    pub(crate) owner: Option<Owner>,
    pub(crate) image: Option<String>,
    pub(crate) process: Option<ProcessFilter>,
    pub(crate) hash_sha256: Option<String>,
    /// As it was written and in its canonical form.
    pub(crate) remote_ip: Vec<String>,
    pub(crate) device_serial: Option<String>,
    pub(crate) feature: Option<String>,
    /// What was asked in the language of people.
    pub(crate) asked: Option<Asked>,
}

/// [`Whose`], made ready.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) person: Option<Uuid>,
    pub(crate) accounts: HashMap<Uuid, HashSet<String>>,
}

impl Owner {
    fn new(whose: &Whose) -> Self {
        let mut accounts: HashMap<_, HashSet<_>> = HashMap::new();
        for (endpoint, account) in &whose.accounts {
            accounts.entry(endpoint.uuid()).or_default().insert(account.clone());
        }
        Self { person: whose.person.map(yagura_vocabulary::Id::uuid), accounts }
    }

    fn owns(&self, event: &impl Fields) -> bool {
        match event.person() {
            Some(person) => self.person == Some(person),
            None => event
                .account_id()
                .is_some_and(|id| self.accounts.get(&event.endpoint()).is_some_and(|ids| ids.contains(id))),
        }
    }
}

impl Matcher {
    pub(crate) fn new(query: &Query) -> Self {
        Self {
            id: None,
            endpoints: query.endpoints.as_ref().map(|ids| ids.iter().map(|id| id.uuid()).collect()),
            text: query.text.as_deref().and_then(Needle::new),
            kinds: query.kinds.clone(),
            levels: query.levels.clone(),
            account: query.account.as_deref().map(fold),
            person: query.person.map(yagura_vocabulary::Id::uuid),
            owner: query.whose.as_ref().map(Owner::new),
            image: query.image.clone(),
            process: query.process,
            hash_sha256: query.hash_sha256.as_ref().map(|hash| hash.to_ascii_lowercase()),
            remote_ip: query.remote_ip.as_deref().map(addresses).unwrap_or_default(),
            device_serial: query.device_serial.clone(),
            feature: query.feature.clone(),
            asked: query.asked.clone(),
        }
    }

    /// Only the event with this id.
    pub(crate) fn id(id: Uuid) -> Self {
        Self { id: Some(id), ..Self::default() }
    }

    /// Whether every event matches.
    pub(crate) fn is_empty(&self) -> bool {
        self.id.is_none()
            && self.endpoints.is_none()
            && self.text.is_none()
            && self.kinds.is_empty()
            && self.levels.is_empty()
            && self.account.is_none()
            && self.person.is_none()
            && self.owner.is_none()
            && self.image.is_none()
            && self.process.is_none()
            && self.hash_sha256.is_none()
            && self.remote_ip.is_empty()
            && self.device_serial.is_none()
            && self.feature.is_none()
            && self.asked.is_none()
    }

    /// Whether `event` matches. Cheap conditions come first; `scratch` saves allocations between calls.
    pub(crate) fn matches(&self, event: &impl Fields, scratch: &mut String) -> bool {
        self.matches_but_text(event) && self.matches_text(event, scratch)
    }

    /// Whether the texts of `event` match, and what was asked in the language of people.
    pub(crate) fn matches_text(&self, event: &impl Fields, scratch: &mut String) -> bool {
        self.text.as_ref().is_none_or(|needle| contains(event, needle, scratch))
            && self.asked.as_ref().is_none_or(|asked| asked.expr().matches(event, scratch))
    }

    /// Whether `event` matches, as far as it can be told without its texts.
    pub(crate) fn matches_but_text(&self, event: &impl Fields) -> bool {
        self.id.is_none_or(|id| event.id() == id)
            && self.endpoints.as_ref().is_none_or(|ids| ids.contains(&event.endpoint()))
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.matches(event.kind())))
            && (self.levels.is_empty() || self.levels.iter().any(|level| level.as_str() == event.level()))
            && self.person.is_none_or(|person| event.person() == Some(person))
            && self.owner.as_ref().is_none_or(|owner| owner.owns(event))
            && self.process.is_none_or(|process| is_of(event, process))
            && is(self.feature.as_deref(), Some(event.feature()))
            && is(self.image.as_deref(), event.image())
            && is(self.hash_sha256.as_deref(), event.hash_sha256())
            && is(self.device_serial.as_deref(), event.device_serial())
            && (self.remote_ip.is_empty()
                || event.remote_ip().is_some_and(|ip| self.remote_ip.iter().any(|wanted| wanted == ip)))
            && self.account.as_ref().is_none_or(|name| event.account_name().is_some_and(|other| fold(other) == *name))
    }
}

fn is(wanted: Option<&str>, found: Option<&str>) -> bool {
    wanted.is_none() || wanted == found
}

fn is_of(event: &impl Fields, process: ProcessFilter) -> bool {
    event.process_guid() == Some(process.guid) || (process.or_parent && event.parent_guid() == Some(process.guid))
}

fn contains(event: &impl Fields, needle: &Needle, scratch: &mut String) -> bool {
    if event.any_text(&mut |text| needle.is_in(text, scratch)) {
        return true;
    }
    let mut other = String::new();
    event.any_body_text(&mut |json| needle.is_surely_not_in_json(json, &mut other), &mut |text| {
        needle.is_in(text, scratch)
    })
}

fn addresses(text: &str) -> Vec<String> {
    let mut forms = vec![text.to_owned()];
    if let Ok(address) = text.trim().parse::<IpAddr>() {
        let canonical = address.to_string();
        if canonical != text {
            forms.push(canonical);
        }
    }
    forms
}
