//! A WebSocket over a dialled connection (RFC 6455).

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::Request;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use crate::{Dial, DialError, Stream, Target};

/// The WebSocket failed.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The server did not agree to a WebSocket, or something between does not let it pass.
    #[error("failed to open a WebSocket to {0}: {1}")]
    Refused(Target, #[source] Box<tungstenite::Error>),
    /// It broke.
    #[error("the WebSocket broke: {0}")]
    Broken(#[source] Box<tungstenite::Error>),
}

/// What came over a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A text.
    Text(String),
    /// A ping, the answer to one, or something that is not for us: the other side is there.
    SignOfLife,
}

/// An open WebSocket that carries short texts.
pub struct Socket(WebSocketStream<Stream>);

impl Socket {
    /// Opens `path` on `target`, with these further headers.
    ///
    /// # Errors
    /// When there is no connection or the server does not agree.
    pub async fn open(dial: &dyn Dial, target: &Target, request: &Request<Bytes>) -> Result<Self, SocketError> {
        let refused = |error| SocketError::Refused(target.clone(), Box::new(error));
        let scheme = if target.tls { "wss" } else { "ws" };
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let mut handshake =
            format!("{scheme}://{}{path}", target.authority()).into_client_request().map_err(refused)?;
        handshake.headers_mut().extend(request.headers().clone());
        let stream = dial.dial(target).await?;
        let config = WebSocketConfig::default().max_message_size(Some(64 * 1024)).read_buffer_size(4 * 1024);
        let (socket, _) = client_async_with_config(handshake, stream, Some(config)).await.map_err(refused)?;
        Ok(Self(socket))
    }

    /// What comes next, or `None` when the other side has closed. Pings are answered on the way. Cancel safe.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn next(&mut self) -> Result<Option<Heard>, SocketError> {
        match self.0.next().await {
            None | Some(Ok(Message::Close(_))) => Ok(None),
            Some(Ok(Message::Text(text))) => Ok(Some(Heard::Text(text.as_str().to_owned()))),
            Some(Ok(_)) => Ok(Some(Heard::SignOfLife)),
            Some(Err(error)) => Err(SocketError::Broken(Box::new(error))),
        }
    }

    /// Sends a text.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn send(&mut self, text: &str) -> Result<(), SocketError> {
        self.0.send(Message::text(text)).await.map_err(|error| SocketError::Broken(Box::new(error)))
    }

    /// Sends a ping, which keeps proxies from closing an idle connection and which the other side must answer.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn ping(&mut self) -> Result<(), SocketError> {
        self.0.send(Message::Ping(Bytes::new())).await.map_err(|error| SocketError::Broken(Box::new(error)))
    }
}
