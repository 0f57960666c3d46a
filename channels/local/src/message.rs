//! What the two ends tell each other.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yagura_vocabulary::{Time, id::NoticeId};

use crate::desktop::{Seen, Watch};

/// From the agent to a session program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromAgent {
    /// Show this to the person.
    ShowNotice {
        /// This delivery; answers carry it. It stays the same when the agent or the session starts anew.
        id: Uuid,
        /// The notice.
        notice_id: NoticeId,
        /// Its title, one line.
        title: String,
        /// Its text; line breaks are kept.
        text: String,
        /// When it reached this machine.
        at: Time,
        /// What the person can do about it, besides closing it: open a page of their own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<Label>,
    },
    /// Tell the person that a rule answered to what they did. It is not kept: who was not there reads it among their own rows.
    ShowWarning {
        /// This delivery.
        id: Uuid,
        /// Whether the act was stopped.
        prohibited: bool,
        /// The rule's class, for its usual words.
        class: String,
        /// What people call the rule.
        rule: String,
        /// What was acted on.
        subject: String,
        /// The organisation's own words, if it has some.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// When it happened.
        at: Time,
    },
    /// Tell the person of warnings that were not shown one by one.
    ShowBundle {
        /// This delivery.
        id: Uuid,
        /// How many there were.
        count: u64,
        /// The latest of them, oldest first.
        latest: Vec<Bundled>,
        /// When the last one happened.
        at: Time,
    },
    /// Ask the person about something that will be done at a time: whether it may be done now, or is to wait. It is taken back when it is
    /// over ([`FromAgent::Withdraw`]).
    Ask {
        /// This question; answers carry it.
        id: Uuid,
        /// What it is about, one line.
        title: Label,
        /// Its text; line breaks are kept.
        text: Label,
        /// When it is done unless the person answers.
        until: Time,
        /// What the button says that has it done now.
        now: Label,
        /// What the button says that puts it off; nothing where it cannot be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        later: Option<Label>,
    },
    /// A question is over: it goes from the screen.
    Withdraw {
        /// The question.
        id: Uuid,
    },
    /// Open this in the person's browser: the way to what is recorded about them, once and for a short time.
    OpenLink {
        /// Where to. The secret stands behind the `#`.
        url: String,
    },
    /// The person's pages cannot be opened now.
    NoLink {
        /// Why, in plain English.
        reason: String,
    },
    /// Tell what is to be seen of the person's desktop; from now on, and in the place of what was wanted before. Without `watch`,
    /// nothing more.
    WatchDesktop {
        /// What is wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        watch: Option<Watch>,
    },
    /// Something that a newer agent says; ignored.
    #[serde(other)]
    Unknown,
}

/// What a button says, in each language that a session program speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

/// One warning of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundled {
    /// When it happened.
    pub at: Time,
    /// What people call the rule.
    pub rule: String,
    /// What was acted on.
    pub subject: String,
}

/// From a session program to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromSession {
    /// The first message, and again when one of its facts changes.
    Hello {
        /// Whether it can show windows now.
        display: bool,
        /// The person's language: `ja` or `en`.
        language: String,
    },
    /// The person's screen shows it now.
    NoticeShown {
        /// The delivery.
        id: Uuid,
    },
    /// The person closed it.
    NoticeClosed {
        /// The delivery.
        id: Uuid,
    },
    /// The person wants to see what is recorded about them. Who that is, is not said: the kernel knows who is connected.
    ShowMine,
    /// The person wants to open the page that this notice leads to. Which one that is, the agent knows.
    OpenPage {
        /// The delivery.
        id: Uuid,
    },
    /// The person answered a question. To close it is no answer.
    Answered {
        /// The question.
        id: Uuid,
        /// Whether it is to wait; otherwise it may be done now.
        later: bool,
    },
    /// Something was seen on the person's desktop.
    Desktop(Seen),
    /// Something that a newer session program says; ignored.
    #[serde(other)]
    Unknown,
}
