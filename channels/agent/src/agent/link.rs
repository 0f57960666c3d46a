//! How an agent hears that it should look: a WebSocket; where none gets through, a long poll; else a look every minute.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};
use yagura_dial::{Heard, HttpClient, Socket, SocketError};

use super::{
    backoff::{Backoff, up_to},
    client::{AgentClient, ClientError},
};
use crate::wire::nudge::Nudge;

/// What the link tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A connection stands. What was said before it is lost: say hello.
    Up(Rung),
    /// Look there.
    Nudges(Vec<Nudge>),
    /// There is no connection; the next try follows.
    Down,
}

/// The rungs of the ladder, from the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// Told at once.
    WebSocket,
    /// Told at once, with a request every five minutes.
    LongPoll,
    /// Told within a minute.
    Poll,
}

/// A rung that works badly is left for this long before the best one is tried again.
const STAY_BELOW: Duration = Duration::from_secs(30 * 60);
/// So many failures in a row, while other requests get through, and the next rung is tried.
const TRIES: u32 = 3;
/// The server holds a long poll for somewhat less than this.
const LONG_POLL: Duration = Duration::from_secs(330);
const POLL: Duration = Duration::from_secs(60);
const JITTER: Duration = Duration::from_secs(15);
/// After so long without a sign of life the other side is asked for one. The server pings by itself, so this is rare.
const QUIET: Duration = Duration::from_secs(35);
/// So long it may take to answer. A connection that died without a word is thus noticed within a minute.
const ANSWER: Duration = Duration::from_secs(20);
/// A connection that held so long had worked.
const HELD: Duration = Duration::from_secs(100);

/// Listens until the receiver is dropped.
pub async fn listen(client: Arc<AgentClient>, news: mpsc::Sender<News>) {
    let (mut backoff, mut failures, mut rung) = (Backoff::default(), 0, Rung::WebSocket);
    let mut climb_at = Instant::now();
    loop {
        if rung != Rung::WebSocket && Instant::now() >= climb_at {
            (rung, failures) = (Rung::WebSocket, 0);
        }
        let began = Instant::now();
        let end = match rung {
            Rung::WebSocket => web_socket(&client, &news).await,
            Rung::LongPoll => long_poll(&client, &news, climb_at).await,
            Rung::Poll => poll(&news, climb_at).await,
        };
        let pause = match end {
            End::NobodyListens => return,
            End::Climb => continue,
            End::Ended => {
                // It worked for a while, so the next failure is a first one; all agents of a server lose it together.
                backoff.reset();
                failures = if began.elapsed() > HELD { 0 } else { failures + 1 };
                up_to(JITTER)
            }
            End::Unreachable(asked) => backoff.pause(asked),
            End::Blocked => {
                failures += 1;
                backoff.pause(None)
            }
        };
        if failures >= TRIES {
            failures = 0;
            rung = if rung == Rung::WebSocket { Rung::LongPoll } else { Rung::Poll };
            climb_at = Instant::now() + STAY_BELOW;
            tracing::info!(?rung, "the connection does not get through; trying the next way");
            continue;
        }
        if news.send(News::Down).await.is_err() {
            return;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = news.closed() => return,
        }
    }
}

enum End {
    /// The agent does not want any more.
    NobodyListens,
    /// It is time to try the best rung again.
    Climb,
    /// It worked and then ended.
    Ended,
    /// The server could not be reached at all: no rung would help.
    Unreachable(Option<Duration>),
    /// The server can be reached, but not this way.
    Blocked,
}

async fn web_socket(client: &AgentClient, news: &mpsc::Sender<News>) -> End {
    let http = client.http();
    let request = client.signed_get("/agent/v1/link");
    let opened = timeout(POLL, Socket::open(&**http.dial(), http.target(), &request));
    let mut socket = match opened.await {
        Ok(Ok(socket)) => socket,
        Ok(Err(SocketError::Dial(error))) => {
            tracing::debug!(%error, "the server is not reached");
            return End::Unreachable(None);
        }
        Ok(Err(error)) => {
            tracing::debug!(%error, "no WebSocket");
            return End::Blocked;
        }
        Err(_) => return End::Blocked,
    };
    if news.send(News::Up(Rung::WebSocket)).await.is_err() {
        return End::NobodyListens;
    }
    let (mut heard, mut asked) = (Instant::now(), None);
    loop {
        let due = asked.map_or(heard + QUIET, |asked| asked + ANSWER);
        let frame = tokio::select! {
            () = news.closed() => return End::NobodyListens,
            frame = socket.next() => frame,
            () = sleep_until(due) => {
                let sent = timeout(ANSWER, socket.ping());
                if asked.is_some() || !matches!(sent.await, Ok(Ok(()))) {
                    tracing::info!("the connection is dead although nobody closed it");
                    return End::Ended;
                }
                asked = Some(Instant::now());
                continue;
            }
        };
        (heard, asked) = (Instant::now(), None);
        match frame {
            Ok(Some(Heard::Text(text))) => {
                // What cannot be read comes from a newer server, and is said again by its welcome.
                let nudges: Vec<Nudge> = serde_json::from_str(&text).unwrap_or_default();
                if !nudges.is_empty() && news.send(News::Nudges(nudges)).await.is_err() {
                    return End::NobodyListens;
                }
            }
            Ok(Some(Heard::SignOfLife)) => {}
            Ok(None) | Err(_) => return End::Ended,
        }
    }
}

async fn long_poll(client: &AgentClient, news: &mpsc::Sender<News>, climb_at: Instant) -> End {
    let http = HttpClient::new(Arc::clone(client.http().dial()), client.http().target().clone());
    let http = http.with_patience(LONG_POLL);
    if news.send(News::Up(Rung::LongPoll)).await.is_err() {
        return End::NobodyListens;
    }
    while Instant::now() < climb_at {
        let nudges = tokio::select! {
            () = news.closed() => return End::NobodyListens,
            nudges = client.nudges(&http) => nudges,
        };
        match nudges {
            Ok(nudges) if nudges.is_empty() => {}
            Ok(nudges) => {
                if news.send(News::Nudges(nudges)).await.is_err() {
                    return End::NobodyListens;
                }
            }
            Err(ClientError::Http(yagura_dial::HttpError::Dial(_))) => return End::Unreachable(None),
            Err(error @ ClientError::Busy { .. }) => return End::Unreachable(error.retry_after()),
            Err(error) => {
                tracing::debug!(%error, "no long poll");
                return End::Blocked;
            }
        }
    }
    End::Climb
}

async fn poll(news: &mpsc::Sender<News>, climb_at: Instant) -> End {
    while Instant::now() < climb_at {
        if news.send(News::Up(Rung::Poll)).await.is_err() {
            return End::NobodyListens;
        }
        tokio::select! {
            () = news.closed() => return End::NobodyListens,
            () = sleep(POLL + up_to(JITTER)) => {}
        }
    }
    End::Climb
}
