//! What is wrong with a text, where, and what was expected instead.

use std::{fmt, ops::Range};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $text:literal;)+) => {
        /// What is wrong, as a word that the console translates.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

codes! {
    /// A field that does not exist.
    UnknownField = "unknown_field", "there is no field `{found}`; put the text into quotation marks to search for it as it is";
    /// A field without a value.
    ExpectedValue = "expected_value", "`{field}` needs a value";
    /// A condition should stand here.
    ExpectedTerm = "expected_term", "a condition is missing here";
    /// A quotation mark that is not closed.
    UnclosedQuote = "unclosed_quote", "this quotation mark is not closed";
    /// A parenthesis that is not closed.
    UnclosedGroup = "unclosed_group", "this parenthesis is not closed";
    /// A parenthesis that closes nothing.
    UnopenedGroup = "unopened_group", "this parenthesis closes nothing";
    /// Not a number or a size.
    NotANumber = "not_a_number", "`{found}` is not a number (expected one like 100, 10MB or 1MB..5MB)";
    /// Not a time or a span.
    NotATime = "not_a_time", "`{found}` is not a time (expected one like 7d, today, 2026-11-01 or 2026-11-01T09:00)";
    /// Not an hour of the day.
    NotAnHour = "not_an_hour", "`{found}` is not an hour (expected 0 to 23, or a range like 22..5)";
    /// Not a day of the week.
    NotAWeekday = "not_a_weekday", "`{found}` is not a day of the week (expected mon to sun, or a range like mon..fri)";
    /// Not an address or network.
    NotAnAddress = "not_an_address", "`{found}` is not an address (expected one like 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32)";
    /// Not the id of a process.
    NotAnId = "not_an_id", "`{found}` is not an id";
    /// No such level.
    UnknownLevel = "unknown_level", "there is no level `{found}` (expected recorded, alarm or prohibited)";
    /// No such kind.
    UnknownKind = "unknown_kind", "there is no kind `{found}`";
    /// The field has no order.
    NotComparable = "not_comparable", "`{field}` cannot be compared with < or >";
    /// A range that ends before it begins.
    EmptyRange = "empty_range", "the range ends before it begins";
    /// The text is too long.
    TooLong = "too_long", "the text is too long (at most 8192 bytes)";
    /// Too many groups within each other.
    TooDeep = "too_deep", "groups and negations lie too deep within each other (at most 32)";
    /// Too many conditions.
    TooMany = "too_many", "there are too many conditions (at most 256)";
}

/// One thing that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub code: Code,
    /// Where, as bytes of the text; both ends lie between characters.
    pub at: Range<usize>,
    /// What stands there.
    pub found: Option<String>,
    /// The field it is about.
    pub field: Option<&'static str>,
    /// What was probably meant.
    pub meant: Option<&'static str>,
}

impl Fault {
    pub(crate) const fn new(code: Code, at: Range<usize>) -> Self {
        Self { code, at, found: None, field: None, meant: None }
    }

    pub(crate) fn found(mut self, text: &str) -> Self {
        self.found = Some(text.to_owned());
        self
    }

    pub(crate) const fn meant(mut self, meant: Option<&'static str>) -> Self {
        self.meant = meant;
        self
    }

    pub(crate) const fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// The place in characters of `text`, the text that was read.
    #[must_use]
    pub fn characters(&self, text: &str) -> Range<usize> {
        let count = |end: usize| text.get(..end).map_or_else(|| text.chars().count(), |before| before.chars().count());
        count(self.at.start)..count(self.at.end)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.code.text().replace("{field}", self.field.unwrap_or_default());
        f.write_str(&text.replace("{found}", self.found.as_deref().unwrap_or_default()))?;
        match self.meant {
            Some(meant) => write!(f, "; did you mean `{meant}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}
