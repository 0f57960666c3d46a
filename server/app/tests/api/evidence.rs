//! The head of the journal leaves the machine, and shows later that nothing was rewritten.

use std::{path::Path, sync::Arc};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;
use yagura_events::{
    embedded::WrittenHead,
    server::{EvidenceStanding, evidence_due, evidence_standing},
};
use yagura_scenarios::{PostOffice, Protection};
use yagura_server_kit::Role;

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

const EVIDENCE: &str = "/api/v1/events/evidence";

/// TLS with the certificate in this folder.
fn acceptor(dir: &Path) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(dir.join("server.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    TlsAcceptor::from(Arc::new(config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap()))
}

/// A syslog receiver over TCP, or TLS with the certificate in `tls`: its port, and the frames that come.
async fn receiver(tls: Option<&Path>) -> (u16, mpsc::UnboundedReceiver<String>) {
    let acceptor = tls.map(acceptor);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut frame = String::new();
            match &acceptor {
                None => stream.read_to_string(&mut frame).await.unwrap(),
                Some(acceptor) => acceptor.accept(stream).await.unwrap().read_to_string(&mut frame).await.unwrap(),
            };
            // The test may be over.
            let _ = tell.send(frame);
        }
    });
    (port, told)
}

/// A service with one bucket, `shoko`, that the key `AKIA` opens: its address, and each request that comes, head and body.
async fn bucket(dir: &Path) -> (String, mpsc::UnboundedReceiver<(String, String)>) {
    let acceptor = acceptor(dir);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(acceptor.accept(stream).await.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let from = head.len();
                stream.read_line(&mut head).await.unwrap();
                let line = head[from..].to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let answer = if head.starts_with("PUT /shoko/") && head.contains("X-Amz-Credential=AKIA%2F") {
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
            } else {
                let text = "<Error><Code>AccessDenied</Code><Message>Not with this key</Message></Error>";
                format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len())
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
            // The other side may have hung up already.
            let _ = stream.shutdown().await;
            let _ = tell.send((head, String::from_utf8(body).unwrap()));
        }
    });
    (address, told)
}

async fn set(house: &House, settings: &Value, status: u16) -> Value {
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
    house.ask("PUT", EVIDENCE, &headers, Some(settings)).await.expect(status)
}

async fn shown(house: &House) -> Value {
    house.admin("GET", EVIDENCE, None).await.expect(200)
}

/// Waits until every delivery of the newest head has come to this state.
async fn all(house: &House, state: &str) -> Value {
    let newest = || async {
        evidence_due(house.server.context()).await.unwrap();
        let head = shown(house).await["heads"][0].clone();
        let over = head["deliveries"].as_array().is_some_and(|all| all.iter().all(|one| one["state"] == state));
        over.then_some(head)
    };
    house.until("the head has left", || async { newest().await.is_some() }).await;
    newest().await.unwrap()
}

async fn something_happens(house: &House) {
    let mut machine = Machine::enrol(house, "PC-014").await;
    machine.runs(&account("tanaka", "1000"), "excel.exe");
    machine.send().await.unwrap();
}

