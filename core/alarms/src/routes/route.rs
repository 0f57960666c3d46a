//! A way on which alarms leave: which ones, where to, and when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_dial::Target;
use yagura_server_kit::{ApiError, syslog::Receiver};
use yagura_vocabulary::Severity;

use super::words;

/// More words, addresses or the like in one list are a mistake.
const MOST: usize = 50;
const LONGEST_NAME: usize = 100;
const LONGEST_TEXT: usize = 1000;
/// A week: whoever wants to hear of an alarm later than that does not want to hear of it.
const LONGEST_OPEN_MIN: u32 = 7 * 24 * 60;

/// A way on which alarms leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AlarmRoute)]
pub(crate) struct Route {
    /// What people call it.
    pub(crate) name: String,
    /// Whether it is in use.
    pub(crate) on: bool,
    /// Kinds of alarms: `rule.alarm`, `endpoint.silent`; all if empty.
    #[serde(default)]
    pub(crate) kinds: Vec<String>,
    /// Classes of rules: `removable_write`; if any is named, only alarms of rules of these classes.
    #[serde(default)]
    pub(crate) classes: Vec<String>,
    /// Only what is at least so bad.
    #[serde(default = "least")]
    pub(crate) least: Severity,
    /// Id of a fixed group: only alarms about endpoints in it and below.
    #[serde(default)]
    pub(crate) group: Option<String>,
    pub(crate) to: To,
    #[serde(default)]
    pub(crate) when: When,
    /// Only if the alarm is still open after so many minutes: for whoever should know that nobody looks.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10080)]
    pub(crate) open_for_min: Option<u32>,
    /// The subject of mails, with placeholders; the usual one if absent.
    #[serde(default)]
    pub(crate) subject: Option<String>,
    /// What mails say of each alarm, with placeholders; the usual lines if absent.
    #[serde(default)]
    pub(crate) line: Option<String>,
}

fn least() -> Severity {
    Severity::Low
}

/// Where alarms go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = AlarmRouteTo)]
pub(crate) enum To {
    /// To mailboxes.
    Mail {
        /// Their addresses.
        addresses: Vec<String>,
    },
    /// Into a chat, or to whatever takes JSON.
    Chat {
        service: Service,
        /// The address of the incoming webhook. Whoever knows it can write there: it is never shown again. When a route is changed,
        /// leaving it out keeps it.
        #[serde(default)]
        url: Option<String>,
    },
    /// To a collector of logs.
    Syslog {
        receiver: Receiver,
        #[serde(default)]
        format: Format,
    },
}

/// Whose webhook it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlarmRouteService)]
pub(crate) enum Service {
    /// Microsoft Teams, by the workflow "when a webhook request is received".
    Teams,
    Slack,
    /// The alarms as JSON.
    Json,
}

/// How a log collector reads alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlarmRouteFormat)]
pub(crate) enum Format {
    /// ArcSight's Common Event Format, which most collectors read.
    #[default]
    Cef,
    /// A sentence.
    Text,
}

/// When alarms go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = AlarmRouteWhen)]
pub(crate) enum When {
    /// At once, those that come within a few minutes together.
    #[default]
    AtOnce,
    /// All of a day together.
    Daily {
        /// At this hour of the organisation's clock: 0 to 23.
        #[schema(minimum = 0, maximum = 23)]
        hour: i8,
    },
}

/// What a route asks of an alarm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) kind: &'a str,
    pub(crate) severity: Severity,
    /// The class of its rule, if a rule raised it.
    pub(crate) class: Option<&'a str>,
    /// The ids of the groups from the root to its endpoint's, each followed by `/`.
    pub(crate) groups: Option<&'a str>,
}

impl Route {
    /// A route by mail for all alarms.
    pub(crate) fn mail(addresses: Vec<String>) -> Self {
        Self {
            name: String::new(),
            on: true,
            kinds: Vec::new(),
            classes: Vec::new(),
            least: least(),
            group: None,
            to: To::Mail { addresses },
            when: When::AtOnce,
            open_for_min: None,
            subject: None,
            line: None,
        }
    }

    /// Whether it wants an alarm.
    pub(crate) fn wants(&self, facts: Facts<'_>) -> bool {
        let named = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|one| one == word))
        };
        let within = |group: &String| facts.groups.is_some_and(|path| path.split('/').any(|id| id == group));
        self.on
            && facts.severity >= self.least
            && named(&self.kinds, Some(facts.kind))
            && named(&self.classes, facts.class)
            && self.group.as_ref().is_none_or(within)
    }

    /// Refuses what cannot be right.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let invalid = |at: &str, code: &str, message: String| Err(ApiError::invalid(at, code, message));
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            return invalid("/name", "bad_length", format!("a name has 1 to {LONGEST_NAME} characters"));
        }
        for (at, list) in [("/kinds", &self.kinds), ("/classes", &self.classes)] {
            if list.len() > MOST || list.iter().any(|word| word.is_empty() || word.len() > 64) {
                return invalid(at, "bad_length", format!("at most {MOST} words of at most 64 bytes"));
            }
        }
        if let When::Daily { hour } = self.when
            && !(0..24).contains(&hour)
        {
            return invalid("/when/hour", "out_of_range", "an hour is 0 to 23".to_owned());
        }
        if self.open_for_min.is_some_and(|minutes| minutes == 0 || minutes > LONGEST_OPEN_MIN) {
            return invalid("/open_for_min", "out_of_range", format!("1 to {LONGEST_OPEN_MIN} minutes"));
        }
        for (at, text) in [("/subject", &self.subject), ("/line", &self.line)] {
            let Some(text) = text else { continue };
            if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
                return invalid(at, "bad_length", format!("a text has 1 to {LONGEST_TEXT} characters"));
            }
            if let Some(unknown) = words::unknown_placeholder(text) {
                let known = words::PLACEHOLDERS.join(" ");
                return invalid(at, "unknown_placeholder", format!("{unknown} is none of {known}"));
            }
        }
        self.to.check()
    }
}

