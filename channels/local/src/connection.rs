//! A stream of messages in both directions.

use std::{marker::PhantomData, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};

use crate::{Error, frame};

/// Who does not read for this long is given up.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Connection<In, Out> {
    stream: UnixStream,
    read: Vec<u8>,
    kinds: PhantomData<fn(Out) -> In>,
}

impl<In: DeserializeOwned, Out: Serialize> Connection<In, Out> {
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self { stream, read: Vec::new(), kinds: PhantomData }
    }

    /// The next message, or nothing when the other end is gone. Cancel safe: what was read stays in the buffer.
    pub(crate) async fn next(&mut self) -> Result<Option<In>, Error> {
        loop {
            if let Some(message) = frame::decode(&mut self.read)? {
                return Ok(Some(message));
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }

    pub(crate) async fn send(&mut self, message: &Out) -> Result<(), Error> {
        let bytes = frame::encode(message)?;
        timeout(PATIENCE, self.stream.write_all(&bytes)).await.map_err(|_| Error::Stuck)?.map_err(Error::Broken)
    }
}
