//! An organisation's proxy: CONNECT with a name and a password (RFC 9110 section 9.3.6), nothing else.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// `tanaka:secret`, as Basic authentication writes it (RFC 7617).
const CREDENTIALS: &str = "proxy-authorization: basic dgfuywthonnly3jlda==";

/// A proxy on loopback. Dropped, it ends.
pub struct Proxy {
    port: u16,
    tunnels: Arc<AtomicU32>,
    refused: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy that lets through who knows the password.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let (tunnels, refused) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
        let task = tokio::spawn(listen(listener, Arc::clone(&tunnels), Arc::clone(&refused)));
        Self { port, tunnels, refused, task }
    }

    /// Its address with the name and this password.
    #[must_use]
    pub fn address(&self, password: &str) -> String {
        format!("http://tanaka:{password}@127.0.0.1:{}", self.port)
    }

    /// How many tunnels were opened, and how many requests for one were refused.
    #[must_use]
    pub fn counts(&self) -> (u32, u32) {
        (self.tunnels.load(Ordering::SeqCst), self.refused.load(Ordering::SeqCst))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(listener: TcpListener, tunnels: Arc<AtomicU32>, refused: Arc<AtomicU32>) {
    while let Ok((client, _)) = listener.accept().await {
        let (tunnels, refused) = (Arc::clone(&tunnels), Arc::clone(&refused));
        tokio::spawn(async move {
            // A client that breaks off is its own matter.
            let _ = serve(client, &tunnels, &refused).await;
        });
    }
}

async fn serve(mut client: TcpStream, tunnels: &AtomicU32, refused: &AtomicU32) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let target = head.strip_prefix("connect ").and_then(|rest| rest.split(' ').next());
    let (Some(target), true) = (target, head.contains(CREDENTIALS)) else {
        refused.fetch_add(1, Ordering::SeqCst);
        return client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n").await;
    };
    let mut server = TcpStream::connect(target).await?;
    tunnels.fetch_add(1, Ordering::SeqCst);
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
