//! One HTTP/1.1 connection to one server, kept open between requests.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{sync::Mutex, time::timeout};

use crate::{Dial, DialError, Target};

/// Bytes of an answer.
pub(crate) const MAX_ANSWER: usize = 64 << 20;

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The connection broke.
    #[error("failed to send a request to {0}: {1}")]
    Broken(Target, #[source] hyper::Error),
    /// The answer is larger than the caller allows.
    #[error("the answer of {0} is larger than {1} bytes or broke off")]
    TooLarge(Target, usize),
    /// No answer in time.
    #[error("{0} did not answer within {1:?}")]
    Timeout(Target, Duration),
}

/// A client of one server. Requests go one after the other over one connection, which is opened anew when it has ended.
pub struct HttpClient {
    dial: Arc<dyn Dial>,
    target: Target,
    patience: Duration,
    max_answer: usize,
    connection: Mutex<Option<SendRequest<Full<Bytes>>>>,
}

impl HttpClient {
    /// A client of `target`: 60 seconds and 64 MiB for an answer.
    #[must_use]
    pub fn new(dial: Arc<dyn Dial>, target: Target) -> Self {
        Self { dial, target, patience: Duration::from_secs(60), max_answer: MAX_ANSWER, connection: Mutex::new(None) }
    }

    /// The same with another limit of time for one answer.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whom it talks to.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What it connects with.
    #[must_use]
    pub fn dial(&self) -> &Arc<dyn Dial> {
        &self.dial
    }

    /// Sends what `build` makes and reads the whole answer. When a kept connection turns out to have ended, a new one is
    /// opened and `build` is called again, so that a signature is made anew.
    ///
    /// # Errors
    /// When there is no connection, it breaks, or the answer is late or too large.
    pub async fn send(&self, build: impl Fn() -> Request<Bytes>) -> Result<Answer, HttpError> {
        match timeout(self.patience, self.exchange(build)).await {
            Ok(result) => result,
            Err(_) => Err(HttpError::Timeout(self.target.clone(), self.patience)),
        }
    }

    async fn exchange(&self, build: impl Fn() -> Request<Bytes>) -> Result<Answer, HttpError> {
        // The guard is held for the whole exchange: it is what makes requests go one after the other. A future dropped
        // half way leaves `None` behind, because a half-used connection must not be used again.
        let mut slot = self.connection.lock().await;
        if let Some(mut kept) = slot.take().filter(|kept| !kept.is_closed()) {
            match self.attempt(&mut kept, build()).await {
                Ok(answer) => {
                    *slot = Some(kept);
                    return Ok(answer);
                }
                Err(HttpError::Broken(..)) => {}
                Err(other) => return Err(other),
            }
        }
        let mut fresh = self.open().await?;
        let answer = self.attempt(&mut fresh, build()).await?;
        *slot = Some(fresh);
        Ok(answer)
    }

    async fn open(&self) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let stream = self.dial.dial(&self.target).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| HttpError::Broken(self.target.clone(), error))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
        Ok(sender)
    }

    async fn attempt(
        &self,
        connection: &mut SendRequest<Full<Bytes>>,
        request: Request<Bytes>,
    ) -> Result<Answer, HttpError> {
        let broken = |error| HttpError::Broken(self.target.clone(), error);
        let mut request = request.map(Full::new);
        if !request.headers().contains_key(header::HOST)
            && let Ok(host) = self.target.authority().parse()
        {
            request.headers_mut().insert(header::HOST, host);
        }
        connection.ready().await.map_err(broken)?;
        let response = connection.send_request(request).await.map_err(broken)?;
        whole(response, &self.target, self.max_answer).await
    }
}

/// Reads an answer to its end.
pub(crate) async fn whole(response: Response<Incoming>, target: &Target, most: usize) -> Result<Answer, HttpError> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, most).collect().await.map_err(|_| HttpError::TooLarge(target.clone(), most))?;
    Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
}
