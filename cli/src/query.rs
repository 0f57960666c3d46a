//! Paths and query strings (RFC 3986).

use std::fmt::Write as _;

/// A path with a query string in the making.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    text: String,
    separator: char,
}

impl Query {
    /// A path without a query yet.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self { text: path.into(), separator: '?' }
    }

    /// The same with one more parameter, if there is a value.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.text.push(self.separator);
            self.separator = '&';
            self.text.push_str(name);
            self.text.push('=');
            self.text.push_str(&encoded(&value.to_string()));
        }
        self
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The text as one segment of a path or one value of a query: everything but unreserved characters is percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_values_leave_no_parameter() {
        let query =
            Query::new("/api/v1/events").with("text", None::<&str>).with("kind", Some("a,b")).with("limit", Some(5));
        assert_eq!(query.as_str(), "/api/v1/events?kind=a%2Cb&limit=5");
    }

    #[test]
    fn japanese_and_slashes_are_encoded() {
        assert_eq!(encoded("経 /"), "%E7%B5%8C%20%2F");
    }
}
