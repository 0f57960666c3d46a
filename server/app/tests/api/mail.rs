//! Mail: settings that keep their password, the test's plain words, and an outbox that does not give up at once.

use serde_json::{Value, json};
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
