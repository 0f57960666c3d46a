//! HTTP proxies: which one, and the CONNECT through it (RFC 9110 section 9.3.6).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{Target, net::Stream};

/// One HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it listens.
    pub target: Target,
    /// Name and password for Basic authentication.
    pub basic: Option<(String, String)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({}{})", self.target, if self.basic.is_some() { ", with a password" } else { "" })
    }
}

/// How the proxy is chosen.
#[derive(Debug, Clone, Default)]
pub enum ProxyChoice {
    /// Straight to the server.
    Direct,
    /// By `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case.
    #[default]
    Environment,
    /// This one, always.
    Explicit(Proxy),
}

/// The proxy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The text is not a proxy's address.
    #[error("`{0}` is not the address of a proxy (expected http://[name:password@]host:port)")]
    Address(String),
    /// It did not let us through.
    #[error("proxy {proxy} refused to connect to {target}: it answered `{answer}`")]
    Refused {
        /// The proxy.
        proxy: Target,
        /// Where we wanted to go.
        target: Target,
        /// The first line of what it said.
        answer: String,
    },
    /// It broke off.
    #[error("failed to talk to proxy {0}: {1}")]
    Io(Target, #[source] std::io::Error),
}

impl Proxy {
    /// Reads `http://[name:password@]host:port`.
    ///
    /// # Errors
    /// When the text is not such an address.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        // The whole text may hold a password, so the error shows only what follows it.
        let shown = || ProxyError::Address(text.rsplit('@').next().unwrap_or_default().to_owned());
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let (user, host) = rest.trim_end_matches('/').rsplit_once('@').map_or((None, rest), |(u, h)| (Some(u), h));
        let target = Target::parse(&format!("{scheme}://{host}")).map_err(|_| shown())?;
        if target.tls {
            return Err(shown());
        }
        let basic = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (percent_decoded(name), percent_decoded(password))
        });
        Ok(Self { target, basic })
    }

    /// Asks the proxy, over a fresh connection to it, for a tunnel to `target`.
    pub(crate) async fn connect(&self, mut stream: Stream, target: &Target) -> Result<Stream, ProxyError> {
        let io = |error| ProxyError::Io(self.target.clone(), error);
        let authority = target.authority();
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        if let Some((name, password)) = &self.basic {
            let credentials = STANDARD.encode(format!("{name}:{password}"));
            request.push_str(&format!("Proxy-Authorization: Basic {credentials}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await.map_err(io)?;
        let head = read_head(&mut stream).await.map_err(io)?;
        let first = head.lines().next().unwrap_or_default();
        match first.split(' ').nth(1) {
            Some(code) if code.len() == 3 && code.starts_with('2') => Ok(stream),
            _ => Err(ProxyError::Refused {
                proxy: self.target.clone(),
                target: target.clone(),
                answer: first.chars().take(200).collect(),
            }),
        }
    }
}

/// Reads byte by byte up to the empty line, because what follows belongs to the tunnel.
async fn read_head(stream: &mut Stream) -> std::io::Result<String> {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= 16 * 1024 {
            return Err(std::io::Error::other("the answer has no end"));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

impl ProxyChoice {
    /// The proxy for `target`, if any.
    ///
    /// # Errors
    /// When the environment names a proxy that cannot be read.
    pub fn proxy_for(&self, target: &Target) -> Result<Option<Proxy>, ProxyError> {
        match self {
            Self::Direct => Ok(None),
            Self::Explicit(proxy) => Ok(Some(proxy.clone())),
            Self::Environment => from_variables(target, |name| std::env::var(name).ok()),
        }
    }
}

fn from_variables(target: &Target, get: impl Fn(&str) -> Option<String>) -> Result<Option<Proxy>, ProxyError> {
    let either = |name: &str| get(name).or_else(|| get(&name.to_ascii_lowercase())).filter(|value| !value.is_empty());
    if either("NO_PROXY").is_some_and(|list| is_exempt(&target.host, &list)) {
        return Ok(None);
    }
    let own = if target.tls { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    either(own).or_else(|| either("ALL_PROXY")).map(|text| Proxy::parse(&text)).transpose()
}

fn is_exempt(host: &str, list: &str) -> bool {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.trim_start_matches("*.").trim_start_matches('.');
        entry == "*"
            || host.eq_ignore_ascii_case(entry)
            || host
                .to_ascii_lowercase()
                .strip_suffix(&entry.to_ascii_lowercase())
                .is_some_and(|before| before.ends_with('.'))
    })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'%').then(|| after.get(..2)).flatten().and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], target: &str, expected: Option<&str>) {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        let proxy = from_variables(&Target::parse(target).unwrap(), get).unwrap();
        assert_eq!(proxy.map(|p| p.target.to_string()).as_deref(), expected);
    }

    #[test]
    fn the_environment_names_the_proxy_in_either_case() {
        check(&[("HTTPS_PROXY", "http://proxy:3128")], "https://yagura.example", Some("http://proxy:3128"));
        check(&[("https_proxy", "proxy:3128")], "https://yagura.example", Some("http://proxy:3128"));
        check(&[("ALL_PROXY", "http://proxy:3128")], "http://yagura.example", Some("http://proxy:3128"));
        check(&[("HTTP_PROXY", "http://proxy:3128")], "https://yagura.example", None);
    }

    #[test]
    fn exempt_hosts_and_their_subdomains_are_reached_directly() {
        let exempt = [("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", "localhost,.example")];
        check(&exempt, "https://yagura.example", None);
        check(&exempt, "https://localhost:8443", None);
        check(&exempt, "https://counterexample", Some("http://proxy:3128"));
    }

    #[test]
    fn a_password_is_decoded_and_never_shown() {
        let proxy = Proxy::parse("http://tanaka:p%40ss@proxy:3128").unwrap();
        assert_eq!(proxy.basic, Some(("tanaka".into(), "p@ss".into())));
        assert!(!format!("{proxy:?}").contains("p@ss"));
        let error = Proxy::parse("ftp://tanaka:secret@proxy:1").unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
