//! A question made ready to be asked of many events, and what it says about them beforehand.

use std::collections::HashSet;

use uuid::Uuid;
use yagura_text_index::Wanted;

use crate::{Column, Row, test::Test, text::TextTest};

/// A question made ready.
#[derive(Debug, Clone)]
pub struct Expr(pub(crate) Tree);

#[derive(Debug, Clone)]
pub(crate) enum Tree {
    All,
    Test(Box<Test>),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

/// What every event that matches has in common. It may be less than what was asked, never more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// It happened at this time or later, in microseconds.
    pub since: Option<i64>,
    /// It happened before this time.
    pub until: Option<i64>,
    /// The server got it at this time or later.
    pub received_since: Option<i64>,
    /// The server got it before this time.
    pub received_until: Option<i64>,
    /// It is of one of these kinds; `file.*` for a family.
    pub kinds: Option<Vec<String>>,
    /// It has one of these levels.
    pub levels: Option<Vec<String>>,
    /// It happened on one of these endpoints.
    pub endpoints: Option<HashSet<Uuid>>,
    /// It is about the file with this SHA-256.
    pub hash_sha256: Option<String>,
    /// The other side has this address.
    pub remote_ip: Option<String>,
    /// Nothing else was asked than the times at which it happened, kinds, levels and endpoints as they stand here.
    pub whole: bool,
}

impl Expr {
    pub(crate) const fn all() -> Self {
        Self(Tree::All)
    }

    pub(crate) fn term(test: Test) -> Self {
        Self(Tree::Test(Box::new(test)))
    }

    pub(crate) fn not(inner: Self) -> Self {
        Self(Tree::Not(Box::new(inner.0)))
    }

    pub(crate) fn and(nodes: Vec<Self>) -> Self {
        Self(Tree::And(cheap_first(nodes)))
    }

    pub(crate) fn or(nodes: Vec<Self>) -> Self {
        Self(Tree::Or(cheap_first(nodes)))
    }

    /// Whether everything matches.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self.0, Tree::All)
    }

    /// Whether `row` matches. `scratch` saves allocations between calls.
    pub fn matches(&self, row: &impl Row, scratch: &mut String) -> bool {
        self.0.matches(row, scratch)
    }

    /// The columns that must be known to say whether a row matches.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        self.0.each(&mut |test| test.columns(&mut |column| columns.push(column)));
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// What a row must contain, for an index over the texts that a bare word is looked for in.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        self.0.wanted()
    }

    /// What every event that matches has in common.
    #[must_use]
    pub fn narrow(&self) -> Narrow {
        let mut narrow = Narrow::default();
        let nodes = match &self.0 {
            Tree::And(nodes) => nodes.as_slice(),
            other => std::slice::from_ref(other),
        };
        let mut whole = true;
        for node in nodes {
            match node {
                Tree::Test(test) => whole &= narrow.by(test),
                Tree::All => {}
                Tree::Not(_) | Tree::Or(_) | Tree::And(_) => whole = false,
            }
        }
        Narrow { whole, ..narrow }
    }
}

fn cheap_first(nodes: Vec<Expr>) -> Vec<Tree> {
    let mut nodes: Vec<_> = nodes.into_iter().map(|node| node.0).collect();
    nodes.sort_by_key(Tree::cost);
    nodes
}

impl Tree {
    fn matches(&self, row: &impl Row, scratch: &mut String) -> bool {
        match self {
            Self::All => true,
            Self::Test(test) => test.holds(row, scratch),
            Self::Not(node) => !node.matches(row, scratch),
            Self::And(nodes) => nodes.iter().all(|node| node.matches(row, scratch)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(row, scratch)),
        }
    }

    fn wanted(&self) -> Wanted {
        match self {
            // What must not be there says nothing about what is.
            Self::All | Self::Not(_) => Wanted::All,
            Self::Test(test) => test.wanted(),
            Self::And(nodes) => Wanted::and(nodes.iter().map(Self::wanted)),
            Self::Or(nodes) => Wanted::or(nodes.iter().map(Self::wanted)),
        }
    }

    fn each(&self, found: &mut dyn FnMut(&Test)) {
        match self {
            Self::All => {}
            Self::Test(test) => found(test),
            Self::Not(node) => node.each(found),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.each(found)),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::All => 0,
            Self::Test(test) => test.cost(),
            Self::Not(node) => node.cost(),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().map(Self::cost).sum(),
        }
    }
}

impl Narrow {
    /// Takes a condition in; whether nothing of it is left to be asked.
    fn by(&mut self, test: &Test) -> bool {
        match test {
            Test::Time { column, from, until } => {
                let (since, before) = match column {
                    Column::ReceivedAt => (&mut self.received_since, &mut self.received_until),
                    _ => (&mut self.since, &mut self.until),
                };
                if *from > i64::MIN {
                    *since = Some(since.map_or(*from, |at| at.max(*from)));
                }
                if *until < i64::MAX {
                    *before = Some(before.map_or(*until, |at| at.min(*until)));
                }
                *column == Column::OccurredAt
            }
            Test::Ids { columns: [Column::Endpoint], ids: Some(ids) } => {
                let both = match self.endpoints.take() {
                    Some(before) => before.intersection(ids).copied().collect(),
                    None => ids.clone(),
                };
                self.endpoints = Some(both);
                true
            }
            Test::Text { columns: [Column::Kind], tests, .. } => {
                let first = self.kinds.is_none();
                self.kinds = self.kinds.take().or_else(|| tests.iter().map(kind).collect());
                first && self.kinds.is_some()
            }
            Test::Text { columns: [Column::Level], tests, .. } => {
                let first = self.levels.is_none();
                self.levels = self.levels.take().or_else(|| tests.iter().map(whole).collect());
                first && self.levels.is_some()
            }
            Test::Text { columns: [Column::HashSha256], tests, .. } => {
                if let [test] = tests.as_slice() {
                    self.hash_sha256 = self.hash_sha256.take().or_else(|| whole(test));
                }
                false
            }
            Test::Address(networks) => {
                if let [network] = networks.as_slice() {
                    self.remote_ip = network.single().map(|address| address.to_string());
                }
                false
            }
            _ => false,
        }
    }
}

fn whole(test: &TextTest) -> Option<String> {
    match test {
        TextTest::Whole { folded, .. } => Some(folded.clone()),
        _ => None,
    }
}

/// A kind or a family of kinds; nothing for other patterns.
fn kind(test: &TextTest) -> Option<String> {
    match test {
        TextTest::Like { pattern, .. } => {
            pattern.prefix().filter(|prefix| prefix.ends_with('.')).map(|prefix| format!("{prefix}*"))
        }
        other => whole(other),
    }
}
