//! The streams that are read now: what the policies want, and nothing else.

use std::{cell::Cell, sync::Arc, time::Duration};

use yagura_agent_kit::JudgeSeat;
use yagura_records::{FileRecord, PrintRecord, ProcessRecord, WindowRecord};
use yagura_sensors::{FileWish, Sensors, Stream, StreamRecord, WindowWish};
use yagura_vocabulary::InForce;

use super::early::Foresight;
use crate::{OperationLogPolicy, decide_file, wants_opened};

/// One stream.
struct Slot<R: StreamRecord> {
    stream: Option<Stream<R>>,
    /// It ended by itself, as recordings do.
    ended: bool,
}

impl<R: StreamRecord> Default for Slot<R> {
    fn default() -> Self {
        Self { stream: None, ended: false }
    }
}

impl<R: StreamRecord> Slot<R> {
    /// Opens or closes it as is wanted.
    async fn follow(&mut self, wanted: bool, open: impl Future<Output = Stream<R>>) -> Option<&mut Stream<R>> {
        if !wanted {
            self.stream = None;
        } else if self.stream.is_none() && !self.ended {
            self.stream = Some(open.await);
        }
        self.stream.as_mut()
    }

    /// The next record; `None`, once, when the stream has ended. Cancel safe.
    async fn next(&mut self) -> Option<Arc<R>> {
        let Some(stream) = &mut self.stream else { return std::future::pending().await };
        let next = stream.next().await;
        if next.is_none() {
            (self.stream, self.ended) = (None, true);
        }
        next
    }
}

/// The streams of this feature.
#[derive(Default)]
pub(super) struct Streams {
    processes: Slot<ProcessRecord>,
    files: Slot<FileRecord>,
    windows: Slot<WindowRecord>,
    prints: Slot<PrintRecord>,
}

/// A record of any of them.
pub(super) enum Next {
    Process(Arc<ProcessRecord>),
    File(Arc<FileRecord>),
    Window(Arc<WindowRecord>),
    Print(Arc<PrintRecord>),
    /// One stream ended.
    Ended,
}

impl Streams {
    /// Reads what the policies want, and nothing else.
    pub(super) async fn follow(
        &mut self,
        sensors: &Sensors,
        judge: &JudgeSeat,
        policies: &Arc<InForce<OperationLogPolicy>>,
    ) {
        let any = |of: fn(&OperationLogPolicy) -> bool| policies.any(of);
        if let Some(stream) = self.processes.follow(any(|policy| policy.processes.record), sensors.processes()).await {
            stream.want_hashes(any(|policy| policy.processes.hash));
        }
        if let Some(stream) = self.files.follow(any(|policy| policy.files.record), sensors.files()).await {
            let (for_acts, for_opens) = (Arc::clone(policies), Arc::clone(policies));
            stream.wish(FileWish {
                acts: Some(Arc::new(move |acted| decide_file(&for_acts, acted).record)),
                opens: Some(Arc::new(move |path| wants_opened(&for_opens, path))),
                unfolded: any(|policy| !policy.files.fold),
                early: Some(Arc::new(Foresight { judge: judge.clone(), policies: Arc::clone(policies) })),
            });
        }
        if let Some(stream) = self.windows.follow(any(|policy| policy.windows.record), sensors.windows()).await {
            stream.wish(window_wish(policies));
        }
        self.prints.follow(any(|policy| policy.prints.record), sensors.prints()).await;
    }

    pub(super) const fn are_over(&self) -> bool {
        self.processes.stream.is_none()
            && self.files.stream.is_none()
            && self.windows.stream.is_none()
            && self.prints.stream.is_none()
    }

    /// The next record of any. Cancel safe.
    pub(super) async fn next(&mut self) -> Next {
        let Self { processes, files, windows, prints } = self;
        tokio::select! {
            next = processes.next() => next.map_or(Next::Ended, Next::Process),
            next = files.next() => next.map_or(Next::Ended, Next::File),
            next = windows.next() => next.map_or(Next::Ended, Next::Window),
            next = prints.next() => next.map_or(Next::Ended, Next::Print),
        }
    }

    /// Has what is held back told, and reads nothing that holds nothing back.
    pub(super) fn finish(&mut self) {
        self.processes.stream = None;
        if let Some(stream) = &self.prints.stream {
            // What it remembers as told is to outlive the restart.
            stream.finish();
        }
        if let Some(stream) = &self.files.stream {
            stream.finish();
        }
        if let Some(stream) = &self.windows.stream {
            stream.finish();
        }
    }
}

/// What the most curious of the policies wants.
fn window_wish(policies: &InForce<OperationLogPolicy>) -> WindowWish {
    let nothing = WindowWish { min_stay: Duration::MAX, settle: Duration::MAX, ..WindowWish::default() };
    let wish = Cell::new(nothing);
    policies.any(|policy| {
        let windows = &policy.windows;
        if windows.record {
            let seconds = |seconds: u32| Duration::from_secs(seconds.into());
            let WindowWish { titles, min_stay, settle, idle_after } = wish.get();
            let idle = windows.idle().then(|| seconds(windows.idle_after_s));
            wish.set(WindowWish {
                titles: titles || windows.titles,
                min_stay: min_stay.min(seconds(windows.min_stay_s)),
                settle: settle.min(seconds(windows.settle_s)),
                idle_after: idle_after.into_iter().chain(idle).min(),
            });
        }
        false
    });
    wish.get()
}
