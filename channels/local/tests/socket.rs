//! Both ends over a real socket.
#![cfg(unix)]

use std::{io::Write, os::unix::fs::PermissionsExt};

use uuid::Uuid;
use yagura_local::{Client, Error, FromAgent, FromSession, Server};
use yagura_vocabulary::{Time, id::NoticeId};

fn notice() -> FromAgent {
    FromAgent::ShowNotice {
        id: Uuid::from_u128(1),
        notice_id: NoticeId::new(),
        title: "停電のお知らせ".into(),
        text: "18時に電源を切ってください。".into(),
        at: Time::from_seconds(1_795_392_000),
        action: None,
    }
}

#[tokio::test]
async fn the_agent_knows_who_connects_and_both_ends_talk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run/agent.sock");
    let server = Server::bind(&path).unwrap();
    let mut client = Client::connect(&path).await.unwrap();
    let mut session = server.accept().await.unwrap();
    assert_eq!(session.peer().uid, rustix::process::geteuid().as_raw());
    assert_eq!(session.peer().pid, std::process::id());

    let hello = FromSession::Hello { display: true, language: "ja".into() };
    client.send(&hello).await.unwrap();
    assert_eq!(session.next().await.unwrap(), Some(hello));
    let notice = notice();
    session.send(&notice).await.unwrap();
    assert_eq!(client.next().await.unwrap(), Some(notice));

    drop(client);
    assert_eq!(session.next().await.unwrap(), None);
}

#[tokio::test]
async fn garbage_ends_that_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let server = Server::bind(&path).unwrap();
    let mut rude = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let mut rude_session = server.accept().await.unwrap();
    let mut polite = Client::connect(&path).await.unwrap();
    let mut session = server.accept().await.unwrap();

    rude.write_all(b"\x00\x00\x00\x02no").unwrap();
    assert!(matches!(rude_session.next().await, Err(Error::Garbage(_))));
    polite.send(&FromSession::NoticeShown { id: Uuid::from_u128(2) }).await.unwrap();
    assert_eq!(session.next().await.unwrap(), Some(FromSession::NoticeShown { id: Uuid::from_u128(2) }));
}

#[tokio::test]
async fn messages_of_newer_programs_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.sock");
    let server = Server::bind(&path).unwrap();
    let mut newer = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let mut session = server.accept().await.unwrap();
    for json in [r#"{"type":"clipboard"}"#, r#"{"type":"notice_closed","id":"00000000-0000-0000-0000-000000000003"}"#] {
        newer.write_all(&u32::try_from(json.len()).unwrap().to_be_bytes()).unwrap();
        newer.write_all(json.as_bytes()).unwrap();
    }
    assert_eq!(session.next().await.unwrap(), Some(FromSession::NoticeClosed { id: Uuid::from_u128(3) }));
}

#[tokio::test]
async fn a_socket_in_use_is_not_taken_over_and_a_left_over_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run/agent.sock");
    std::fs::create_dir(folder.path().join("run")).unwrap();
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let server = Server::bind(&path).unwrap();
    assert!(matches!(Server::bind(&path), Err(Error::Taken(_))));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, if rustix::process::geteuid().is_root() { 0o666 } else { 0o600 });
    drop(server);
    assert!(!path.exists());
}
