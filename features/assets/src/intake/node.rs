//! A message as a tree, the same for XML and JSON: names in small letters, texts cleaned, a list as children of one name.

/// Most elements of a message: they cost memory, however short they are.
pub(super) const MOST: usize = 500_000;
/// Deepest element within elements.
pub(super) const DEEPEST: usize = 16;
/// Longest text that is kept, in characters.
const LONGEST: usize = 1_000;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_lowercase(), ..Self::default() }
    }

    /// The children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name; none when it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The first of these that has a text.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    /// The same, owned.
    pub(super) fn owned(&self, names: &[&str]) -> Option<String> {
        self.first(names).map(str::to_owned)
    }

    /// The same without what makers leave in fields that they forgot to fill in.
    pub(super) fn known(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| crate::known::known(self.text(name)?)).map(str::to_owned)
    }

    /// A whole number; what stands behind its digits (a unit, a fraction) does not count.
    pub(super) fn number(&self, names: &[&str]) -> Option<u64> {
        digits(self.first(names)?)
    }
}

/// The number that a text begins with.
pub(super) fn digits(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// A text without control characters and without white space around it, cut to what is kept.
pub(super) fn clean(text: &str) -> String {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}
