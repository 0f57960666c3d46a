//! One connected session program.

use std::collections::HashMap;

use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;
use yagura_agent_kit::{CancellationToken, DesktopId, Desktops};
use yagura_local::{FromAgent, FromSession, Session, desktop::Seen};
use yagura_vocabulary::id::NoticeId;

/// Messages that may wait for a session; a session that is further behind is given up, and asks anew.
pub(super) const ROOM: usize = 256;

/// What a session said, or that it is gone.
#[derive(Debug)]
pub(super) struct News {
    pub(super) from: u64,
    pub(super) said: Option<FromSession>,
}

/// What the desk knows of a session.
#[derive(Debug)]
pub(super) struct Sitting {
    pub(super) uid: u32,
    pub(super) display: bool,
    pub(super) to: mpsc::Sender<FromAgent>,
    /// What it was given and did not close.
    pub(super) given: HashMap<Uuid, NoticeId>,
    /// The link that it asked for and has not got yet: one at a time.
    pub(super) link: Option<AbortOnDrop>,
    /// The way of what it sees to the sensors.
    pub(super) desktop: Desktop,
}

/// A session as the sensors know it; they hear that it is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Desktop {
    desktops: Desktops,
    id: DesktopId,
}

impl Desktop {
    pub(super) fn of(desktops: &Desktops, uid: u32, pid: u32) -> Self {
        Self { id: desktops.arrived(uid, Some(pid)), desktops: desktops.clone() }
    }

    pub(super) fn said(&self, seen: Seen) {
        self.desktops.said(self.id, seen);
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.desktops.left(self.id);
    }
}

/// Work for a session, which ends when the session does.
#[derive(Debug)]
pub(super) struct AbortOnDrop(pub(super) JoinHandle<()>);

impl AbortOnDrop {
    pub(super) fn is_over(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Carries messages both ways until the session is gone, misbehaves, or the desk lets go of it.
pub(super) async fn carry(
    mut session: Session,
    from: u64,
    mut out: mpsc::Receiver<FromAgent>,
    told: mpsc::Sender<News>,
    cancel: CancellationToken,
) {
    let peer = session.peer();
    loop {
        let outcome = tokio::select! {
            () = cancel.cancelled() => return,
            message = out.recv() => match message {
                Some(message) => session.send(&message).await,
                None => return,
            },
            said = session.next() => match said {
                Ok(Some(said)) => {
                    if told.send(News { from, said: Some(said) }).await.is_err() {
                        return;
                    }
                    Ok(())
                }
                Ok(None) => break,
                Err(error) => Err(error),
            },
        };
        if let Err(error) = outcome {
            tracing::warn!(uid = peer.uid, pid = peer.pid, %error, "a session program is given up");
            break;
        }
    }
    // The desk may be gone too.
    let _: Result<(), _> = told.send(News { from, said: None }).await;
}
