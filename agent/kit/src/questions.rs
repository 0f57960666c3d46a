//! Questions to the people at a machine, and their answers: a feature that will do something at a time asks whether it may wait no longer.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use uuid::Uuid;
pub use yagura_local::Label;
use yagura_vocabulary::Time;

/// Questions that wait to be put on screens.
const ROOM: usize = 16;

/// Something that is done at a time, unless somebody puts it off.
#[derive(Debug, Clone)]
pub struct Question {
    /// It. A new time is a new question.
    pub id: Uuid,
    /// One line.
    pub title: Label,
    /// Its text; line breaks are kept.
    pub text: Label,
    /// When it is done.
    pub until: Time,
    /// What the button says that has it done now.
    pub now: Label,
    /// What the button says that puts it off; nothing where it cannot be.
    pub later: Option<Label>,
    /// Where answers go. They are dropped when nobody takes them.
    pub answers: mpsc::Sender<Answer>,
}

/// What somebody did about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which question.
    pub id: Uuid,
    /// Whose session it was, as the kernel has it.
    pub uid: u32,
    /// What they did.
    pub choice: Choice,
}

/// What a person may do about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Their screen shows it.
    Shown,
    /// It may be done now.
    Now,
    /// It is to wait.
    Later,
}

/// What who has the screens is told.
#[derive(Debug)]
pub enum Asked {
    /// Put it on the screens of everybody who is there, and of whoever comes before it is over.
    Ask(Box<Question>),
    /// It is over.
    Withdraw(Uuid),
}

/// The way of questions from who asks to who has the screens.
#[derive(Debug, Clone)]
pub struct Questions {
    to: mpsc::Sender<Asked>,
    from: Arc<Mutex<Option<mpsc::Receiver<Asked>>>>,
}

impl Default for Questions {
    fn default() -> Self {
        let (to, from) = mpsc::channel(ROOM);
        Self { to, from: Arc::new(Mutex::new(Some(from))) }
    }
}

impl Questions {
    /// Hands it over; false when so many wait that one more would not be read.
    #[must_use]
    pub fn put(&self, asked: Asked) -> bool {
        self.to.try_send(asked).is_ok()
    }

    /// The end at which they come out; one at a time has it, and another gets nothing.
    #[must_use]
    pub fn receiver(&self) -> QuestionReceiver {
        let from = self.from.lock().unwrap_or_else(PoisonError::into_inner).take();
        QuestionReceiver { from, place: Arc::clone(&self.from) }
    }
}

/// The other end, which goes back to its place when it is dropped, as when a feature starts anew.
#[derive(Debug)]
pub struct QuestionReceiver {
    from: Option<mpsc::Receiver<Asked>>,
    place: Arc<Mutex<Option<mpsc::Receiver<Asked>>>>,
}

impl QuestionReceiver {
    /// What comes next. Cancel safe.
    pub async fn recv(&mut self) -> Option<Asked> {
        match &mut self.from {
            Some(from) => from.recv().await,
            None => std::future::pending().await,
        }
    }
}

impl Drop for QuestionReceiver {
    fn drop(&mut self) {
        if let Some(from) = self.from.take() {
            *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(from);
        }
    }
}
