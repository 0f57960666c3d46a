//! From records to events: what is decided about each, and in which shape it is told.

use std::collections::HashSet;

use yagura_agent_kit::{EventSink, FeatureError, JudgeSeat};
use yagura_records::{FileRecord, PrintRecord, ProcessRecord, ProcessStarted, SessionRecord, WindowRecord};
use yagura_vocabulary::{Event, InForce, Lane, Time};

use super::{privileges::Privileges, repeats::Repeats, streams::Next};
use crate::{
    OperationLogPolicy, Rule, WindowRow, decide, decide_exit, decide_file, decide_idle, decide_print, decide_privilege,
    decide_session, decide_usage, decide_window, event,
};

/// Decides about records and tells of them.
pub(super) struct Teller {
    events: EventSink,
    judge: JudgeSeat,
    /// The processes that a rule left out, until they end.
    left_out: HashSet<uuid::Uuid>,
    /// The stays that were told of while they went on.
    told: HashSet<u64>,
    privileges: Privileges,
    repeats: Repeats,
}

impl Teller {
    pub(super) fn new(events: EventSink, judge: JudgeSeat) -> Self {
        let (left_out, told) = (HashSet::new(), HashSet::new());
        Self { events, judge, left_out, told, privileges: Privileges::default(), repeats: Repeats::default() }
    }

    pub(super) async fn tell(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        next: Next,
    ) -> Result<(), FeatureError> {
        match next {
            Next::Process(record) => self.process(policies, &record).await,
            Next::File(record) => self.file(policies, &record).await,
            Next::Window(record) => self.window(policies, &record).await,
            Next::Print(record) => self.print(policies, &record).await,
            Next::Session(record) => self.session(policies, &record).await,
            Next::Ended => Ok(()),
        }
    }

    async fn window(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        record: &WindowRecord,
    ) -> Result<(), FeatureError> {
        match record {
            WindowRecord::Began(stay) => {
                let decision = decide_window(policies, &stay.account, WindowRow::Window, &stay.window);
                let event = event::window_active(stay, decision.title);
                // A person is warned of what is before them, not of what was: such a row does not wait for the stay's end.
                if !decision.record || !self.judge.would_answer(&event) {
                    return Ok(());
                }
                self.told.insert(stay.stay);
                self.emit(decision.rule, event).await
            }
            WindowRecord::Stayed(stay) => {
                let decision = decide_window(policies, &stay.account, WindowRow::Window, &stay.window);
                if self.told.remove(&stay.stay) || !decision.record {
                    return Ok(());
                }
                let event = event::window_active(stay, decision.title);
                self.emit(decision.rule, event).await
            }
            WindowRecord::Title(title) => {
                let decision = decide_window(policies, &title.account, WindowRow::Window, &title.window);
                if !decision.record || !decision.title {
                    return Ok(());
                }
                self.emit(decision.rule, event::window_title(title)).await
            }
            WindowRecord::Error(error) => {
                let decision = decide_window(policies, &error.account, WindowRow::Error, &error.window);
                if !decision.record {
                    return Ok(());
                }
                let event = event::window_error(error, decision.title);
                self.emit(decision.rule, event).await
            }
            WindowRecord::Usage(usage) => {
                let decision = decide_usage(policies, &usage.account, &usage.image);
                if !decision.record {
                    return Ok(());
                }
                self.emit(decision.rule, event::app_usage(usage)).await
            }
            WindowRecord::IdleStart(idle) | WindowRecord::IdleEnd(idle) => {
                let decision = decide_idle(policies, &idle.account);
                if !decision.record {
                    return Ok(());
                }
                self.emit(decision.rule, event::idle(idle)).await
            }
            // That something is not seen is never left out.
            WindowRecord::Sight(sight) => self.emit(None, event::desktop_sight(sight)).await,
            WindowRecord::Lost(lost) => Ok(self.events.emit(Lane::Operation, event::lost(lost, "window")).await?),
        }
    }

