//! Text to a [`Node`].
//!
//! ```text
//! or    := and ( OR and )*
//! and   := not ( AND? not )*
//! not   := ( NOT | - ) not | ( or ) | term
//! term  := name op value | name op ( or ) | value
//! ```

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::{
    Code, Fault, Field, FieldRef, MAX_BYTES, MAX_DEPTH, MAX_TERMS, Node, Op, Shape, Term, Wish, Word,
    compile::check,
    scan::{Keyword, Scan, closes, opens},
};

/// Reads a question.
///
/// # Errors
/// The first thing that is wrong, and where.
pub fn parse(text: &str) -> Result<Node, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::new(Code::TooLong, text.len()..text.len()));
    }
    let mut parser = Parser { scan: Scan { text, at: 0 }, depth: 0, terms: 0 };
    parser.scan.skip_space();
    if parser.scan.rest().is_empty() {
        return Ok(Node::All);
    }
    let node = parser.or(None)?;
    match parser.scan.peek() {
        Some(c) => Err(Fault::new(Code::UnopenedGroup, parser.scan.at..parser.scan.at + c.len_utf8())),
        None => Ok(node),
    }
}

/// The field that bare words in a group are about: `user:(tanaka OR sato)`.
type Scope<'s> = Option<(&'s FieldRef, Op)>;

struct Parser<'a> {
    scan: Scan<'a>,
    depth: usize,
    terms: usize,
}

