//! Pieces of SQL with the values that are bound to them. A value never stands in the text itself: ClickHouse reads `\t` in
//! a literal as a tab, and Windows paths are full of such.

use clickhouse::{Client, query::Query};

/// A value to be bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    Number(u64),
}

/// A piece of SQL with a `?` for each of its values.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sql {
    pub(super) text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// With one more value.
    pub(super) fn text(mut self, value: impl Into<String>) -> Self {
        self.values.push(Value::Text(value.into()));
        self
    }

    pub(super) fn texts(mut self, values: Vec<String>) -> Self {
        self.values.push(Value::Texts(values));
        self
    }

    pub(super) fn number(mut self, value: u64) -> Self {
        self.values.push(Value::Number(value));
        self
    }

    /// For `toInt64(?)`: so the least number of all is not read as a sign and a number that is too large.
    pub(super) fn int(self, value: i64) -> Self {
        self.text(value.to_string())
    }

    /// Another piece behind this one.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.values.extend(other.values);
        self
    }

    pub(super) fn and_then(self, text: &str) -> Self {
        self.then(Self::new(text))
    }

    /// All of `parts`, or one of them, each in parentheses; `none` for no parts.
    pub(super) fn join(parts: Vec<Self>, word: &str, none: &str) -> Self {
        let mut joined = Self::default();
        for (n, part) in parts.into_iter().enumerate() {
            joined = joined.and_then(if n > 0 { word } else { "" }).and_then("(").then(part).and_then(")");
        }
        if joined.text.is_empty() { Self::new(none) } else { joined }
    }

    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::join(parts, " AND ", "1")
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::join(parts, " OR ", "0")
    }

    pub(super) fn query(self, client: &Client) -> Query {
        self.values.into_iter().fold(client.query(&self.text), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Texts(texts) => query.bind(texts),
            Value::Number(number) => query.bind(number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_the_order_of_their_places() {
        let one = Sql::new("a = ?").text(r"\t'");
        let two = Sql::new("b IN ?").texts(vec!["x".to_owned()]);
        let sql = Sql::all(vec![two, one.clone()]);
        assert_eq!(sql.text, "(b IN ?) AND (a = ?)");
        let shown = sql.query(&Client::default()).sql_display().to_string();
        assert_eq!(shown, r"(b IN ['x']) AND (a = '\\t\'')");
        assert_eq!(Sql::any(vec![]).text, "0");
        assert_eq!(Sql::all(vec![]).text, "1");
    }
}
