//! The configuration file: TOML, with environment variables laid over it. Errors name the file, the line and the key.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file it was read from.
    #[serde(skip)]
    pub file: PathBuf,
    /// Where people and agents reach the server: `https://name:port`.
    pub url: String,
    /// Where agents reach it, when they have a listener of their own; else at `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_url: Option<String>,
    /// Where the server keeps its data. Relative to the file's folder.
    #[serde(default = "here")]
    pub data: PathBuf,
    /// Where it listens.
    pub listen: Listen,
    /// Its certificate.
    pub tls: Tls,
    /// The control plane's database.
    #[serde(default)]
    pub database: Database,
    /// Where events are kept.
    #[serde(default)]
    pub events: Events,
    /// How mails, alarms and evidence leave.
    #[serde(default)]
    pub outbox: Outbox,
    /// The identity provider that administrators may sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
    /// What it writes to its log.
    #[serde(default)]
    pub log: Log,
}

/// The identity provider that administrators may sign in with (OpenID Connect).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its issuer identifier, exactly as it says it itself: `https://login.example.jp/realms/main`.
    pub issuer: String,
    /// What this server is called there.
    pub client_id: String,
    /// The file with this server's secret there.
    pub client_secret_file: PathBuf,
    /// What the button on the sign-in page says.
    #[serde(default = "single_sign_on")]
    pub name: String,
    /// Whether to go by e-mail addresses that the provider does not call verified.
    #[serde(default)]
    pub trust_unverified_email: bool,
}

fn single_sign_on() -> String {
    "SSO".to_owned()
}

/// Where it listens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// For the console and the API; for agents too, unless they have their own.
    pub console: SocketAddr,
    /// For agents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents: Option<SocketAddr>,
}

/// Its certificate.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and its chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// A private authority that agents must be told of; absent when the certificate is from a public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
}

/// The control plane's database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` (relative to `data`) or `postgres://...`.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:control.db".to_owned() }
    }
}

/// How mails, alarms and evidence leave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// So many seconds apart it is looked for what waits, from 1 to 3600. What this server itself has put there leaves at once; this is
    /// how long what another server of the same database put there waits at most, and what is to be tried again.
    pub look_every_s: u32,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { look_every_s: 5 }
    }
}

/// Where events are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "store", rename_all = "lowercase")]
pub enum Events {
    /// In the data folder: one server.
    #[default]
    Embedded,
    /// In ClickHouse.
    ClickHouse(ClickHouse),
}

/// Where ClickHouse is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClickHouse {
    /// `http://host:8123` or `https://host:8443`: a server, or a balancer in front of several.
    pub url: String,
    /// The database that holds the events.
    #[serde(default = "yagura")]
    pub database: String,
    /// Who this server is there.
    #[serde(default = "yagura")]
    pub user: String,
    /// The file with the password; without it there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// A private authority to trust besides the system's, PEM, for `https`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
    /// The cluster, as ClickHouse's configuration calls it; without it, there is one server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// How many replicas must have an insert before agents are told that it is stored: a number, or `auto` for most of them.
    #[serde(default = "auto")]
    pub quorum: String,
    /// After so many days an event moves to the volume `cold` of the storage policy `tiered`; without it, there is one kind of disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_after_days: Option<u32>,
}

fn yagura() -> String {
    "yagura".to_owned()
}

fn auto() -> String {
    "auto".to_owned()
}

impl ClickHouse {
    /// What is wrong with it, and the key.
    fn fault(&self) -> Option<(&'static str, String)> {
        let address = self.url.starts_with("http://") || self.url.starts_with("https://");
        let name =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        if !address {
            return Some(("url", format!("events.url: `{}` begins neither with http:// nor with https://", self.url)));
        }
        if !name(&self.database) {
            return Some(("database", format!("events.database: `{}` is no name of a database", self.database)));
        }
        if let Some(cluster) = self.cluster.as_ref().filter(|cluster| !name(cluster)) {
            return Some(("cluster", format!("events.cluster: `{cluster}` is no name of a cluster")));
        }
        if self.cold_after_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Some(("cold_after_days", "events.cold_after_days: 1 to 3650 days".to_owned()));
        }
        let quorum = self.quorum == "auto" || self.quorum.parse::<u8>().is_ok_and(|count| count > 0);
        (!quorum).then(|| ("quorum", format!("events.quorum: `{}` is neither auto nor a number", self.quorum)))
    }
}