#[test]
fn a_head_goes_by_mail_over_syslog_and_into_a_folder_and_each_place_gets_the_same() {
    on_both(|house| async move {
        something_happens(&house).await;
        let office = PostOffice::open(house.dir(), Protection::Starttls).await;
        let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "starttls", "from": "yagura@example.jp"});
        house.settings(&json!({"mail": mail})).await.expect(200);
        let ((tcp, mut over_tcp), (tls, mut over_tls)) = (receiver(None).await, receiver(Some(house.dir())).await);
        let folder = tempfile::tempdir().unwrap();
        house.admin("POST", &format!("{EVIDENCE}/send"), None).await.expect(409);
        let places = json!([
            {"kind": "mail", "to": "audit@example.jp"},
            {"kind": "syslog", "transport": "tcp", "host": "127.0.0.1", "port": tcp},
            {"kind": "syslog", "transport": "tls", "host": "127.0.0.1", "port": tls},
            {"kind": "folder", "path": folder.path()},
        ]);
        let after = set(&house, &json!({"hour": 6, "destinations": places}), 200).await;
        assert_eq!((&after["settings"]["destinations"], &after["heads"]), (&places, &json!([])));
        house.admin("POST", &format!("{EVIDENCE}/send"), None).await.expect(202);
        let head = all(&house, "done").await;
        assert_eq!((head["deliveries"].as_array().unwrap().len(), &head["asked_by"]), (4, &json!("admin")), "{head}");
        let shown = shown(&house).await;
        assert!(!shown["last_left_at"].is_null() && shown["stuck_since"].is_null(), "{shown}");

        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let written = WrittenHead::read(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!((json!(written.position), json!(written.hash)), (head["position"].clone(), head["hash"].clone()));
        assert_eq!(json!(written.key), shown["key"]);
        for frame in [over_tcp.recv().await.unwrap(), over_tls.recv().await.unwrap()] {
            let (count, message) = frame.split_once(' ').unwrap();
            assert_eq!(count.parse::<usize>().unwrap(), message.len(), "counted octets");
            assert!(message.starts_with("<109>1 ") && message.contains(" JOURNALHEAD "), "{message}");
            assert_eq!(WrittenHead::read(message), Ok(written.clone()));
        }
        assert!(office.taken(1).await[0].contains("To: audit@example.jp"));
        let audit = house.admin("GET", "/api/v1/audit?action=events.evidence.update", None).await.expect(200);
        assert_eq!(audit["items"][0]["after"]["destinations"], places, "{audit}");
        house.admin("GET", "/api/v1/audit?action=events.evidence.send", None).await.expect(200);
    });
}

#[test]
fn a_head_goes_each_day_once_and_not_for_an_hour_that_was_over_before() {
    on_both(|house| async move {
        something_happens(&house).await;
        let folder = tempfile::tempdir().unwrap();
        set(&house, &json!({"hour": 3, "destinations": [{"kind": "folder", "path": folder.path()}]}), 200).await;
        let ctx = house.server.context();
        evidence_due(ctx).await.unwrap();
        assert_eq!(shown(&house).await["heads"], json!([]), "today's hour was over");
        let mut tx = ctx.db().write().await.unwrap();
        sqlx::query("UPDATE events_evidence SET changed_at = 1").execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let head = all(&house, "done").await;
        assert_eq!(head["asked_by"], Value::Null);
        evidence_due(ctx).await.unwrap();
        assert_eq!(shown(&house).await["heads"].as_array().unwrap().len(), 1, "once a day");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    });
}

#[test]
fn a_place_that_cannot_be_reached_is_tried_again_and_told_of_after_two_days() {
    on_both(|house| async move {
        something_happens(&house).await;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("worm");
        set(&house, &json!({"hour": 3, "destinations": [{"kind": "folder", "path": place}]}), 200).await;
        house.admin("POST", &format!("{EVIDENCE}/send"), None).await.expect(202);
        let failing = || async { shown(&house).await["heads"][0]["deliveries"][0].clone() };
        house.until("the first attempt", || async { failing().await["attempts"] == 1 }).await;
        let delivery = failing().await;
        assert!(delivery["error"].as_str().unwrap().contains("worm"), "{delivery}");
        assert_eq!((&delivery["state"], delivery["next_at"].is_null()), (&json!("queued"), false));
        let ctx = house.server.context();
        assert_eq!(evidence_standing(ctx).await.unwrap(), EvidenceStanding::Leaves(None));
        let due = async |statement: &'static str| {
            let mut tx = ctx.db().write().await.unwrap();
            sqlx::query(statement).execute(tx.on()).await.unwrap();
            tx.commit().await.unwrap();
        };
        due("UPDATE events_evidence SET changed_at = 1").await;
        assert!(matches!(evidence_standing(ctx).await.unwrap(), EvidenceStanding::Stuck { error: Some(_), .. }));
        yagura_alarms::look(ctx).await.unwrap();
        let alarms = house.admin("GET", "/api/v1/alarms", None).await.expect(200).to_string();
        assert!(alarms.contains("events.head_stuck"), "{alarms}");
        let health = house.admin("GET", "/api/v1/system/health", None).await.expect(200);
        let line = health["components"].as_array().unwrap().iter().find(|one| one["name"] == "evidence").unwrap();
        assert_eq!(line["status"], "degraded", "{line}");
        std::fs::create_dir(&place).unwrap();
        due("UPDATE events_head_delivery SET next_at = 1 WHERE state = 'queued'").await;
        all(&house, "done").await;
        assert!(matches!(evidence_standing(ctx).await.unwrap(), EvidenceStanding::Leaves(Some(_))));
        yagura_alarms::look(ctx).await.unwrap();
        let open = house.admin("GET", "/api/v1/alarms?state=open", None).await.expect(200).to_string();
        assert!(!open.contains("events.head_stuck"), "{open}");
    });
}

