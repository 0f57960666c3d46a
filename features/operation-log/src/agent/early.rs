//! Shows the judge what is done to files before it is over, so that people are told in time.

use std::sync::Arc;

use yagura_agent_kit::JudgeSeat;
use yagura_records::FileActed;
use yagura_sensors::Early;
use yagura_vocabulary::InForce;

use crate::{OperationLogPolicy, decide_file, event};

/// The judge, and what is recorded at all: nobody is warned of what is not.
pub(super) struct Foresight {
    pub(super) judge: JudgeSeat,
    pub(super) policies: Arc<InForce<OperationLogPolicy>>,
}

impl Early for Foresight {
    fn looks(&self) -> bool {
        self.judge.foresees()
    }

    fn see(&self, acted: &FileActed) {
        if decide_file(&self.policies, acted).record {
            self.judge.foresee(&event::file_acted(acted));
        }
    }
}
