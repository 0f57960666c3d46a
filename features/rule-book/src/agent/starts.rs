//! The judge at the gate: asks the rules before a program starts.

use std::sync::{Mutex, PoisonError};

use serde_json::json;
use yagura_agent_kit::{
    Denial, GateJudge, Warning,
    gate::{Lasts, Opinion, Wishes},
};
use yagura_records::{Hash, Starting};
use yagura_rules::{
    Fault, Matcher, RuleBook,
    popup::{Values, fill},
    start::START,
};
use yagura_vocabulary::{Event, InForce};

use crate::{FEATURE, quiet::Quiet};

/// Judges starts on one endpoint.
#[derive(Debug)]
pub struct Starts {
    matchers: InForce<Matcher>,
    wishes: Wishes,
    quiet: Mutex<Quiet>,
}

impl Starts {
    /// A judge by the rules in these books that can stop a start; none where there is no such rule, so that nobody has to wait.
    ///
    /// # Errors
    /// What is wrong with a book.
    pub fn new(books: &InForce<RuleBook>) -> Result<Option<Self>, Vec<Fault>> {
        let of_starts = books.try_map(|book| Ok::<_, Vec<Fault>>(book.of_starts()))?;
        if !of_starts.any(|book| !book.rules.is_empty()) {
            return Ok(None);
        }
        let wishes = Wishes {
            hash: of_starts.any(RuleBook::asks_hashes),
            account: of_starts.differs_by_account() || of_starts.any(RuleBook::asks_accounts),
        };
        Ok(Some(Self { matchers: of_starts.try_map(Matcher::new)?, wishes, quiet: Mutex::default() }))
    }
}

impl GateJudge for Starts {
    fn wishes(&self) -> Wishes {
        self.wishes
    }

    fn judge(&self, starting: &Starting) -> Opinion {
        let mut event = event(starting);
        let account = starting.account.as_ref().map(|account| account.id.clone());
        let matcher = self.matchers.for_account(account.as_deref());
        let answer = matcher.before_start(&event);
        let Some(judgement) = answer.stopped_by else {
            return Opinion::Allow(if answer.by_time { Lasts::ThisOnce } else { Lasts::WhileUnchanged });
        };
        judgement.mark(&mut event, true);
        let rule = judgement.rule;
        let speaks = |account: &String| {
            let mut quiet = self.quiet.lock().unwrap_or_else(PoisonError::into_inner);
            rule.popup.show && quiet.may_speak(&rule.id, account, event.occurred_at, rule.popup.quiet_s)
        };
        let warning = account.filter(speaks).map(|account| {
            let values = Values::of(&event, &rule.name, matcher.almanac());
            Warning {
                account,
                prohibited: true,
                class: rule.class.clone(),
                rule: rule.name.clone(),
                text: rule.popup.text.as_deref().map(|text| fill(text, &values)),
                subject: values.file,
                at: event.occurred_at,
            }
        });
        Opinion::Deny(Box::new(Denial { event, warning }))
    }
}

/// The event `process.start` of a program that is about to start. Body: `ppid`, `effective_account`, `login_account`, and in
/// `notes` that there was no command line yet.
fn event(starting: &Starting) -> Event {
    let mut event = Event::new(starting.at.occurred_at, FEATURE, START);
    event.boot_id = Some(starting.at.boot_id);
    event.mono_ns = Some(starting.at.mono_ns);
    if let Some(raw) = starting.path.raw_base64() {
        event.body.insert("image_raw".to_owned(), raw.into());
    }
    event.image = Some(starting.path.as_str().to_owned());
    event.account.clone_from(&starting.account);
    event.logon_session.clone_from(&starting.logon_session);
    event.process_guid = starting.guid;
    event.pid = Some(starting.pid).filter(|pid| *pid != 0);
    event.parent_guid = starting.parent_guid;
    event.parent_image.clone_from(&starting.parent_image);
    if let Hash::Sha256(hash) = &starting.hash {
        event.hash_sha256 = Some(hash.clone());
    }
    let login = starting.login_account.as_ref().filter(|login| Some(*login) != starting.account.as_ref());
    for (name, account) in [("effective_account", starting.effective_account.as_ref()), ("login_account", login)] {
        if let Some(account) = account {
            event.body.insert(name.to_owned(), json!(account));
        }
    }
    event.with("ppid", starting.ppid).with("notes", json!(["command_line_missing"]))
}
