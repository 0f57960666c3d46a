//! Mail: settings that keep their password, the test's plain words, and an outbox that does not give up at once.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::TcpListener,
};
use yagura_mail::Mail;
use yagura_scenarios::{PostOffice, Protection};

use crate::harness::{House, on_both};

fn settings(office: &PostOffice, tls: &str) -> Value {
    json!({"host": "127.0.0.1", "port": office.port, "tls": tls, "from": "櫓 <yagura@example.jp>"})
}

async fn test(house: &House) -> Value {
    let to = json!({"to": "tanaka@example.jp"});
    house.admin("POST", "/api/v1/settings/mail-test", Some(&to)).await.expect(200)
}

async fn outbox(house: &House) -> Value {
    let health = house.admin("GET", "/api/v1/system/health", None).await.expect(200);
    health["components"].as_array().unwrap().iter().find(|c| c["name"] == "mail").unwrap().clone()
}

async fn enqueue(house: &House, subject: &str) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    let mail = Mail { to: "tanaka@example.jp".into(), subject: subject.into(), text: "本文\n".into() };
    yagura_mail::enqueue(ctx, &mut tx, &mail).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_test_mail_goes_out_over_every_protection_and_the_password_only_over_tls() {
    on_both(|house| async move {
        house.admin("POST", "/api/v1/settings/mail-test", Some(&json!({"to": "a@example.jp"}))).await.expect(409);
        for (protection, word) in
            [(Protection::None, "none"), (Protection::Starttls, "starttls"), (Protection::Tls, "tls")]
        {
            let office = PostOffice::open(house.dir(), protection).await;
            let mut mail = settings(&office, word);
            mail["username"] = json!("yagura");
            mail["password"] = json!("hunter2hunter2");
            if protection == Protection::None {
                let refused = house.settings(&json!({"mail": mail})).await.expect(422);
                assert_eq!(refused["errors"][0]["pointer"], "/mail/tls");
                mail = settings(&office, word);
            }
            let shown = house.settings(&json!({"mail": mail})).await.expect(200);
            assert_eq!(shown["mail"]["password_set"], protection != Protection::None);
            let tested = test(&house).await;
            assert_eq!(tested, json!({"accepted": true, "detail": "250 2.0.0 kept"}), "{word}");
            let taken = office.taken(1).await;
            assert!(taken[0].contains("To: tanaka@example.jp") && taken[0].contains("From: =?utf-8?"), "{taken:?}");
            let expected = if protection == Protection::None { vec![] } else { vec!["yagura hunter2hunter2"] };
            assert_eq!(office.signed_in(), expected);
        }
        let audit = house.admin("GET", "/api/v1/audit", None).await.expect(200).to_string();
        assert!(audit.contains("mail.test") && !audit.contains("hunter2"), "{audit}");
        let first_run = house.admin("GET", "/api/v1/first-run", None).await.expect(200).to_string();
        assert!(first_run.contains("127.0.0.1:") && !first_run.contains("hunter2"));
    });
}

