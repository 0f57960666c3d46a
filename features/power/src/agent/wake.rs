//! `power.wake`: sends the packets that wake a neighbour. Whether it woke, the server sees when the neighbour says hello.

use std::{io, net::Ipv4Addr, sync::Arc};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::{
    net::UdpSocket,
    sync::watch,
    time::{Duration, sleep},
};
use yagura_agent_kit::{CommandError, EventSink, Handler};
use yagura_vocabulary::{Clock, Event, InForce, Lane};

use crate::{Deed, FEATURE, PowerPolicy, Wake, model::Card, packet::magic};

/// The port of discard (RFC 863), where such packets go by custom. Cards look for them in all that they see.
const PORT: u16 = 9;
/// A packet may be lost.
const TIMES: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(200);

/// Carries out the command.
pub(super) struct WakeNeighbour {
    pub(super) policy: watch::Receiver<Arc<InForce<PowerPolicy>>>,
    pub(super) events: EventSink,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for WakeNeighbour {
    async fn run(&self, args: Value) -> Result<Value, CommandError> {
        let wake: Wake = serde_json::from_value(args).map_err(|error| CommandError::Arguments(error.to_string()))?;
        if !self.policy.borrow().endpoint().allows(Deed::Wake) {
            return Err(CommandError::Failed(
                "refused: the policy of this neighbour does not allow it to wake others".to_owned(),
            ));
        }
        let mut sent = 0;
        for card in &wake.cards {
            let done = send(card).await;
            done.map_err(|error| CommandError::Failed(format!("could not wake {}: {error}", wake.hostname)))?;
            sent += TIMES;
        }
        let mut event = Event::new(self.clock.now(), FEATURE, "power.waking");
        event.subject = Some(wake.hostname.clone());
        let event = event.with("request_id", wake.request_id.to_string());
        self.events.emit(Lane::Operation, event).await.map_err(|stopped| CommandError::Failed(stopped.to_string()))?;
        Ok(json!({ "packets": sent }))
    }
}

/// Sends the packets for one card into its network.
///
/// # Errors
/// When the network cannot be reached from here.
pub async fn send(card: &Card) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    socket.set_broadcast(true)?;
    let packet = magic(card.mac);
    for time in 0..TIMES {
        if time > 0 {
            sleep(BETWEEN).await;
        }
        socket.send_to(&packet, (card.network.broadcast(), PORT)).await?;
    }
    Ok(())
}
