//! A [`Node`] to an [`Expr`], with a clock for relative times and with names looked up.

use std::{
    collections::{HashMap, HashSet},
    ops::{Bound, Range},
    sync::LazyLock,
};

use jiff::tz::TimeZone;
use uuid::Uuid;
use yagura_vocabulary::{Level, Time};

use crate::{
    Clock, Code, Column, Expr, Fault, Field, FieldRef, Node, Op, Shape, Term, Wish, Word, kinds,
    parse::name,
    test::{Bounds, Test},
    text::{Pattern, TextTest, fold},
    value::{Network, hours, number, period, weekdays},
};

/// What sort of thing a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Named {
    /// An endpoint.
    Endpoint,
    /// Endpoints, by a group above them.
    Group,
    /// A person.
    Person,
}

/// A name that must be looked up before the question can be asked: events carry ids only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// What it stands for.
    pub what: Named,
    op: Op,
    word: Word,
}

impl Name {
    /// A test for the names of things: whether one is meant.
    pub fn test(&self) -> impl Fn(&str) -> bool + use<> {
        let test = text(self.op, &self.word, true, false);
        move |name| test.fits(name, &mut String::new())
    }
}

/// What names stand for: ids of endpoints or people.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<Name, HashSet<Uuid>>);

impl Names {
    /// Says what a name stands for.
    pub fn set(&mut self, name: Name, ids: impl IntoIterator<Item = Uuid>) {
        self.0.insert(name, ids.into_iter().collect());
    }
}

impl Node {
    /// The names that must be looked up.
    #[must_use]
    pub fn names(&self) -> Vec<Name> {
        let mut names = Vec::new();
        self.each_term(&mut |term| names.extend(name_of(term)));
        names
    }

    fn each_term(&self, found: &mut dyn FnMut(&Term)) {
        match self {
            Self::All => {}
            Self::Term(term) => found(term),
            Self::Not(node) => node.each_term(found),
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.each_term(found)),
        }
    }
}

fn name_of(term: &Term) -> Option<Name> {
    let (Some(FieldRef::Known(field)), Wish::Is(op, word)) = (&term.field, &term.test) else { return None };
    let what = match field.shape() {
        Shape::Endpoint => Named::Endpoint,
        Shape::Group => Named::Group,
        Shape::Person => Named::Person,
        _ => return None,
    };
    let is_id = what != Named::Group && word.text.parse::<Uuid>().is_ok();
    (!is_id && !is_any(word)).then(|| Name { what, op: *op, word: word.clone() })
}

/// Makes a question ready. `names` has what [`Node::names`] asks for; a name that it lacks stands for nothing.
///
/// # Errors
/// A condition that [`crate::parse`] would have refused.
pub fn compile(node: &Node, clock: &Clock, names: &Names) -> Result<Expr, Fault> {
    let all = |nodes: &[Node]| nodes.iter().map(|node| compile(node, clock, names)).collect::<Result<Vec<_>, _>>();
    Ok(match node {
        Node::All => Expr::all(),
        Node::Term(term) => match term_test(term, clock, names).map_err(|problem| problem.at(0..0, term))? {
            // Looking for nothing in particular restricts nothing.
            Test::Any(TextTest::There) => Expr::all(),
            test => Expr::term(test),
        },
        Node::Not(node) => Expr::not(compile(node, clock, names)?),
        Node::And(nodes) => Expr::and(all(nodes)?),
        Node::Or(nodes) => Expr::or(all(nodes)?),
    })
}

/// Whether a condition, which stands at this place, can be compiled.
pub(crate) fn check(term: &Term, at: &Range<usize>) -> Result<(), Fault> {
    static CLOCK: LazyLock<Clock> = LazyLock::new(|| Clock { now: Time::from_seconds(0), zone: TimeZone::UTC });
    match term_test(term, &CLOCK, &Names::default()) {
        Ok(_) => Ok(()),
        Err(problem) => Err(problem.at(at.clone(), term)),
    }
}

