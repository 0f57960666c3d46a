//! Systems on which nothing is installed yet.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use yagura_agent_kit::Desktops;
use yagura_vocabulary::Time;

use super::{Found, How, Plan, Ran, System, Task, Unable};
use crate::model::End;

struct Nothing;

const WHY: &str = "distribution is not supported on this system yet";

#[async_trait]
impl System for Nothing {
    fn people(&self) -> BTreeSet<u32> {
        BTreeSet::new()
    }

    fn offset_s(&self, _at: Time) -> i32 {
        0
    }

    async fn look(&self, _task: &Task) -> Result<Plan, Unable> {
        Err(Unable::Refused(WHY.to_owned()))
    }

    async fn keep(&self, _task: &Task, _plan: &Plan) -> Result<(), String> {
        Err(WHY.to_owned())
    }

    async fn work(&self, _task: &Task, _plan: &Plan) -> Ran {
        Ran { how: How::NotStarted(WHY.to_owned()), log: String::new() }
    }

    async fn found(&self, _task: &Task, _plan: &Plan, _ran: &Ran) -> Found {
        Found { end: End::Failed, why: WHY.to_owned(), changed: Vec::new(), restart: false, log: String::new() }
    }

    async fn put_back(&self, task: &Task, plan: &Plan) -> Found {
        self.found(task, plan, &self.work(task, plan).await).await
    }
}

pub(super) fn system(_desktops: Desktops) -> Arc<dyn System> {
    Arc::new(Nothing)
}
