//! A road to the engine that can be bad in the ways that roads are.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// What happens to what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    /// It arrives, and so does the answer.
    Good,
    /// Nobody can be reached.
    Closed,
    /// It arrives; the answer is lost. The next one arrives again.
    AnswerLostOnce,
    /// It is under way, and whoever sent it is cut off.
    Slow,
}

/// A road to one address.
pub(crate) struct Proxy {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

struct Shared {
    target: String,
    road: Mutex<Road>,
    connections: Mutex<JoinSet<()>>,
    /// Requests that are under way.
    held: watch::Sender<Vec<Vec<u8>>>,
}

impl Proxy {
    pub(crate) async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: url.trim_start_matches("http://").to_owned(),
            road: Mutex::new(Road::Good),
            connections: Mutex::default(),
            held: watch::Sender::default(),
        });
        let mut accepting = JoinSet::new();
        let of_task = shared.clone();
        accepting.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = of_task.clone();
                of_task.connections.lock().unwrap().spawn(async move { shared.serve(client).await });
            }
        });
        Self { url: format!("http://{address}"), shared, _accepting: accepting }
    }

    /// Changes the road; connections that are open are cut.
    pub(crate) fn becomes(&self, road: Road) {
        *self.shared.road.lock().unwrap() = road;
        *self.shared.connections.lock().unwrap() = JoinSet::new();
    }

    /// Waits until something is under way.
    pub(crate) async fn something_is_under_way(&self) {
        self.shared.held.subscribe().wait_for(|held| !held.is_empty()).await.unwrap();
    }

    /// Lets the first of what is under way arrive.
    pub(crate) async fn arrives_late(&self) {
        let request = self.shared.held.borrow().first().cloned().unwrap();
        let answer = self.shared.pass(&request).await;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
}

impl Shared {
    async fn serve(&self, mut client: TcpStream) {
        let road = *self.road.lock().unwrap();
        match road {
            Road::Closed => {}
            Road::Good => {
                let mut server = TcpStream::connect(&self.target).await.unwrap();
                // Either end may hang up.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
            Road::AnswerLostOnce => {
                *self.road.lock().unwrap() = Road::Good;
                let request = read_request(&mut client).await;
                self.pass(&request).await;
            }
            Road::Slow => {
                let request = read_request(&mut client).await;
                self.held.send_modify(|held| held.push(request));
            }
        }
    }

    /// Sends a request and waits for the beginning of the answer.
    async fn pass(&self, request: &[u8]) -> Vec<u8> {
        let mut server = TcpStream::connect(&self.target).await.unwrap();
        server.write_all(request).await.unwrap();
        let mut answer = vec![0; 64];
        let length = server.read(&mut answer).await.unwrap();
        answer.truncate(length);
        answer
    }
}

/// One whole request: with a length, or in chunks.
async fn read_request(client: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = client.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..length]);
        if length == 0 || is_whole(&request) {
            return request;
        }
    }
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    match head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
        Some(length) => request.len() >= end + 4 + length.trim().parse::<usize>().unwrap(),
        None => request.ends_with(b"\r\n0\r\n\r\n"),
    }
}
