//! `GET /agent/v1/link` and `GET /agent/v1/nudges`: how an agent hears that it should look. A WebSocket, or a long poll where
//! none gets through. Neither carries anything but nudges.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use tokio::time::{Instant, sleep_until, timeout};
use yagura_channel::{
    server::{Hub, Listener},
    wire::nudge::Nudge,
};
use yagura_server_kit::{AgentRequest, Context, Json};

use crate::presence::Presence;

/// Keeps proxies and address translators from closing an idle connection.
const PING_EVERY: Duration = Duration::from_secs(55);
/// A peer that has not even answered pings for so long is gone.
const GONE_AFTER: Duration = Duration::from_secs(150);
const LONG_POLL: Duration = Duration::from_secs(290);

pub(crate) async fn link(State(ctx): State<Context>, request: AgentRequest, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(4096).write_buffer_size(0).read_buffer_size(1024).on_upgrade(move |socket| async move {
        let listener = ctx.part::<Hub>().connect(request.endpoint);
        let counted = Counted::new(&ctx);
        converse(&ctx, socket, &listener).await;
        drop(counted);
        ctx.part::<Presence>().note(request.endpoint, ctx.now(), None);
    })
}

/// Counts an agent as connected while it lives. A long poll is dropped when its agent goes away.
struct Counted(Context);

impl Counted {
    fn new(ctx: &Context) -> Self {
        ctx.metrics().connected.inc();
        Self(ctx.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.metrics().connected.dec();
    }
}

async fn converse(ctx: &Context, mut socket: WebSocket, listener: &Listener) {
    let stop = ctx.stopping();
    let (mut heard, mut ping) = (Instant::now(), Instant::now() + PING_EVERY);
    loop {
        let message = tokio::select! {
            nudges = listener.next() => Message::text(serde_json::to_string(&nudges).unwrap_or_default()),
            () = sleep_until(ping) => {
                if heard.elapsed() > GONE_AFTER {
                    return;
                }
                ping = Instant::now() + PING_EVERY;
                Message::Ping(axum::body::Bytes::new())
            }
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            () = stop.cancelled() => Message::Close(None),
        };
        let last = matches!(message, Message::Close(_));
        if socket.send(message).await.is_err() || last {
            return;
        }
    }
}

pub(crate) async fn poll(State(ctx): State<Context>, request: AgentRequest) -> Json<Vec<Nudge>> {
    let listener = ctx.part::<Hub>().connect(request.endpoint);
    ctx.part::<Presence>().note(request.endpoint, ctx.now(), request.ip.clone());
    let stop = ctx.stopping();
    let _counted = Counted::new(&ctx);
    tokio::select! {
        nudges = timeout(LONG_POLL, listener.next()) => Json(nudges.unwrap_or_default()),
        () = stop.cancelled() => Json(Vec::new()),
    }
}
