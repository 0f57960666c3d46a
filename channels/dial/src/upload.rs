//! Sending what does not fit in memory.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, header};
use hyper::{
    body::{Body, Frame},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;

use crate::{
    Answer, HttpClient, HttpError,
    http::{MAX_ANSWER, whole},
};

/// A body that comes piece by piece.
struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

impl HttpClient {
    /// Sends a request whose body comes in pieces, over a connection of its own, and reads the whole answer. An error among the pieces
    /// breaks the request off. There is no limit of time: nobody knows how large it is.
    ///
    /// # Errors
    /// When there is no connection, it breaks, or the answer is too large.
    pub async fn upload(
        &self,
        request: Request<()>,
        pieces: mpsc::Receiver<io::Result<Bytes>>,
    ) -> Result<Answer, HttpError> {
        let broken = |error| HttpError::Broken(self.target().clone(), error);
        let stream = self.dial().dial(self.target()).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
        let mut request = request.map(|()| Pieces(pieces));
        if let Ok(host) = self.target().authority().parse() {
            request.headers_mut().insert(header::HOST, host);
        }
        let response = sender.send_request(request).await.map_err(broken)?;
        whole(response, self.target(), MAX_ANSWER).await
    }
}
