//! Console and agents at listeners of their own: nothing of the one is reached through the other.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server::{Server, certificates, config::Config, start};

const CONFIG: &str = "url = \"https://yagura.test\"\nagent_url = \"https://agents.test\"\n[listen]\nconsole = \"127.0.0.1:0\"\n\
    agents = \"127.0.0.1:0\"\n[tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\nauthority = \"ca.pem\"\n";

async fn opened() -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    certificates::ensure(dir.path(), "127.0.0.1").unwrap();
    let file = dir.path().join("yagura.toml");
    std::fs::write(&file, CONFIG).unwrap();
    let server = start(&Config::load(&file).unwrap()).await.unwrap();
    (dir, server)
}

async fn check(pem: &str, at: SocketAddr, method: Method, path: &str, expected: u16) {
    let tls = client_config(&Trust::Authorities { pem: pem.to_owned(), system: false }).unwrap();
    let target = Target::parse(&format!("https://{at}")).unwrap();
    let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
    let build = || Request::builder().method(method.clone()).uri(path).body(Bytes::from_static(b"{}")).unwrap();
    let answer = client.send(build).await.unwrap();
    assert_eq!(answer.status, StatusCode::from_u16(expected).unwrap(), "{method} {path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_enrols_where_agents_are_listened_for_and_nowhere_else() {
    let (dir, server) = opened().await;
    let pem = std::fs::read_to_string(dir.path().join("ca.pem")).unwrap();
    let (console, agents) = (server.address, server.agents);
    assert_ne!(console, agents);

    check(&pem, agents, Method::GET, "/agent/v1/keys", 200).await;
    // Not signed, but understood.
    check(&pem, agents, Method::POST, "/agent/v1/enrol", 403).await;
    check(&pem, agents, Method::POST, "/agent/v1/hello", 401).await;
    check(&pem, agents, Method::GET, "/api/v1/session", 404).await;
    check(&pem, console, Method::GET, "/api/v1/session", 401).await;
    check(&pem, console, Method::GET, "/agent/v1/keys", 404).await;
    check(&pem, console, Method::GET, "/readyz", 200).await;
    let server_of_agents = server.context().part::<yagura_endpoints::AgentAddress>().0.clone();
    assert_eq!(server_of_agents, "https://agents.test");
    server.stop().await;
}

/// What the server answers next, as far as the end of its head.
async fn head(stream: &mut TlsStream<TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(Duration::from_secs(20), stream.read_u8()).await.expect("the server answers");
        head.push(byte.expect("the connection is open"));
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_before_the_body_has_come_gets_the_answer_and_keeps_the_connection() {
    let (dir, server) = opened().await;
    let pem = std::fs::read_to_string(dir.path().join("ca.pem")).unwrap();
    let tls = client_config(&Trust::Authorities { pem, system: false }).unwrap();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = "127.0.0.1".try_into().unwrap();
    let mut stream = TlsConnector::from(tls).connect(name, stream).await.unwrap();
    // No such method there: nobody reads the body, and it is not there yet either.
    let head_of = |method: &str, length: usize| {
        format!(
            "{method} /readyz HTTP/1.1\r\nhost: yagura\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    stream.write_all(head_of("PUT", 8).as_bytes()).await.unwrap();
    let refused = head(&mut stream).await;
    assert!(refused.starts_with("http/1.1 405"), "{refused}");
    stream.write_all(b"{\"a\": 1}").await.unwrap();
    stream.write_all(head_of("GET", 0).as_bytes()).await.unwrap();
    let next = head(&mut stream).await;
    assert!(next.starts_with("http/1.1 200"), "{next}");
    server.stop().await;
}
