//! The rules about one kind of events, by what an event must have for them to answer.

use std::collections::HashMap;

use ahash::RandomState;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use yagura_text_index::fold;

use super::{
    check::Ready,
    view::{Field, View, name_of},
};
use crate::{
    Rule,
    book::{Program, Where},
    glob::literals,
};

/// Rules by number, found by what they need.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    always: Vec<u32>,
    /// By a program's folded name, or its SHA-256.
    programs: HashMap<String, Vec<u32>, RandomState>,
    /// By words, and whose the words are.
    words: Option<(AhoCorasick, Vec<Vec<u32>>)>,
}

/// Gathers the rules of a bucket.
#[derive(Debug, Default)]
pub(super) struct Builder {
    always: Vec<u32>,
    programs: HashMap<String, Vec<u32>, RandomState>,
    /// Rules to be found by words: of each of these patterns one word is needed.
    patterns: Vec<(u32, Vec<Vec<String>>)>,
}

/// What an event must have for a rule to answer.
enum Anchor {
    /// One of these names or hashes.
    Programs(Vec<String>),
    /// All words of one of these patterns.
    Patterns(Vec<Vec<String>>),
    Nothing,
}

fn anchor(rule: &Rule) -> Anchor {
    if let Some(Program { names, paths, sha256, signers }) = &rule.when.program
        && paths.is_empty()
        && signers.is_empty()
    {
        return Anchor::Programs(names.iter().chain(sha256).map(|name| fold(name)).collect());
    }
    let of_texts = rule.when.texts.iter().filter(|texts| !texts.any_of.is_empty()).map(|texts| {
        let is_path = texts.place == Where::Path;
        let words = |pattern: &String| literals(&fold(pattern), is_path).map(ToOwned::to_owned).collect();
        texts.any_of.iter().map(words).collect::<Vec<Vec<_>>>()
    });
    let mut found = of_texts.filter(|patterns| patterns.iter().all(|words| !words.is_empty()));
    found.next().map_or(Anchor::Nothing, Anchor::Patterns)
}

impl Builder {
    pub(super) fn add(&mut self, number: u32, ready: &Ready) {
        match anchor(&ready.rule) {
            Anchor::Programs(names) => {
                names.into_iter().for_each(|name| self.programs.entry(name).or_default().push(number));
            }
            Anchor::Patterns(patterns) => self.patterns.push((number, patterns)),
            Anchor::Nothing => self.always.push(number),
        }
    }

    pub(super) fn finish(self) -> Bucket {
        let Self { mut always, programs, patterns } = self;
        let (texts, rules): (Vec<_>, Vec<_>) = rarest(patterns).into_iter().unzip();
        let words = (!texts.is_empty())
            .then(|| AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&texts));
        let words = match words {
            Some(Ok(words)) => Some((words, rules)),
            // So many words that no automaton holds them: slower then, and never less.
            Some(Err(_)) => {
                always.extend(rules.into_iter().flatten());
                None
            }
            None => None,
        };
        Bucket { always, programs, words }
    }
}

/// Of each pattern the word that the fewest rules share, and of those the longest: `.xlsx` would bring up a hundred rules at every
/// table.
fn rarest(patterns: Vec<(u32, Vec<Vec<String>>)>) -> HashMap<String, Vec<u32>, RandomState> {
    let mut shared: HashMap<String, usize, RandomState> = HashMap::default();
    for word in patterns.iter().flat_map(|(_, patterns)| patterns).flatten() {
        *shared.entry(word.clone()).or_default() += 1;
    }
    let mut words: HashMap<String, Vec<u32>, RandomState> = HashMap::default();
    for (number, patterns) in patterns {
        for pattern in patterns {
            let rarest =
                pattern.into_iter().min_by_key(|word| (shared.get(word).copied(), std::cmp::Reverse(word.len())));
            if let Some(word) = rarest {
                words.entry(word).or_default().push(number);
            }
        }
    }
    words
}

impl Bucket {
    /// Adds the rules that may answer.
    pub(super) fn candidates(&self, view: &View<'_>, to: &mut Vec<u32>) {
        to.extend(&self.always);
        if !self.programs.is_empty() {
            let name = view.folded(Field::Image).map(name_of);
            for key in name.into_iter().chain(view.event.hash_sha256.as_deref()) {
                to.extend(self.programs.get(key).into_iter().flatten());
            }
        }
        if let Some((words, rules)) = &self.words {
            for text in view.all() {
                for found in words.find_overlapping_iter(text) {
                    to.extend(&rules[found.pattern().as_usize()]);
                }
            }
        }
    }
}