impl Parser<'_> {
    fn or(&mut self, scope: Scope<'_>) -> Result<Node, Fault> {
        let mut nodes = vec![self.and(scope)?];
        while self.keyword(Keyword::Or) {
            nodes.push(self.and(scope)?);
        }
        Ok(joined(nodes, Node::Or, |node| match node {
            Node::Or(nodes) => Ok(nodes),
            other => Err(other),
        }))
    }

    fn and(&mut self, scope: Scope<'_>) -> Result<Node, Fault> {
        let mut nodes = vec![self.not(scope)?];
        loop {
            let wanted = self.keyword(Keyword::And);
            self.scan.skip_space();
            let over =
                self.scan.peek().is_none_or(closes) || self.scan.keyword().is_some_and(|(word, _)| word == Keyword::Or);
            if over && !wanted {
                break;
            }
            nodes.push(self.not(scope)?);
        }
        Ok(joined(nodes, Node::And, |node| match node {
            Node::And(nodes) => Ok(nodes),
            other => Err(other),
        }))
    }

    fn not(&mut self, scope: Scope<'_>) -> Result<Node, Fault> {
        self.scan.skip_space();
        let from = self.scan.at;
        if self.keyword(Keyword::Not) || self.scan.negation() {
            self.deeper(from)?;
            let node = self.not(scope)?;
            self.depth -= 1;
            return Ok(Node::Not(Box::new(node)));
        }
        if self.scan.peek().is_some_and(opens) { self.group(scope) } else { self.term(scope) }
    }

    fn group(&mut self, scope: Scope<'_>) -> Result<Node, Fault> {
        let from = self.scan.at;
        self.scan.take(opens);
        let open = from..self.scan.at;
        self.deeper(from)?;
        let node = self.or(scope)?;
        self.depth -= 1;
        self.scan.skip_space();
        match self.scan.take(closes) {
            Some(_) => Ok(node),
            None => Err(Fault::new(Code::UnclosedGroup, open)),
        }
    }

    fn term(&mut self, scope: Scope<'_>) -> Result<Node, Fault> {
        self.terms += 1;
        let from = self.scan.at;
        if self.terms > MAX_TERMS {
            return Err(Fault::new(Code::TooMany, from..self.scan.text.len()));
        }
        if self.scan.peek().is_none_or(closes) || self.scan.keyword().is_some() {
            return Err(Fault::new(Code::ExpectedTerm, from..from));
        }
        let Some((field, op, negated)) = self.field()? else {
            let word = self.word()?;
            return self.finish(scope, word, from);
        };
        self.scan.skip_space();
        if self.scan.peek().is_none_or(closes) || self.scan.keyword().is_some() {
            return Err(Fault::new(Code::ExpectedValue, from..self.scan.at).field(name(&field)));
        }
        let node = if self.scan.peek().is_some_and(opens) {
            self.group(Some((&field, op)))?
        } else {
            let at = self.scan.at;
            let word = self.word()?;
            self.finish(Some((&field, op)), word, at)?
        };
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    /// A field and its operator, if they stand here; `true` for `!=`.
    fn field(&mut self) -> Result<Option<(FieldRef, Op, bool)>, Fault> {
        let from = self.scan.at;
        let Some((name, end)) = self.scan.name() else { return Ok(None) };
        let mut after = Scan { text: self.scan.text, at: end };
        let wide = after.peek() == Some('：');
        let Some((op, negated)) = operator(&mut after) else { return Ok(None) };
        let field = match body(name) {
            Some(path) => FieldRef::Body(path.to_owned()),
            None => match Field::parse(name) {
                Some(field) => FieldRef::Known(field),
                None if op != Op::Has || is_plain(name, after.rest()) => return Ok(None),
                None => {
                    let meant = Field::meant(name);
                    // With a full-width colon it is more likely a piece of text, as in a title, unless it is hardly misspelt.
                    if wide && (meant.is_none() || name.chars().count() < 3) {
                        return Ok(None);
                    }
                    return Err(Fault::new(Code::UnknownField, from..end).found(name).meant(meant));
                }
            },
        };
        self.scan.at = after.at;
        Ok(Some((field, op, negated)))
    }

    fn word(&mut self) -> Result<Word, Fault> {
        let from = self.scan.at;
        match self.scan.quoted() {
            Some(Ok(text)) => Ok(Word { text, quoted: true }),
            Some(Err(())) => Err(Fault::new(Code::UnclosedQuote, from..self.scan.text.len())),
            None => Ok(Word { text: self.scan.word().to_owned(), quoted: false }),
        }
    }

    /// A condition from its field and its value, which stands at `from`.
    fn finish(&self, scope: Scope<'_>, word: Word, from: usize) -> Result<Node, Fault> {
        let at = from..self.scan.at;
        let test = test(scope, word, &at)?;
        let term = Term { field: scope.map(|(field, _)| field.clone()), test };
        check(&term, &at)?;
        Ok(Node::Term(term))
    }

    fn keyword(&mut self, wanted: Keyword) -> bool {
        self.scan.skip_space();
        let found = self.scan.keyword().filter(|(keyword, _)| *keyword == wanted);
        self.scan.at += found.map_or(0, |(_, len)| len);
        found.is_some()
    }

    fn deeper(&mut self, from: usize) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Fault::new(Code::TooDeep, from..from + 1)) } else { Ok(()) }
    }
}

/// One node as it is, several as one, without one of the same sort within.
fn joined(mut nodes: Vec<Node>, of: fn(Vec<Node>) -> Node, inner: fn(Node) -> Result<Vec<Node>, Node>) -> Node {
    if nodes.len() == 1 {
        return nodes.remove(0);
    }
    of(nodes.into_iter().flat_map(|node| inner(node).unwrap_or_else(|other| vec![other])).collect())
}

pub(crate) fn name(field: &FieldRef) -> &'static str {
    match field {
        FieldRef::Known(field) => field.name(),
        FieldRef::Body(_) => "body",
    }
}

/// The path of `body.size`.
fn body(name: &str) -> Option<&str> {
    let (first, path) = name.split_once('.')?;
    let is_body = first.eq_ignore_ascii_case("body") || first == "詳細";
    (is_body && path.split('.').all(|part| !part.is_empty())).then_some(path)
}

/// Whether a name with a colon is no field: `https://`, `C:\`, `C:/`.
fn is_plain(name: &str, rest: &str) -> bool {
    rest.starts_with("//") || (name.len() == 1 && (rest.is_empty() || rest.starts_with(['\\', '/'])))
}