    async fn print(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        record: &PrintRecord,
    ) -> Result<(), FeatureError> {
        match record {
            PrintRecord::Job(job) => {
                let decision = decide_print(policies, job);
                if !decision.record {
                    return Ok(());
                }
                let account = job.account.as_ref();
                let policy = policies.for_account(account.map(|account| account.id.as_str()));
                self.emit(decision.rule, event::print_job(job, policy.prints.documents)).await
            }
            PrintRecord::Lost(lost) => Ok(self.events.emit(Lane::Operation, event::lost(lost, "print")).await?),
        }
    }

    async fn session(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        record: &SessionRecord,
    ) -> Result<(), FeatureError> {
        match record {
            SessionRecord::Acted(acted) => {
                let decision = decide_session(policies, acted);
                if !decision.record {
                    return Ok(());
                }
                self.emit(decision.rule, event::session_acted(acted)).await
            }
            SessionRecord::Lost(lost) => Ok(self.events.emit(Lane::Operation, event::lost(lost, "session")).await?),
        }
    }

    /// A start with rights that somebody was given is told besides, as theirs.
    async fn privilege(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        start: &ProcessStarted,
    ) -> Result<(), FeatureError> {
        let Some(by) = self.privileges.started(start) else { return Ok(()) };
        let decision = decide_privilege(policies, &by);
        if !decision.record {
            return Ok(());
        }
        self.emit(decision.rule, event::privilege_use(&by, start)).await
    }

    async fn file(&mut self, policies: &InForce<OperationLogPolicy>, record: &FileRecord) -> Result<(), FeatureError> {
        match record {
            FileRecord::Acted(acted) => {
                let decision = decide_file(policies, acted);
                if !decision.record {
                    return Ok(());
                }
                self.emit(decision.rule, event::file_acted(acted)).await
            }
            FileRecord::Lost(lost) => Ok(self.events.emit(Lane::Operation, event::lost(lost, "file")).await?),
        }
    }

    async fn process(
        &mut self,
        policies: &InForce<OperationLogPolicy>,
        record: &ProcessRecord,
    ) -> Result<(), FeatureError> {
        match record {
            ProcessRecord::Started(start) => {
                self.privilege(policies, start).await?;
                let decision = decide(policies, start);
                if !decision.record {
                    self.left_out.insert(start.guid);
                    return Ok(());
                }
                self.left_out.remove(&start.guid);
                let mut event = event::started(start);
                let account = start.account.as_ref().map(|account| account.id.as_str());
                let policy = &policies.for_account(account).processes;
                if !policy.hash {
                    // It was made because somebody else's is wanted.
                    event.hash_sha256 = None;
                }
                let judge = &self.judge;
                if policy.fold && self.repeats.started(start, &event, || judge.would_answer(&event)) {
                    return self.sums(start.at.occurred_at).await;
                }
                self.emit(decision.rule, event).await
            }
            ProcessRecord::Exited(exit) => {
                self.privileges.exited(exit.guid);
                let in_a_sum = self.repeats.exited(exit);
                self.sums(exit.at.occurred_at).await?;
                if in_a_sum {
                    return Ok(());
                }
                let decision = decide_exit(policies, exit);
                if self.left_out.remove(&exit.guid) || !decision.record {
                    return Ok(());
                }
                self.emit(decision.rule, event::exited(exit)).await
            }
            ProcessRecord::Lost(lost) => {
                // The ends of some were lost with the rest: better one exit too many than memory that only grows.
                self.left_out.clear();
                self.privileges.clear();
                self.finish().await?;
                Ok(self.events.emit(Lane::Operation, event::lost(lost, "process")).await?)
            }
        }
    }

    /// Tells of the sums that do not wait any longer.
    async fn sums(&mut self, now: Time) -> Result<(), FeatureError> {
        for sum in self.repeats.due(now) {
            self.emit(None, sum).await?;
        }
        Ok(())
    }

    /// Tells of all that is held back here.
    pub(super) async fn finish(&mut self) -> Result<(), FeatureError> {
        for sum in self.repeats.finish() {
            self.emit(None, sum).await?;
        }
        Ok(())
    }

    async fn emit(&self, rule: Option<Rule<'_>>, mut event: Event) -> Result<(), FeatureError> {
        event.rule = rule.map(|rule| rule.to_string());
        Ok(self.events.emit(Lane::Operation, event).await?)
    }
}