/// A fault that does not know its place yet.
struct Problem {
    code: Code,
    found: Option<String>,
    meant: Option<&'static str>,
}

impl Problem {
    fn new(code: Code, found: &str) -> Self {
        Self { code, found: Some(found.to_owned()), meant: None }
    }

    fn at(self, at: Range<usize>, term: &Term) -> Fault {
        let fault = Fault { found: self.found, ..Fault::new(self.code, at) }.meant(self.meant);
        match &term.field {
            Some(field) => fault.field(name(field)),
            None => fault,
        }
    }
}

/// `field:*` asks only that there is a value.
fn is_any(word: &Word) -> bool {
    !word.quoted && !word.text.is_empty() && word.text.chars().all(|c| c == '*')
}

fn term_test(term: &Term, clock: &Clock, names: &Names) -> Result<Test, Problem> {
    match (&term.field, &term.test) {
        (None, Wish::Is(_, word)) => Ok(Test::Any(bare(word))),
        (None, Wish::Range(..)) => Err(Problem { code: Code::ExpectedTerm, found: None, meant: None }),
        (Some(FieldRef::Body(path)), test) => body(path, test),
        (Some(FieldRef::Known(field)), Wish::Is(op, word)) => known(*field, *op, word, clock, names),
        (Some(FieldRef::Known(field)), Wish::Range(from, to)) => range(*field, from.as_deref(), to.as_deref(), clock),
    }
}

/// A bare word: it stands somewhere in a text, and so does what a pattern describes.
fn bare(word: &Word) -> TextTest {
    if word.quoted || !word.text.contains('*') {
        return TextTest::has(&word.text);
    }
    if is_any(word) {
        return TextTest::There;
    }
    TextTest::Like { pattern: Pattern::new(&format!("*{}*", word.text), false), part: false }
}

/// A text as fields have it. `one` makes `?` a wildcard, `part` allows the last part of a path.
fn text(op: Op, word: &Word, one: bool, part: bool) -> TextTest {
    let wild = |c: char| c == '*' || (one && c == '?');
    if is_any(word) {
        TextTest::There
    } else if !word.quoted && word.text.contains(wild) {
        let separated = word.text.contains(['/', '\\']);
        TextTest::Like { pattern: Pattern::new(&word.text, one), part: part && !separated }
    } else if op == Op::Whole {
        TextTest::Whole { folded: fold(&word.text), part }
    } else {
        TextTest::has(&word.text)
    }
}

/// The words of a list with commas.
fn list(word: &Word) -> Vec<&str> {
    if word.quoted {
        return vec![&word.text];
    }
    word.text.split([',', '、', '，']).filter(|part| !part.is_empty()).collect()
}