fn operator(scan: &mut Scan<'_>) -> Option<(Op, bool)> {
    let is_equal = |c| matches!(c, '=' | '＝');
    match scan.take(|c| matches!(c, ':' | '：' | '=' | '＝' | '>' | '＞' | '<' | '＜' | '!' | '！'))? {
        ':' | '：' => Some((Op::Has, false)),
        '=' | '＝' => Some((Op::Whole, false)),
        '!' | '！' => scan.take(is_equal).map(|_| (Op::Whole, true)),
        first => {
            let equal = scan.take(is_equal).is_some();
            let above = matches!(first, '>' | '＞');
            Some(match (above, equal) {
                (true, false) => (Op::Above, false),
                (true, true) => (Op::AtLeast, false),
                (false, false) => (Op::Below, false),
                (false, true) => (Op::AtMost, false),
            })
        }
    }
}

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Anything goes; `＊` is a wildcard.
    Free,
    /// `？` is one too.
    Text,
    /// A word of a closed or technical set: width plays no part.
    Word,
    /// With an order: `>5` after a colon, and ranges.
    Ordered,
}

fn manner(scope: Scope<'_>) -> Manner {
    match scope {
        None => Manner::Free,
        Some((FieldRef::Body(_), _)) => Manner::Text,
        Some((FieldRef::Known(field), _)) => match field.shape() {
            Shape::Free => Manner::Free,
            Shape::Text | Shape::Path | Shape::Code | Shape::Endpoint | Shape::Group | Shape::Person => Manner::Text,
            Shape::Kind | Shape::Level | Shape::Process | Shape::Address | Shape::Since | Shape::Until => Manner::Word,
            Shape::Number { .. } | Shape::Time | Shape::Hour | Shape::Weekday => Manner::Ordered,
        },
    }
}

fn test(scope: Scope<'_>, word: Word, at: &Range<usize>) -> Result<Wish, Fault> {
    let op = scope.map_or(Op::Has, |(_, op)| op);
    if word.quoted {
        return Ok(Wish::Is(op, word));
    }
    let manner = manner(scope);
    let text = match manner {
        Manner::Free => word.text.replace('＊', "*"),
        Manner::Text => word.text.replace('＊', "*").replace('？', "?"),
        Manner::Word => narrow(&word.text),
        Manner::Ordered => narrow(&word.text.replace(['～', '〜'], "..")),
    };
    let is_number = |text: &str| text.is_empty() || crate::value::number(text).is_some();
    let ranges = match (scope, manner) {
        (_, Manner::Ordered) => true,
        (Some((FieldRef::Body(_), _)), _) => text
            .split_once("..")
            .is_some_and(|(from, to)| is_number(from) && is_number(to) && from.len() + to.len() > 0),
        _ => false,
    };
    if !ranges || op != Op::Has {
        return Ok(Wish::Is(op, Word { text, quoted: false }));
    }
    if let Some((from, to)) = text.split_once("..") {
        let end = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (from, to) = (end(from), end(to));
        if from.is_none() && to.is_none() {
            let field = scope.map_or("", |(field, _)| name(field));
            return Err(Fault::new(Code::ExpectedValue, at.clone()).field(field));
        }
        return Ok(Wish::Range(from, to));
    }
    let mut scan = Scan { text: &text, at: 0 };
    let prefixed = match scan.peek() {
        Some('>' | '<' | '=') => operator(&mut scan),
        _ => None,
    };
    let (op, rest) = match prefixed {
        Some((op, _)) if !scan.rest().is_empty() => (op, scan.rest().to_owned()),
        _ => (op, text),
    };
    Ok(Wish::Is(op, Word { text: rest, quoted: false }))
}

/// In half width, unless that would bring in characters with a meaning.
fn narrow(text: &str) -> String {
    let narrow: String = text.nfkc().collect();
    let means = |c: char| c.is_whitespace() || opens(c) || closes(c) || matches!(c, '"' | '“');
    if narrow.contains(means) { text.to_owned() } else { narrow }
}