#[test]
fn a_password_does_not_follow_to_another_server() {
    on_both(|house| async move {
        let (office, thief) = (
            PostOffice::open(house.dir(), Protection::Tls).await,
            PostOffice::open(house.dir(), Protection::Tls).await,
        );
        let mut mail = settings(&office, "tls");
        (mail["username"], mail["password"]) = (json!("yagura"), json!("hunter2hunter2"));
        house.settings(&json!({"mail": mail})).await.expect(200);
        mail.as_object_mut().unwrap().remove("password");
        house.settings(&json!({"mail": mail})).await.expect(200);
        mail["port"] = json!(thief.port);
        let refused = house.settings(&json!({"mail": mail})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/mail/password");
        house.settings(&json!({"organisation_name": "みなと精機"})).await.expect(200);
        assert_eq!(test(&house).await["accepted"], true);
        assert_eq!(office.signed_in(), ["yagura hunter2hunter2"]);
        let none = house.settings(&json!({"mail": null})).await.expect(200);
        assert_eq!(none["mail"], Value::Null);
    });
}

#[test]
fn a_mail_server_that_refuses_is_quoted() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::None).await;
        house.settings(&json!({"mail": settings(&office, "none")})).await.expect(200);
        office.refuse_once("550 5.1.1 no such person here");
        let tested = test(&house).await;
        assert_eq!(tested["accepted"], false);
        assert!(tested["detail"].as_str().unwrap().contains("5.1.1 no such person here"), "{tested}");
        let stranger = json!({"host": "127.0.0.1", "port": 1, "tls": "none", "from": "yagura@example.jp"});
        house.settings(&json!({"mail": stranger})).await.expect(200);
        let tested = test(&house).await;
        assert!(tested["detail"].as_str().unwrap().contains("refused"), "{tested}");
        // It speaks plainly, so a promise of TLS is not kept, and nothing is sent.
        house.settings(&json!({"mail": settings(&office, "starttls")})).await.expect(200);
        assert_eq!(test(&house).await["accepted"], false);
        assert_eq!(office.taken(0).await.len(), 0);
    });
}

#[test]
fn the_outbox_sends_once_there_are_settings_and_tries_again_when_told_to_wait() {
    on_both(|house| async move {
        enqueue(&house, "一つ目").await;
        let office = PostOffice::open(house.dir(), Protection::None).await;
        house.settings(&json!({"mail": settings(&office, "none")})).await.expect(200);
        office.refuse_once("451 4.7.1 come back later");
        enqueue(&house, "二つ目").await;
        house
            .until("the outbox says what keeps it", || async {
                outbox(&house).await["detail"].as_str().unwrap().contains("come back later")
            })
            .await;
        assert_eq!(outbox(&house).await["status"], "degraded");
        hurry(&house).await;
        office.taken(2).await;
        house.until("the outbox is empty", || async { outbox(&house).await["numbers"]["queued"] == 0.0 }).await;
        let (kept,): (String,) = sqlx::query_as("SELECT MAX(body) FROM mail_message")
            .fetch_one(house.server.context().db().read())
            .await
            .unwrap();
        assert_eq!(kept, "", "what was sent is not kept");
    });
}

#[test]
fn a_mail_that_is_refused_for_good_is_given_up() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::None).await;
        house.settings(&json!({"mail": settings(&office, "none")})).await.expect(200);
        office.refuse_once("550 5.1.1 no such person here");
        enqueue(&house, "だれにも").await;
        house.until("the outbox is empty", || async { outbox(&house).await["numbers"]["queued"] == 0.0 }).await;
        hurry(&house).await;
        assert_eq!(office.taken(0).await.len(), 0);
    });
}

/// As if the pauses before the next attempt were over.
async fn hurry(house: &House) {
    let mut tx = house.server.context().db().write().await.unwrap();
    sqlx::query("UPDATE mail_message SET next_at = created_at WHERE state = 'queued'").execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
}