impl To {
    fn check(&self) -> Result<(), ApiError> {
        match self {
            Self::Mail { addresses } => {
                if addresses.is_empty() || addresses.len() > MOST {
                    let message = format!("1 to {MOST} addresses");
                    return Err(ApiError::invalid("/to/addresses", "bad_length", message));
                }
                for (n, address) in addresses.iter().enumerate() {
                    yagura_mail::address(&format!("/to/addresses/{n}"), address)?;
                }
                Ok(())
            }
            Self::Chat { url, .. } => {
                let message = "give the address of the incoming webhook, which begins with https://";
                let invalid = || ApiError::invalid("/to/url", "bad_url", message);
                let url = url.as_deref().ok_or_else(invalid)?;
                let (target, _) = webhook(url).ok_or_else(invalid)?;
                // In the clear only to this machine itself, where a relay may stand.
                let own = ["127.0.0.1", "localhost", "::1"].contains(&target.host.as_str());
                if target.tls || own { Ok(()) } else { Err(invalid()) }
            }
            Self::Syslog { receiver, .. } => receiver.check("/to/receiver"),
        }
    }

    /// The host that a webhook is at, which may be shown.
    pub(crate) fn host(&self) -> Option<String> {
        match self {
            Self::Chat { url: Some(url), .. } => webhook(url).map(|(target, _)| target.host),
            _ => None,
        }
    }

    /// Without what must not be shown.
    pub(crate) fn shown(&self) -> Self {
        match self {
            Self::Chat { service, .. } => Self::Chat { service: *service, url: None },
            other => other.clone(),
        }
    }
}

/// The host and the path of a webhook's address.
pub(super) fn webhook(url: &str) -> Option<(Target, String)> {
    let uri: http::Uri = url.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    if authority.as_str().contains('@') {
        return None;
    }
    let target = Target::parse(&format!("{scheme}://{authority}")).ok()?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Some((target, path.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn route(more: &Value) -> Route {
        let mut route = json!({"name": "a", "on": true, "to": {"kind": "mail", "addresses": ["it@example.jp"]}});
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(route).unwrap()
    }

    const USB: Facts<'_> = Facts {
        kind: "rule.alarm",
        severity: Severity::Medium,
        class: Some("removable_write"),
        groups: Some("root/sales/"),
    };
    const DISK: Facts<'_> = Facts { kind: "storage.low", severity: Severity::High, class: None, groups: None };

    fn check(more: &Value, usb: bool, disk: bool) {
        let route = route(more);
        assert_eq!((route.wants(USB), route.wants(DISK)), (usb, disk), "{more}");
    }

    #[test]
    fn a_route_wants_alarms_by_kind_class_severity_and_group() {
        check(&json!({}), true, true);
        check(&json!({"on": false}), false, false);
        check(&json!({"kinds": ["storage.low", "events.lost"]}), false, true);
        check(&json!({"classes": ["removable_write"]}), true, false);
        check(&json!({"classes": ["print"]}), false, false);
        check(&json!({"least": "high"}), false, true);
        check(&json!({"group": "sales"}), true, false);
        check(&json!({"group": "sale"}), false, false);
        check(&json!({"group": "root"}), true, false);
    }

    fn refused(more: &Value, pointer: &str) {
        let error = route(more).check().map_err(|error| format!("{error:?}"));
        assert!(error.as_ref().is_err_and(|error| error.contains(pointer)), "{more}: {error:?}");
    }

    #[test]
    fn what_cannot_be_right_is_refused_at_its_place() {
        let chat = |url: &str| json!({"to": {"kind": "chat", "service": "slack", "url": url}});
        assert!(route(&json!({})).check().is_ok());
        assert!(route(&chat("https://hooks.example.jp/services/T0/B0/x?y=z")).check().is_ok());
        assert!(route(&chat("http://127.0.0.1:8080/x")).check().is_ok());
        refused(&chat("http://hooks.example.jp/x"), "/to/url");
        refused(&chat("https://me@hooks.example.jp/x"), "/to/url");
        refused(&json!({"to": {"kind": "chat", "service": "teams"}}), "/to/url");
        refused(&json!({"name": " "}), "/name");
        refused(&json!({"to": {"kind": "mail", "addresses": []}}), "/to/addresses");
        refused(&json!({"to": {"kind": "mail", "addresses": ["a@example.jp", "b"]}}), "/to/addresses/1");
        refused(&json!({"when": {"kind": "daily", "hour": 24}}), "/when/hour");
        refused(&json!({"open_for_min": 0}), "/open_for_min");
        refused(&json!({"line": "%WHO% did it"}), "%WHO%");
        let receiver = json!({"transport": "udp", "host": "a b", "port": 514});
        refused(&json!({"to": {"kind": "syslog", "receiver": receiver}}), "/to/receiver/host");
    }

    #[test]
    fn the_address_of_a_webhook_is_not_shown() {
        let to = To::Chat { service: Service::Teams, url: Some("https://a.example.jp/secret".to_owned()) };
        assert_eq!(to.host().as_deref(), Some("a.example.jp"));
        assert!(!serde_json::to_string(&to.shown()).unwrap().contains("secret"));
    }
}