fn known(field: Field, op: Op, word: &Word, clock: &Clock, names: &Names) -> Result<Test, Problem> {
    let definition = field.definition();
    let shape = definition.shape;
    let ordered = matches!(shape, Shape::Number { .. } | Shape::Time | Shape::Hour | Shape::Weekday);
    if op.orders() && !ordered {
        return Err(Problem { code: Code::NotComparable, found: None, meant: None });
    }
    let texts = |tests: Vec<TextTest>| Test::Text {
        columns: definition.columns,
        families: definition.families,
        body: definition.body.map(str::to_owned),
        tests,
    };
    let ids = |ids: Option<HashSet<Uuid>>| Test::Ids { columns: definition.columns, ids };
    Ok(match shape {
        Shape::Text => texts(vec![text(op, word, true, true)]),
        Shape::Path => texts(vec![text(op, word, true, true)]),
        Shape::Free => texts(vec![text(op, word, false, false)]),
        Shape::Code => texts(list(word).into_iter().map(|part| code(part, word.quoted)).collect()),
        Shape::Kind => texts(all(list(word), |part| match kinds::pattern(part) {
            Ok(pattern) => Ok(code(&pattern, false)),
            Err(meant) => Err(Problem { meant, ..Problem::new(Code::UnknownKind, part) }),
        })?),
        Shape::Level => texts(all(list(word), |part| Ok(code(level(part)?.as_str(), true)))?),
        Shape::Number { missing } => {
            let bounds = if is_any(word) {
                Bounds(Bound::Unbounded, Bound::Unbounded)
            } else {
                let value = number(&word.text).ok_or_else(|| Problem::new(Code::NotANumber, &word.text))?;
                bounds(op, value)
            };
            Test::Number { columns: definition.columns, body: definition.body.map(str::to_owned), missing, bounds }
        }
        Shape::Time | Shape::Since | Shape::Until => {
            let period = period(&word.text, clock).ok_or_else(|| Problem::new(Code::NotATime, &word.text))?;
            let (from, until) = match (shape, op) {
                (Shape::Since, _) | (_, Op::AtLeast) => (period.from, i64::MAX),
                (Shape::Until, _) => (i64::MIN, period.until),
                (_, Op::Above) => (period.until, i64::MAX),
                (_, Op::Below) => (i64::MIN, period.from),
                (_, Op::AtMost) => (i64::MIN, period.until.max(period.from.saturating_add(1))),
                _ if period.ago => (period.from, i64::MAX),
                _ => (period.from, period.until.max(period.from.saturating_add(1))),
            };
            Test::Time { column: definition.columns[0], from, until }
        }
        Shape::Hour | Shape::Weekday => {
            let sets = all(list(word), |part| set(shape, part, None))?;
            let bits = sets.into_iter().fold(0, |all, bits| all | bits);
            in_set(shape, by_order(op, bits, if shape == Shape::Hour { 24 } else { 7 }), clock)
        }
        Shape::Endpoint | Shape::Group | Shape::Person if is_any(word) => ids(None),
        Shape::Endpoint | Shape::Group | Shape::Person => {
            let term = Term { field: Some(FieldRef::Known(field)), test: Wish::Is(op, word.clone()) };
            ids(Some(match name_of(&term) {
                Some(name) => names.0.get(&name).cloned().unwrap_or_default(),
                None => word.text.parse().into_iter().collect(),
            }))
        }
        Shape::Process => {
            let id = word.text.parse().map_err(|_| Problem::new(Code::NotAnId, &word.text))?;
            ids(Some(HashSet::from([id])))
        }
        Shape::Address if is_any(word) => texts(vec![TextTest::There]),
        Shape::Address => Test::Address(all(list(word), |part| {
            Network::parse(part).ok_or_else(|| Problem::new(Code::NotAnAddress, part))
        })?),
    })
}

fn all<T, U>(list: Vec<T>, one: impl FnMut(T) -> Result<U, Problem>) -> Result<Vec<U>, Problem> {
    if list.is_empty() {
        return Err(Problem { code: Code::ExpectedValue, found: None, meant: None });
    }
    list.into_iter().map(one).collect()
}

/// A code is the whole of its column.
fn code(text: &str, quoted: bool) -> TextTest {
    let word = Word { text: text.to_owned(), quoted };
    self::text(Op::Whole, &word, true, false)
}

/// The level with this word, in either language.
fn level(word: &str) -> Result<Level, Problem> {
    match fold(word).as_str() {
        "記録" => Ok(Level::Recorded),
        "警告" => Ok(Level::Alarm),
        "禁止" => Ok(Level::Prohibited),
        other => other.parse().map_err(|_| {
            let meant = crate::near::nearest(other, Level::ALL.iter().map(|level| level.as_str()));
            Problem { meant, ..Problem::new(Code::UnknownLevel, word) }
        }),
    }
}

