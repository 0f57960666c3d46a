//! The one place through which every event goes on its way to the spool, so that rules answer to all features alike.

use std::sync::{Arc, Mutex, PoisonError};

use yagura_vocabulary::{Event, Lane};

/// Says what rules make of an event. It is asked in the order in which events reach the spool, and must not wait.
pub trait Judge: Send + 'static {
    /// The event with what came of it, and the lane that it takes.
    fn judge(&mut self, lane: Lane, event: Event) -> (Lane, Event);

    /// Whether it wants to know of what is only becoming an event. Asked often.
    fn foresees(&self) -> bool {
        false
    }

    /// Looks at what seems to be happening, before it is known for sure what it was, so that the person is told in time. The
    /// event itself comes later, and may turn out to be another one.
    fn foresee(&mut self, _event: &Event) {}

    /// Whether a rule answers to an event of this kind. Nothing comes of the question: nobody is warned, nothing is counted.
    fn would_answer(&mut self, _event: &Event) -> bool {
        false
    }
}

/// The judge of this endpoint, if there is one.
#[derive(Clone, Default)]
pub struct JudgeSeat(Arc<Mutex<Option<Box<dyn Judge>>>>);

impl std::fmt::Debug for JudgeSeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JudgeSeat")
    }
}

impl JudgeSeat {
    /// Puts a judge on the seat in the place of the one before.
    pub fn take(&self, judge: impl Judge) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(judge));
    }

    /// Leaves the seat empty: events go on as they are.
    pub fn leave(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether the judge wants to know of what is only becoming an event.
    #[must_use]
    pub fn foresees(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|judge| judge.foresees())
    }

    /// Shows the judge what seems to be happening, as [`Judge::foresee`] has it.
    pub fn foresee(&self, event: &Event) {
        if let Some(judge) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            judge.foresee(event);
        }
    }

    /// Whether a rule would answer to an event. For what is usually told when it is over: what a rule answers to is told at once.
    #[must_use]
    pub fn would_answer(&self, event: &Event) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().is_some_and(|judge| judge.would_answer(event))
    }

    pub(crate) fn judge(&self, lane: Lane, event: Event) -> (Lane, Event) {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(judge) => judge.judge(lane, event),
            None => (lane, event),
        }
    }
}
