//! A cable that can be pulled: a TCP relay on loopback.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A relay to one port. Dropped, it ends.
pub struct Relay {
    port: u16,
    joined: Arc<watch::Sender<bool>>,
    task: JoinHandle<()>,
}

impl Relay {
    /// A relay to `port`, joined.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let own = listener.local_addr().expect("a listener has an address").port();
        let joined = Arc::new(watch::Sender::new(true));
        let task = tokio::spawn(listen(listener, port, Arc::clone(&joined)));
        Self { port: own, joined, task }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Cuts everything that passes. New connections wait and get nowhere, as in a network that swallows packets.
    pub fn cut(&self) {
        self.joined.send_replace(false);
    }

    /// Joins it again.
    pub fn join(&self) {
        self.joined.send_replace(true);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, port: u16, joined: Arc<watch::Sender<bool>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut joined = joined.subscribe();
        tokio::spawn(async move {
            let to = SocketAddr::from(([127, 0, 0, 1], port));
            if joined.wait_for(|joined| *joined).await.is_err() {
                return;
            }
            let Ok(mut server) = TcpStream::connect(to).await else { return };
            // Either side may end it, and so may the cut; which of them did is nobody's business here.
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                _ = joined.wait_for(|joined| !*joined) => {}
            }
        });
    }
}