fn bounds(op: Op, value: f64) -> Bounds {
    match op {
        Op::Above => Bounds(Bound::Excluded(value), Bound::Unbounded),
        Op::AtLeast => Bounds(Bound::Included(value), Bound::Unbounded),
        Op::Below => Bounds(Bound::Unbounded, Bound::Excluded(value)),
        Op::AtMost => Bounds(Bound::Unbounded, Bound::Included(value)),
        Op::Has | Op::Whole => Bounds(Bound::Included(value), Bound::Included(value)),
    }
}

fn set(shape: Shape, from: &str, to: Option<&str>) -> Result<u32, Problem> {
    let (bits, code) = match shape {
        Shape::Hour => (hours(from, to), Code::NotAnHour),
        _ => (weekdays(from, to), Code::NotAWeekday),
    };
    bits.ok_or_else(|| Problem::new(code, &to.map_or_else(|| from.to_owned(), |to| format!("{from}..{to}"))))
}

/// The members of a set of `size` that stand so to the one in `bits`.
fn by_order(op: Op, bits: u32, size: u32) -> u32 {
    let whole = (1u32 << size) - 1;
    let below = (1u32 << bits.trailing_zeros().min(size)) - 1;
    match op {
        Op::Has | Op::Whole => bits,
        Op::Below => below,
        Op::AtMost => below | bits,
        Op::AtLeast => whole & !below,
        Op::Above => whole & !(below | bits),
    }
}

fn in_set(shape: Shape, bits: u32, clock: &Clock) -> Test {
    let zone = clock.zone.clone();
    if shape == Shape::Hour { Test::Hour { hours: bits, zone } } else { Test::Weekday { days: bits, zone } }
}

fn range(field: Field, from: Option<&str>, to: Option<&str>, clock: &Clock) -> Result<Test, Problem> {
    let definition = field.definition();
    match definition.shape {
        Shape::Number { missing } => {
            let bounds = number_range(from, to)?;
            Ok(Test::Number { columns: definition.columns, body: definition.body.map(str::to_owned), missing, bounds })
        }
        Shape::Time => {
            let read = |text: &str| period(text, clock).ok_or_else(|| Problem::new(Code::NotATime, text));
            let from = from.map_or(Ok(i64::MIN), |text| read(text).map(|period| period.from))?;
            let until = to.map_or(Ok(i64::MAX), |text| read(text).map(|period| period.until))?;
            Ok(Test::Time { column: definition.columns[0], from, until })
        }
        shape @ (Shape::Hour | Shape::Weekday) => {
            let (first, last) = if shape == Shape::Hour { ("0", "23") } else { ("mon", "sun") };
            let bits = set(shape, from.unwrap_or(first), Some(to.unwrap_or(last)))?;
            Ok(in_set(shape, bits, clock))
        }
        _ => Err(Problem { code: Code::NotComparable, found: None, meant: None }),
    }
}

fn number_range(from: Option<&str>, to: Option<&str>) -> Result<Bounds, Problem> {
    let read = |text: &str| number(text).ok_or_else(|| Problem::new(Code::NotANumber, text));
    let (from, to) = (from.map(read).transpose()?, to.map(read).transpose()?);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(Problem { code: Code::EmptyRange, found: None, meant: None });
    }
    Ok(Bounds(from.map_or(Bound::Unbounded, Bound::Included), to.map_or(Bound::Unbounded, Bound::Included)))
}

fn body(path: &str, test: &Wish) -> Result<Test, Problem> {
    let columns: &'static [Column] = &[];
    let numbers = |bounds| Test::Number { columns, body: Some(path.to_owned()), missing: None, bounds };
    match test {
        Wish::Range(from, to) => Ok(numbers(number_range(from.as_deref(), to.as_deref())?)),
        Wish::Is(op, word) if op.orders() => {
            let value = number(&word.text).ok_or_else(|| Problem::new(Code::NotANumber, &word.text))?;
            Ok(numbers(bounds(*op, value)))
        }
        Wish::Is(op, word) => {
            let tests = vec![text(*op, word, true, false)];
            Ok(Test::Text { columns, families: &[], body: Some(path.to_owned()), tests })
        }
    }
}