/// A token endpoint: HTTP/1.1 in the clear, which gives the answers of the test's choice and keeps what it was asked.
struct TokenEndpoint {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TokenEndpoint {
    async fn open(answers: &[(u16, Value)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/tenant/token", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (keeps, mut answers): (_, VecDeque<_>) = (Arc::clone(&asked), answers.iter().cloned().collect());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufStream::new(stream);
                let (mut length, mut line) = (0, String::new());
                while stream.read_line(&mut line).await.unwrap() > 2 {
                    let head = line.to_lowercase();
                    if let Some(told) = head.strip_prefix("content-length:") {
                        length = told.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                keeps.lock().unwrap().push(String::from_utf8(body).unwrap());
                let (status, answer) = answers.pop_front().unwrap();
                let answer = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}",
                    answer.len()
                );
                stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{answer}").as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn by_token(office: &PostOffice, endpoint: &TokenEndpoint) -> Value {
    let mut mail = settings(office, "tls");
    mail["username"] = json!("yagura@example.jp");
    mail["password"] = json!("hunter2hunter2");
    mail["oauth"] = json!({"token_url": endpoint.url, "client_id": "櫓", "scope": "mail/.default"});
    mail
}

#[test]
fn a_token_is_signed_in_with_renewed_before_it_ends_and_asked_for_anew_when_it_is_not_taken() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::Tls).await;
        let granted = |token: &str, lasts: u64| {
            (200, json!({"access_token": token, "token_type": "Bearer", "expires_in": lasts}))
        };
        let endpoint = TokenEndpoint::open(&[
            granted("short", 0),
            granted("one", 3600),
            granted("two", 3600),
            granted("three", 3600),
        ])
        .await;
        let mail = by_token(&office, &endpoint);
        let shown = house.settings(&json!({"mail": mail})).await.expect(200);
        assert_eq!(
            (&shown["mail"]["password_set"], &shown["mail"]["oauth"]["client_id"]),
            (&json!(true), &json!("櫓"))
        );
        // What is over when it comes is asked for anew; what holds is used again.
        for _ in 0..3 {
            assert_eq!(test(&house).await["accepted"], true);
        }
        let token = |word: &str| format!("yagura@example.jp {word}");
        assert_eq!(office.signed_in(), [token("short"), token("one"), token("one")]);
        let asked =
            "grant_type=client_credentials&client_id=%E6%AB%93&client_secret=hunter2hunter2&scope=mail%2F.default";
        assert_eq!(endpoint.asked(), [asked, asked]);
        // The mail is not given up for that: the next time there is another token.
        office.shut_once();
        enqueue(&house, "一通").await;
        house
            .until("the mail server's refusal is told", || async {
                outbox(&house).await["detail"].as_str().unwrap().contains("not let in")
            })
            .await;
        hurry(&house).await;
        office.taken(4).await;
        assert_eq!(office.signed_in()[3..], [token("one"), token("two")]);
        let everything = [
            house.admin("GET", "/api/v1/settings", None).await.expect(200).to_string(),
            house.admin("GET", "/api/v1/audit", None).await.expect(200).to_string(),
        ];
        assert!(everything.iter().all(|text| !text.contains("hunter2")), "{everything:?}");
    });
}

#[test]
fn a_token_endpoint_that_refuses_is_named_and_quoted_without_the_secret() {
    on_both(|house| async move {
        let office = PostOffice::open(house.dir(), Protection::Tls).await;
        let refusal = json!({"error": "invalid_client", "error_description": "unknown secret hunter2hunter2"});
        let endpoint = TokenEndpoint::open(&[(401, refusal), (200, json!({"token": "no"}))]).await;
        let mail = by_token(&office, &endpoint);
        house.settings(&json!({"mail": mail})).await.expect(200);
        for words in
            ["answered 401 Unauthorized: {\"error\":\"invalid_client\"", "cannot be read: missing field `access_token`"]
        {
            let tested = test(&house).await;
            let detail = tested["detail"].as_str().unwrap();
            assert_eq!(tested["accepted"], false);
            assert!(
                detail.contains(&endpoint.url) && detail.contains(words) && !detail.contains("hunter2"),
                "{detail}"
            );
        }
        assert_eq!(office.signed_in(), Vec::<String>::new());
        let mut elsewhere = mail.clone();
        elsewhere["oauth"]["token_url"] = json!("https://evil.example/token");
        elsewhere.as_object_mut().unwrap().remove("password");
        let refused = house.settings(&json!({"mail": elsewhere})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/mail/password");
        elsewhere["oauth"]["token_url"] = json!("http://id.example/token");
        let refused = house.settings(&json!({"mail": elsewhere})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/mail/oauth/token_url");
    });
}
