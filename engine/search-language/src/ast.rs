//! A question as it was written, without the freedom of writing: its `Display` is the canonical text, which reads back the same.

use std::fmt::{self, Display};

use crate::Field;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Everything.
    All,
    /// One condition.
    Term(Term),
    /// What does not match.
    Not(Box<Node>),
    /// Two or more, all of which must match.
    And(Vec<Node>),
    /// Two or more, one of which must match.
    Or(Vec<Node>),
}

/// One condition: `file:*.xlsx`, or a bare word.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// What it is about; `None` for any text of the event.
    pub field: Option<FieldRef>,
    /// What it must be.
    pub test: Test,
}

/// What a condition is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// A field of every event.
    Known(Field),
    /// A value of the body, by the names that lead to it with dots between them.
    Body(String),
}

/// What a field must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    /// Compared with one value.
    Is(Op, Word),
    /// From the one to the other, both included; an open end is `None`.
    Range(Option<String>, Option<String>),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `:` contains it, or is it, where a part makes no sense.
    Has,
    /// `=` is the whole of it.
    Whole,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Op {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Whole => "=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether it asks for an order.
    pub(crate) const fn orders(self) -> bool {
        !matches!(self, Self::Has | Self::Whole)
    }
}

/// A value as it was written. Within quotation marks nothing has a special meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// The text.
    pub text: String,
    /// Whether it stood in quotation marks.
    pub quoted: bool,
}

impl Word {
    /// A text of which every character stands for itself.
    #[must_use]
    pub fn quoted(text: &str) -> Self {
        Self { text: text.to_owned(), quoted: true }
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted { write!(f, "\"{}\"", self.text.replace('"', "\"\"")) } else { f.write_str(&self.text) }
    }
}

impl Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(field) => f.write_str(field.name()),
            Self::Body(path) => write!(f, "body.{path}"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.field, &self.test) {
            (Some(field), Test::Is(op, word)) => write!(f, "{field}{}{word}", op.as_str()),
            (None, Test::Is(_, word)) => word.fmt(f),
            (field, Test::Range(from, to)) => {
                if let Some(field) = field {
                    write!(f, "{field}:")?;
                }
                write!(f, "{}..{}", from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default())
            }
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, nodes: &[Self], between: &str, groups: fn(&Self) -> bool| {
            for (at, node) in nodes.iter().enumerate() {
                if at > 0 {
                    f.write_str(between)?;
                }
                if groups(node) { write!(f, "({node})")? } else { node.fmt(f)? }
            }
            Ok(())
        };
        match self {
            Self::All => Ok(()),
            Self::Term(term) => term.fmt(f),
            Self::Not(node) => match **node {
                Self::Term(_) | Self::Not(_) => write!(f, "NOT {node}"),
                _ => write!(f, "NOT ({node})"),
            },
            Self::And(nodes) => list(f, nodes, " ", |node| matches!(node, Self::Or(_))),
            Self::Or(nodes) => list(f, nodes, " OR ", |_| false),
        }
    }
}
