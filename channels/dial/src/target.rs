//! Where to connect to.

use std::fmt;

/// A server's address: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Whether the connection is TLS (`https`).
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// The text is not the address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a server address: {why} (expected https://name or https://name:port)")]
pub struct TargetError {
    text: String,
    why: &'static str,
}

impl Target {
    /// Reads `https://host[:port]` or `http://host[:port]`.
    ///
    /// # Errors
    /// When the scheme is another one, the host is missing, or something follows the port.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let bad = |why| TargetError { text: text.to_owned(), why };
        let uri: ::http::Uri = text.trim_end_matches('/').parse().map_err(|_| bad("it cannot be read"))?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("it does not begin with https://")),
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(bad("a path follows the name"));
        }
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(bad("the name is missing"));
        }
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host: host.to_owned(), port })
    }

    /// `host:port` as a Host header and a CONNECT line want it.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        match (Target::parse(text), expected) {
            (Ok(target), Ok(shown)) => assert_eq!(target.to_string(), shown),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }

    #[test]
    fn a_name_alone_means_the_port_of_its_scheme() {
        check("https://yagura.example", Ok("https://yagura.example:443"));
        check("http://127.0.0.1/", Ok("http://127.0.0.1:80"));
    }

    #[test]
    fn a_port_and_an_ipv6_address_are_understood() {
        check("https://[::1]:8443", Ok("https://[::1]:8443"));
    }

    #[test]
    fn anything_else_is_refused_with_what_was_expected() {
        check("yagura.example", Err("does not begin with https://"));
        check("ftp://yagura.example", Err("does not begin with https://"));
        check("https://yagura.example/console", Err("a path follows"));
    }
}
