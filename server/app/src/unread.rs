//! Bodies that nobody reads to their end, as of a request that is refused by its head.
//!
//! A connection with the rest of a body on its way cannot take another request, so hyper closes it; and what then still arrives makes
//! the system reset it, by which the peer may lose the very answer that says why. So the rest is read, as long as it is small and soon
//! there, and thrown away.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::timeout;

/// Longest rest that is read, in bytes.
const REST: usize = 256 << 10;
/// It has so long to come.
const SOON: Duration = Duration::from_secs(5);

/// A request's body, whose rest is read when it is dropped.
pub(crate) struct Unread(Option<Incoming>);

/// The request with such a body. Who waits for leave to send it (`Expect: 100-continue`) is on no account given it by an end that nobody
/// reads.
pub(crate) fn unread(request: Request<Incoming>) -> Request<axum::body::Body> {
    if request.headers().contains_key(header::EXPECT) {
        return request.map(axum::body::Body::new);
    }
    request.map(|body| axum::body::Body::new(Unread(Some(body))))
}

impl Body for Unread {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        if !matches!(frame, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if body.size_hint().lower() > REST as u64 {
            return;
        }
        // Bodies are dropped by tasks of the server; without a runtime there is no connection either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(SOON, discard(body)));
        }
    }
}

async fn discard(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > REST {
            return;
        }
    }
}
