//! The small language that fills a group: `os:linux hostname:kei version:0.1`. All words must hold. Pure.

use crate::endpoints::view::Row;

/// What a query can ask about an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The machine's name.
    pub hostname: String,
    /// Operating system family.
    pub os: String,
    /// Operating system name and version.
    pub os_name: String,
    /// The agent's version.
    pub agent_version: String,
    /// The address it came from.
    pub ip: String,
}

impl Facts {
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            hostname: row.hostname.clone(),
            os: row.os.clone(),
            os_name: row.os_name.clone(),
            agent_version: row.agent_version.clone(),
            ip: row.ip.clone().unwrap_or_default(),
        }
    }
}

/// A query, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: Field,
    text: String,
    not: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Hostname,
    Os,
    OsName,
    Version,
    Ip,
}

/// The text is no query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be asked for; ask for hostname:, os:, os_name:, version: or ip:, with - before it for the opposite"
)]
pub struct QueryError(String);

impl Query {
    /// Reads a query. A word without a field asks for a part of the host name.
    ///
    /// # Errors
    /// When a field is unknown or there is no word at all.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let terms = text
            .split_whitespace()
            .map(|word| {
                let (not, rest) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
                let (field, text) = rest.split_once(':').unwrap_or(("hostname", rest));
                let field = match field {
                    "hostname" => Field::Hostname,
                    "os" => Field::Os,
                    "os_name" => Field::OsName,
                    "version" => Field::Version,
                    "ip" => Field::Ip,
                    _ => return Err(QueryError(word.to_owned())),
                };
                if text.is_empty() {
                    return Err(QueryError(word.to_owned()));
                }
                Ok(Term { field, text: text.to_lowercase(), not })
            })
            .collect::<Result<Vec<_>, _>>()?;
        if terms.is_empty() { Err(QueryError(text.to_owned())) } else { Ok(Self(terms)) }
    }

    /// Whether the endpoint belongs.
    #[must_use]
    pub fn matches(&self, facts: &Facts) -> bool {
        self.0.iter().all(|term| {
            let holds = match term.field {
                Field::Os => facts.os.to_lowercase() == term.text,
                Field::Hostname => facts.hostname.to_lowercase().contains(&term.text),
                Field::OsName => facts.os_name.to_lowercase().contains(&term.text),
                Field::Version => facts.agent_version.starts_with(&term.text),
                Field::Ip => facts.ip.starts_with(&term.text),
            };
            holds != term.not
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expected: bool) {
        let facts = Facts {
            hostname: "PC-KEI-014".into(),
            os: "windows".into(),
            os_name: "Windows 11 Pro 24H2".into(),
            agent_version: "0.1.0".into(),
            ip: "192.168.12.84".into(),
        };
        assert_eq!(Query::parse(query).unwrap().matches(&facts), expected, "{query}");
    }

    #[test]
    fn all_words_must_hold() {
        check("os:windows hostname:kei", true);
        check("os:windows hostname:eig", false);
    }

    #[test]
    fn a_word_alone_is_part_of_the_name_and_a_minus_turns_it_round() {
        check("kei", true);
        check("-kei", false);
        check("-os:linux ip:192.168.12.", true);
    }

    #[test]
    fn an_unknown_field_is_named() {
        assert!(Query::parse("colour:red").unwrap_err().to_string().contains("`colour:red` cannot be asked for"));
        assert!(Query::parse("  ").is_err());
    }
}
