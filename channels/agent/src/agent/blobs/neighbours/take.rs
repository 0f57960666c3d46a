//! The side that takes: a line to one neighbour, over which chunks come one after the other.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::tls::NearKey;
use crate::wire::{
    blob::Content,
    neighbour::{Neighbour, chunk_length, opening},
};

/// A neighbour on the same segment answers at once, or is away.
const CONNECT: Duration = Duration::from_secs(4);
/// A chunk of a megabyte that takes longer comes faster from the server.
const CHUNK: Duration = Duration::from_secs(20);

/// Why there is no chunk from this neighbour.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It is away, is another, does not believe us, or hung up.
    #[error("the neighbour is away or does not give: {0}")]
    Away(#[from] io::Error),
    /// It takes too long.
    #[error("the neighbour is too slow")]
    Slow,
    /// What it gave is not what was asked for.
    #[error("the neighbour gave something else")]
    Lied,
}

/// A line to a neighbour that has the content.
pub struct Line(TlsStream<TcpStream>);

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::other(error)
}

impl Line {
    /// A line to this neighbour, which must have the key that the server named. `pass` is the server's signed answer.
    ///
    /// # Errors
    /// When it is away, or is another.
    pub async fn open(key: &NearKey, to: &Neighbour, pass: &[u8]) -> Result<Self, Trouble> {
        let opening = opening(pass).map_err(other)?;
        let config = key.client(to.key).map_err(other)?;
        let connect = async {
            let stream = TcpStream::connect(to.address).await?;
            stream.set_nodelay(true)?;
            let name = std::net::IpAddr::V4(*to.address.ip()).into();
            let mut line = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
            line.write_all(&opening).await?;
            line.flush().await?;
            io::Result::Ok(Self(line))
        };
        Ok(timeout(CONNECT, connect).await.map_err(|_| Trouble::Slow)??)
    }

    /// One chunk, checked.
    ///
    /// # Errors
    /// When it does not come in time or is not that chunk; the line is of no use any more then.
    pub async fn chunk(&mut self, content: &Content, chunk: usize) -> Result<Vec<u8>, Trouble> {
        let number = u32::try_from(chunk).map_err(other)?;
        let ask = async {
            self.0.write_all(&number.to_be_bytes()).await?;
            self.0.flush().await?;
            let mut head = [0; 4];
            self.0.read_exact(&mut head).await?;
            let mut bytes = vec![0; chunk_length(head).map_err(|_| Trouble::Lied)?];
            self.0.read_exact(&mut bytes).await?;
            Ok::<_, Trouble>(bytes)
        };
        let bytes = timeout(CHUNK, ask).await.map_err(|_| Trouble::Slow)??;
        if content.fits(chunk, &bytes) { Ok(bytes) } else { Err(Trouble::Lied) }
    }
}
