//! What people are asked now. Nothing of it is kept on disk: whoever asks does so again after a start.

use std::collections::HashMap;

use uuid::Uuid;
use yagura_agent_kit::{Answer, Asked, Choice, Question};
use yagura_local::FromAgent;

/// The questions that stand on screens.
#[derive(Debug, Default)]
pub(super) struct Asking(HashMap<Uuid, Question>);

impl Asking {
    /// Takes a question in or out; gives what sessions are told.
    pub(super) fn take(&mut self, asked: Asked) -> FromAgent {
        match asked {
            Asked::Ask(question) => {
                let message = message(&question);
                self.0.insert(question.id, *question);
                message
            }
            Asked::Withdraw(id) => {
                self.0.remove(&id);
                FromAgent::Withdraw { id }
            }
        }
    }

    /// What a session that comes is told.
    pub(super) fn all(&self) -> impl Iterator<Item = FromAgent> {
        self.0.values().map(message)
    }

    /// Whether this is a question; who asked it is told that a screen shows it.
    pub(super) fn is_shown(&self, id: Uuid, uid: u32) -> bool {
        self.tell(id, uid, Choice::Shown)
    }

    /// Somebody answered. An answer to what is over says nothing.
    pub(super) fn answered(&self, id: Uuid, uid: u32, later: bool) {
        self.tell(id, uid, if later { Choice::Later } else { Choice::Now });
    }

    fn tell(&self, id: Uuid, uid: u32, choice: Choice) -> bool {
        let question = self.0.get(&id);
        if let Some(question) = question {
            // Whoever asked may have stopped, or has more answers than it reads.
            let _: Result<(), _> = question.answers.try_send(Answer { id, uid, choice });
        }
        question.is_some()
    }
}

fn message(question: &Question) -> FromAgent {
    let Question { id, title, text, until, now, later, .. } = question.clone();
    FromAgent::Ask { id, title, text, until, now, later }
}
