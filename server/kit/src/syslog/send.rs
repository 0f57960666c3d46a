//! Handing a message to a receiver.

use std::{io, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{io::AsyncWriteExt as _, net::UdpSocket, time::timeout};
use utoipa::ToSchema;
use yagura_dial::{Dial as _, DialError, NetDial, ProxyChoice, Target, TlsError, Trust, client_config};

use super::Message;
use crate::ApiError;

/// For so long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What fits into one datagram everywhere (RFC 5426, 3.2: receivers need take no more than 2,048 octets).
const DATAGRAM: usize = 2048;

/// How messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SyslogTransport)]
pub enum Transport {
    /// One datagram; nobody learns whether it arrived.
    Udp,
    /// TCP, in the clear.
    Tcp,
    /// TLS; the receiver's certificate must be believed.
    Tls,
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SyslogReceiver)]
pub struct Receiver {
    /// How.
    pub transport: Transport,
    /// Name or address.
    pub host: String,
    /// Port: 514 for UDP and, by custom, TCP; 6514 for TLS.
    #[schema(minimum = 1)]
    pub port: u16,
}

impl Receiver {
    /// Refuses what can be no receiver, naming the field below `at`, a JSON Pointer.
    ///
    /// # Errors
    /// `invalid`, at the field.
    pub fn check(&self, at: &str) -> Result<(), ApiError> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '[' | ']');
        if self.host.is_empty() || self.host.len() > 253 || self.host.contains(bad) {
            let message = "give the name or address of the receiver";
            return Err(ApiError::invalid(&format!("{at}/host"), "bad_name", message));
        }
        if self.port == 0 {
            return Err(ApiError::invalid(&format!("{at}/port"), "out_of_range", "a port is 1 to 65535"));
        }
        Ok(())
    }
}

/// A message could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The receiver could not be reached, or is not who it says it is.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The certificate authorities cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// It was cut off.
    #[error("failed to send the message to {0}: {1}")]
    Io(String, io::Error),
    /// It does not fit into a datagram.
    #[error("the message of {0} octets is too long for UDP: use TCP or TLS")]
    TooLong(usize),
    /// The receiver did not take it in time.
    #[error("{0} did not take the message within {1:?}")]
    Timeout(String, Duration),
}

/// Sends one message. `authorities` (PEM) are believed beside the system's.
///
/// # Errors
/// When the receiver cannot be reached or does not take it.
pub async fn send(receiver: &Receiver, authorities: &str, message: &Message) -> Result<(), SendError> {
    let Receiver { transport, host, port } = receiver;
    let name = format!("{host}:{port}");
    let work = async {
        match transport {
            Transport::Udp => datagram((host, *port), &name, message).await,
            Transport::Tcp | Transport::Tls => stream(receiver, &name, authorities, message).await,
        }
    };
    timeout(PATIENCE, work).await.map_err(|_| SendError::Timeout(name.clone(), PATIENCE))?
}

async fn datagram(to: (&str, u16), name: &str, message: &Message) -> Result<(), SendError> {
    let bytes = message.to_bytes();
    if bytes.len() > DATAGRAM {
        return Err(SendError::TooLong(bytes.len()));
    }
    let failed = |error| SendError::Io(name.to_owned(), error);
    let address = tokio::net::lookup_host(to).await.map_err(failed)?.next();
    let address = address.ok_or_else(|| failed(io::Error::new(io::ErrorKind::NotFound, "the name has no address")))?;
    let own = if address.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(own).await.map_err(failed)?;
    socket.send_to(&bytes, address).await.map_err(failed)?;
    Ok(())
}

async fn stream(receiver: &Receiver, name: &str, authorities: &str, message: &Message) -> Result<(), SendError> {
    let tls = receiver.transport == Transport::Tls;
    let trust = Trust::Authorities { pem: authorities.to_owned(), system: true };
    let target = Target { tls, host: receiver.host.clone(), port: receiver.port };
    let mut stream = NetDial::new(client_config(&trust)?, ProxyChoice::Direct).dial(&target).await?;
    let sent = async {
        stream.write_all(&message.to_frame()).await?;
        stream.flush().await?;
        stream.shutdown().await
    };
    sent.await.map_err(|error| SendError::Io(name.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt as _, net::TcpListener};

    use super::*;
    use crate::syslog::{Facility, Severity};

    fn message(length: usize) -> Message {
        let (facility, severity) = (Facility::Audit, Severity::Notice);
        let at = "2026-11-28T17:00:00Z".parse().unwrap();
        Message { facility, severity, at, host: "h".to_owned(), id: "TEST", text: "x".repeat(length) }
    }

    fn to(transport: Transport, port: u16) -> Receiver {
        Receiver { transport, host: "127.0.0.1".to_owned(), port }
    }

    #[tokio::test]
    async fn a_message_arrives_over_udp_as_it_is_and_over_tcp_in_a_frame() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        send(&to(Transport::Udp, socket.local_addr().unwrap().port()), "", &message(3)).await.unwrap();
        let mut got = [0; 4096];
        let length = socket.recv(&mut got).await.unwrap();
        assert_eq!(got[..length], message(3).to_bytes());

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = to(Transport::Tcp, listener.local_addr().unwrap().port());
        let take = async {
            let mut got = Vec::new();
            listener.accept().await.unwrap().0.read_to_end(&mut got).await.unwrap();
            got
        };
        let message = message(5000);
        let (sent, got) = tokio::join!(send(&receiver, "", &message), take);
        sent.unwrap();
        assert_eq!(got, message.to_frame());
    }

    #[tokio::test]
    async fn what_cannot_be_sent_says_why() {
        let long = send(&to(Transport::Udp, 9), "", &message(5000)).await;
        assert!(matches!(long, Err(SendError::TooLong(_))), "{long:?}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let nobody = send(&to(Transport::Tcp, port), "", &message(3)).await;
        assert!(matches!(nobody, Err(SendError::Dial(_))), "{nobody:?}");
    }
}