/// What it writes to its log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `info`, `debug`, or a list of `target=level`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

fn here() -> PathBuf {
    PathBuf::from(".")
}

/// The configuration cannot be used.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    File(PathBuf, std::io::Error),
    /// The text is not what it should be.
    Text {
        /// The file.
        file: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, with the key.
        message: String,
    },
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file, error) => write!(f, "failed to read the configuration {}: {error}", file.display()),
            Self::Text { file, line: Some(line), message } => write!(f, "{}, line {line}: {message}", file.display()),
            Self::Text { file, line: None, message } => write!(f, "{}: {message}", file.display()),
        }
    }
}

impl Config {
    /// Reads the file, lays the environment over it and checks the whole.
    ///
    /// # Errors
    /// When it cannot be read or something in it cannot be used.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file).map_err(|error| ConfigError::File(file.to_owned(), error))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let config = Self::parse(file, &text, |name| std::env::var(name).ok())?.resolved(folder)?;
        let file = std::path::absolute(file).map_err(|error| ConfigError::File(file.to_owned(), error))?;
        Ok(Self { file, ..config })
    }

    fn parse(file: &Path, text: &str, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let bad = |line, message| ConfigError::Text { file: file.to_owned(), line, message };
        let mut config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            bad(line, error.message().to_owned())
        })?;
        let line_of = |key: &str| text.lines().position(|line| line.trim_start().starts_with(key)).map(|n| n + 1);
        if let Some(url) = env("YAGURA_PUBLIC_URL") {
            config.url = url;
        }
        if let Some(url) = env("YAGURA_DATABASE_URL") {
            config.database.url = url;
        }
        if let Some(filter) = env("YAGURA_LOG") {
            config.log.filter = filter;
        }
        if let Some(address) = env("YAGURA_LISTEN") {
            config.listen.console = address
                .parse()
                .map_err(|_| bad(None, format!("YAGURA_LISTEN: `{address}` is not an address and a port")))?;
        }
        config.url = config.url.trim_end_matches('/').to_owned();
        if !config.url.starts_with("https://") {
            return Err(bad(line_of("url"), format!("url: `{}` does not begin with https://", config.url)));
        }
        if let Some(oidc) = &config.oidc {
            let loopback = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
            let here = loopback.iter().any(|start| oidc.issuer.starts_with(start));
            if !oidc.issuer.starts_with("https://") && !here {
                let message = format!("oidc.issuer: `{}` does not begin with https://", oidc.issuer);
                return Err(bad(line_of("issuer"), message));
            }
        }
        if let Events::ClickHouse(events) = &config.events
            && let Some((key, message)) = events.fault()
        {
            let section = text.lines().position(|line| line.trim() == "[events]").unwrap_or(0);
            let mut behind = text.lines().enumerate().skip(section);
            return Err(bad(behind.find(|(_, line)| line.trim_start().starts_with(key)).map(|(n, _)| n + 1), message));
        }
        if !(1..=3600).contains(&config.outbox.look_every_s) {
            let message = format!("outbox.look_every_s: {} is not between 1 and 3600", config.outbox.look_every_s);
            return Err(bad(line_of("look_every_s"), message));
        }
        let kind = config.database.url.split(':').next().unwrap_or_default();
        if !matches!(kind, "sqlite" | "postgres" | "postgresql") {
            let message = "database.url: expected sqlite:PATH or postgres://...".to_owned();
            return Err(bad(line_of("[database]"), message));
        }
        Ok(config)
    }

    fn resolved(mut self, folder: &Path) -> Result<Self, ConfigError> {
        let absolute = |path: &Path| -> Result<PathBuf, ConfigError> {
            std::path::absolute(folder.join(path)).map_err(|error| ConfigError::File(path.to_owned(), error))
        };
        self.data = absolute(&self.data)?;
        self.tls.certificate = absolute(&self.tls.certificate)?;
        self.tls.key = absolute(&self.tls.key)?;
        if let Some(oidc) = &mut self.oidc {
            oidc.client_secret_file = absolute(&oidc.client_secret_file)?;
        }
        if let Events::ClickHouse(events) = &mut self.events {
            events.password_file = events.password_file.as_deref().map(absolute).transpose()?;
            events.authority = events.authority.as_deref().map(absolute).transpose()?;
        }
        self.tls.authority = self.tls.authority.as_deref().map(absolute).transpose()?;
        if let Some(path) = self.database.url.strip_prefix("sqlite:") {
            self.database.url = format!("sqlite:{}", self.data.join(path).display());
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "url = \"https://127.0.0.1:8443\"\n[listen]\nconsole = \"127.0.0.1:8443\"\n[tls]\n\
                        certificate = \"a.pem\"\nkey = \"a.key\"\n";

    fn check(text: &str, expected: &str) {
        let error = Config::parse(Path::new("yagura.toml"), text, |_| None).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn a_short_file_is_enough() {
        let config = Config::parse(Path::new("f"), GOOD, |_| None).unwrap();
        assert_eq!(config.database.url, "sqlite:control.db");
    }

    #[test]
    fn the_file_the_line_and_the_key_are_named() {
        check(&GOOD.replace("key = ", "keys = "), "yagura.toml, line 6: unknown field `keys`");
        check(&GOOD.replace("https://", "http://"), "yagura.toml, line 1: url: `http://127.0.0.1:8443`");
        let oidc = "[oidc]\nissuer = \"http://id.example\"\nclient_id = \"y\"\nclient_secret_file = \"s\"\n";
        check(&format!("{GOOD}{oidc}"), "yagura.toml, line 8: oidc.issuer: `http://id.example`");
        check(&format!("{GOOD}[outbox]\nlook_every_s = 0\n"), "yagura.toml, line 8: outbox.look_every_s: 0");
        check(&GOOD.replace("console = \"127.0.0.1:8443\"", "console = 1"), "yagura.toml, line 3: ");
    }

    #[test]
    fn events_are_in_the_data_folder_unless_they_are_in_clickhouse() {
        let events = |text: &str| Config::parse(Path::new("f"), &format!("{GOOD}{text}"), |_| None).unwrap().events;
        assert!(matches!(events(""), Events::Embedded));
        assert!(matches!(events("[events]\nstore = \"embedded\"\n"), Events::Embedded));
        let Events::ClickHouse(found) = events("[events]\nstore = \"clickhouse\"\nurl = \"http://ch:8123\"\n") else {
            panic!("ClickHouse was configured");
        };
        assert_eq!((&*found.database, &*found.user, &*found.quorum, found.cluster), ("yagura", "yagura", "auto", None));
        let bad = "[events]\nstore = \"clickhouse\"\nurl = \"ch:8123\"\n";
        check(&format!("{GOOD}{bad}"), "yagura.toml, line 9: events.url: `ch:8123`");
        let bad = "[events]\nstore = \"clickhouse\"\nurl = \"http://ch\"\ncold_after_days = 0\n";
        check(&format!("{GOOD}{bad}"), "yagura.toml, line 10: events.cold_after_days: 1 to 3650");
        let bad = "[events]\nstore = \"clickhouse\"\nurl = \"http://ch\"\ncluster = \"a;b\"\n";
        check(&format!("{GOOD}{bad}"), "yagura.toml, line 10: events.cluster: `a;b`");
        check(&format!("{GOOD}[events]\nstore = \"other\"\n"), "yagura.toml, line 8: unknown variant `other`");
    }

    #[test]
    fn the_environment_is_laid_over_the_file() {
        let env = |name: &str| (name == "YAGURA_DATABASE_URL").then(|| "postgres://db".to_owned());
        assert_eq!(Config::parse(Path::new("f"), GOOD, env).unwrap().database.url, "postgres://db");
        let env = |name: &str| (name == "YAGURA_LISTEN").then(|| "here".to_owned());
        assert!(Config::parse(Path::new("f"), GOOD, env).unwrap_err().to_string().contains("YAGURA_LISTEN"));
    }
}
