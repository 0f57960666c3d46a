//! Nudges between servers that share a PostgreSQL: an agent is told by the server that it is connected to, whichever server something
//! was decided on. They go by NOTIFY, which keeps nothing: a nudge that is lost costs time until the agent's next hello, as ever.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, postgres::PgListener};
use tokio::{sync::mpsc, time::sleep};
use uuid::Uuid;
use yagura_channel::{
    server::{Hub, Told},
    wire::nudge::{Nudge, Topic},
};
use yagura_server_kit::{Context, db::Kind};
use yagura_vocabulary::{Id, id::Endpoint};

const CHANNEL: &str = "yagura_nudge";
/// Endpoints of one message, which PostgreSQL limits to 8,000 bytes.
const AT_ONCE: usize = 150;
/// After a failure.
const PAUSE: Duration = Duration::from_secs(2);

/// What one server says to the others.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Message {
    from: Uuid,
    /// Nobody in particular is everybody.
    to: Option<Vec<Id<Endpoint>>>,
    topic: Topic,
    version: u64,
}

/// Begins to relay, where there may be other servers.
pub(crate) fn start(ctx: &Context, url: &str) {
    if ctx.db().kind() != Kind::Postgres {
        return;
    }
    let from = Uuid::new_v4();
    let told = ctx.part::<Hub>().relay();
    ctx.spawn(until_stopped(ctx.clone(), speak(ctx.clone(), from, told)));
    ctx.spawn(until_stopped(ctx.clone(), listen(ctx.clone(), from, url.to_owned())));
}

async fn until_stopped(ctx: Context, work: impl Future<Output = ()>) {
    ctx.stopping().run_until_cancelled(work).await;
}

/// Says what was told here.
async fn speak(ctx: Context, from: Uuid, mut told: mpsc::UnboundedReceiver<Told>) {
    let mut some = Vec::new();
    while told.recv_many(&mut some, AT_ONCE).await > 0 {
        for message in messages(from, some.drain(..)) {
            let say = async {
                let mut connection = ctx.db().read().acquire().await?;
                notify(&mut connection, &message).await
            };
            if let Err(error) = say.await {
                tracing::warn!(%error, "other servers could not be told; agents there hear of it at their next hello");
            }
        }
    }
}

async fn notify(connection: &mut AnyConnection, message: &Message) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(message).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // Of no type that the common driver knows: nothing is asked back.
    sqlx::query("SELECT 1 FROM (SELECT pg_notify($1, $2)) told")
        .bind(CHANNEL)
        .bind(text)
        .execute(connection)
        .await
        .map(drop)
}

/// What was told, in as few messages as it takes. Pure.
fn messages(from: Uuid, told: impl Iterator<Item = Told>) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for Told { endpoint, nudge: Nudge { topic, version } } in told {
        let same = |message: &&mut Message| {
            (message.topic, message.version, message.to.is_some()) == (topic, version, endpoint.is_some())
        };
        match (messages.iter_mut().find(same), endpoint) {
            (Some(message), Some(endpoint)) => message.to.get_or_insert_default().push(endpoint),
            (Some(_), None) => {}
            (None, endpoint) => {
                messages.push(Message { from, to: endpoint.map(|endpoint| vec![endpoint]), topic, version });
            }
        }
    }
    messages
}

/// Hears what others say, again and again.
async fn listen(ctx: Context, from: Uuid, url: String) {
    loop {
        let heard = async {
            let mut listener = PgListener::connect(&url).await?;
            listener.listen(CHANNEL).await?;
            loop {
                hear(ctx.part::<Hub>(), from, listener.recv().await?.payload());
            }
        };
        let ended: Result<(), sqlx::Error> = heard.await;
        if let Err(error) = ended {
            tracing::warn!(%error, "other servers are not heard; it is tried again");
        }
        sleep(PAUSE).await;
    }
}

fn hear(hub: &Hub, own: Uuid, text: &str) {
    let Ok(Message { from, to, topic, version }) = serde_json::from_str(text) else {
        tracing::warn!("another server said what is not understood; it is of another release");
        return;
    };
    if from == own {
        return;
    }
    let nudge = Nudge { topic, version };
    match to {
        None => hub.heard(Told { endpoint: None, nudge }),
        Some(endpoints) => endpoints.into_iter().for_each(|one| hub.heard(Told { endpoint: Some(one), nudge })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(endpoint: Option<Id<Endpoint>>, version: u64) -> Told {
        Told { endpoint, nudge: Nudge { topic: Topic::Commands, version } }
    }

    #[test]
    fn many_endpoints_are_told_the_same_in_one_message() {
        let (from, one, two) = (Uuid::new_v4(), Id::new(), Id::new());
        let all = [told(Some(one), 1), told(Some(two), 1), told(None, 1), told(None, 1), told(Some(one), 2)];
        let made = messages(from, all.into_iter());
        let to: Vec<_> = made.iter().map(|message| (message.to.clone(), message.version)).collect();
        assert_eq!(to, [(Some(vec![one, two]), 1), (None, 1), (Some(vec![one]), 2)]);
    }

    #[test]
    fn the_longest_message_is_one_that_postgresql_takes() {
        let all = (0..AT_ONCE).map(|_| told(Some(Id::new()), u64::MAX));
        let made = messages(Uuid::new_v4(), all);
        assert!(serde_json::to_string(&made[0]).unwrap().len() < 8_000);
    }

    #[tokio::test]
    async fn what_others_say_is_told_here_and_not_said_again() {
        let (hub, endpoint, own) = (Hub::default(), Id::new(), Uuid::new_v4());
        let mut out = hub.relay();
        let listener = hub.connect(endpoint);
        let say = |from| serde_json::to_string(&messages(from, [told(Some(endpoint), 7)].into_iter())[0]).unwrap();
        hear(&hub, own, &say(Uuid::new_v4()));
        assert_eq!(listener.next().await, [Nudge { topic: Topic::Commands, version: 7 }]);
        assert!(out.try_recv().is_err());
        hub.nudge(endpoint, Nudge { topic: Topic::Hello, version: 1 });
        assert_eq!(out.try_recv().unwrap().endpoint, Some(endpoint));
        assert_eq!(listener.next().await.len(), 1);
        hear(&hub, own, &say(own));
        hear(&hub, own, "of a later release");
        assert!(!hub.nudge(Id::new(), Nudge { topic: Topic::Hello, version: 1 }));
    }
}