#[test]
fn the_journal_is_given_link_by_link_to_whoever_may_read_the_audit_log() {
    on_both(|house| async move {
        something_happens(&house).await;
        let part = house.admin("GET", &format!("{EVIDENCE}/journal?limit=1"), None).await.expect(200);
        assert!(part["items"].as_array().unwrap().len() <= 1 && part["vouched"].is_object(), "{part}");
        house.admin("GET", &format!("{EVIDENCE}/journal?limit=0"), None).await.expect(422);
        let operator = format!("Bearer {}", house.token_of(Role::Operator).await);
        house.ask("GET", &format!("{EVIDENCE}/journal"), &[("authorization", &operator)], None).await.expect(403);
        set(&house, &json!({"hour": 24, "destinations": []}), 422).await;
        set(&house, &json!({"hour": 3, "destinations": [{"kind": "folder", "path": "worm"}]}), 422).await;
    });
}

#[test]
fn a_head_goes_into_a_bucket_whose_key_is_kept_for_it_alone_and_never_shown() {
    on_both(|house| async move {
        something_happens(&house).await;
        let (address, mut put) = bucket(house.dir()).await;
        let place = |with: Value| {
            let mut place = json!({"kind": "s3", "endpoint": address, "region": "jp", "bucket": "shoko", "prefix": "yagura", "key_id": "AKIA"});
            place.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
            json!({"hour": 6, "destinations": [place]})
        };
        let refused = set(&house, &place(json!({})), 422).await;
        assert_eq!(refused["errors"][0]["pointer"], "/destinations/0/secret", "{refused}");
        let after = set(&house, &place(json!({"secret": "hunter2"})), 200).await;
        assert_eq!(after["settings"], place(json!({})), "the key is not in it");
        house.admin("POST", &format!("{EVIDENCE}/send"), None).await.expect(202);
        all(&house, "done").await;
        let (head, body) = put.recv().await.unwrap();
        let written = WrittenHead::read(&body).unwrap();
        let number = format!("PUT /shoko/yagura/journal-head-{:012}-", written.position);
        assert!(head.starts_with(&number) && head.contains("x-amz-checksum-sha256: "), "{head}");

        // What stays is kept, also with another folder in it; for anything else the key is asked for again.
        set(&house, &place(json!({"prefix": "elsewhere"})), 200).await;
        for other in
            [json!({"bucket": "evil"}), json!({"key_id": "other"}), json!({"endpoint": "https://evil.example"})]
        {
            set(&house, &place(other), 422).await;
        }
        set(&house, &place(json!({"bucket": "other", "secret": "hunter2"})), 200).await;
        house.admin("POST", &format!("{EVIDENCE}/send"), None).await.expect(202);
        let failing = || async { shown(&house).await["heads"][0]["deliveries"][0].clone() };
        house.until("the first attempt", || async { failing().await["attempts"] == 1 }).await;
        let error = failing().await["error"].as_str().unwrap().to_owned();
        assert!(
            error.contains("into the bucket other: 403") && error.contains("AccessDenied: Not with this key"),
            "{error}"
        );

        let audit = house.admin("GET", "/api/v1/audit?limit=100", None).await.expect(200).to_string();
        assert!(audit.contains("events.evidence.update") && !audit.contains("hunter2"), "{audit}");
        assert!(!shown(&house).await.to_string().contains("hunter2"));
        set(&house, &json!({"hour": 6, "destinations": []}), 200).await;
        let mut on = house.server.context().db().read().acquire().await.unwrap();
        let (kept,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM events_evidence_secret").fetch_one(&mut *on).await.unwrap();
        assert_eq!(kept, 0, "a key that nothing needs is forgotten");
    });
}
