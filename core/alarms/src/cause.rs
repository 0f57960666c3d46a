//! What alarms are about.

use async_trait::async_trait;
use serde_json::Value;
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::{Severity, id::EndpointId};

/// A kind of alarm. Whoever raises alarms has one constant for each.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its word, for programs and for the console's texts: `endpoint.silent`.
    pub word: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it says in Japanese and English mails.
    pub title: (&'static str, &'static str),
}

/// A reason for an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Of this kind.
    pub kind: &'static Kind,
    /// At this endpoint; `None` for the server itself.
    pub endpoint: Option<EndpointId>,
    /// What it is about, for kinds of which one endpoint can have several alarms at a time.
    pub about: Option<About>,
    /// What else there is to say, as the kind's own members.
    pub detail: Value,
}

/// What tells one alarm of a kind from another at the same endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Names it, for programs.
    pub id: String,
    /// Names it, for people, in Japanese and English: in mails it stands in the place of the kind's title.
    pub title: Option<(String, String)>,
}

impl Cause {
    /// A cause of which there is one at a time at an endpoint, or at the server.
    #[must_use]
    pub const fn new(kind: &'static Kind, endpoint: Option<EndpointId>, detail: Value) -> Self {
        Self { kind, endpoint, about: None, detail }
    }

    /// What the alarm stands once for, together with its kind.
    pub(crate) fn subject(&self) -> String {
        let endpoint = self.endpoint.map(|id| id.to_string()).unwrap_or_default();
        match &self.about {
            Some(about) => format!("{endpoint}/{}", about.id),
            None => endpoint,
        }
    }

    /// What it is called in Japanese and in English.
    pub(crate) fn title(&self) -> (&str, &str) {
        let title = self.about.as_ref().and_then(|about| about.title.as_ref());
        title.map_or(self.kind.title, |(ja, en)| (ja, en))
    }
}

/// Finds causes that last.
#[async_trait]
pub trait Source: Send + Sync {
    /// The kinds it finds: an alarm of one of these ends when its cause is not found any more.
    fn kinds(&self) -> &'static [&'static Kind];

    /// All causes that hold now.
    ///
    /// # Errors
    /// When it cannot say; then nothing is raised and nothing ends.
    async fn causes(&self, ctx: &Context) -> Result<Vec<Cause>, ApiError>;
}

/// All sources, in the order of the registry; a part of the context.
#[derive(Default)]
pub struct Sources(pub Vec<Box<dyn Source>>);
