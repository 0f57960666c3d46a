//! Questions that are over: the agent took them back, and their pop-ups go by themselves.

use std::{
    collections::HashSet,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use uuid::Uuid;

/// So many are remembered; a pop-up sees its end within a second.
const MOST: usize = 64;

/// What is over. One for all threads of the screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Over(Arc<(Mutex<HashSet<Uuid>>, Condvar)>);

impl Over {
    /// This question is over.
    pub(crate) fn set(&self, id: Uuid) {
        let mut over = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if over.len() >= MOST {
            over.clear();
        }
        over.insert(id);
        self.0.1.notify_all();
    }

    /// Waits until this question is over, at most so long; gives whether it is.
    pub(crate) fn wait(&self, id: Uuid, patience: Duration) -> bool {
        let over = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(over, patience, |over| !over.contains(&id));
        waited.map_or_else(|poisoned| poisoned.into_inner().0, |(over, _)| over).contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_hears_of_the_end_of_their_own_question() {
        let (over, id) = (Over::default(), Uuid::from_u128(7));
        over.set(Uuid::from_u128(8));
        assert!(!over.wait(id, Duration::ZERO));
        let other = over.clone();
        let waits = std::thread::spawn(move || other.wait(id, Duration::from_secs(60)));
        over.set(id);
        assert!(waits.join().unwrap());
    }
}
