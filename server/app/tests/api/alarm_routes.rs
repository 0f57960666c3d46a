//! Whom alarms are told to (V04): by class and group, at once or when nobody looks, by mail, in a chat, to a log collector.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::{TcpListener, UdpSocket},
};
use yagura_mail::Mail;
use yagura_scenarios::{PostOffice, Protection};
use yagura_vocabulary::{Clock as _, Event, Level, SystemClock};

use crate::{
    harness::{House, Reply, on_both, on_both_with},
    machine::{Machine, account},
};

/// Whatever takes webhooks: HTTP/1.1 in the clear, which answers with a status of the test's choice.
struct Chat {
    port: u16,
    status: Arc<AtomicU16>,
    taken: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Chat {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, taken) = (Arc::new(AtomicU16::new(200)), Arc::new(Mutex::new(Vec::new())));
        let (says, keeps) = (Arc::clone(&status), Arc::clone(&taken));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufStream::new(stream);
                let (mut head, mut line) = (Vec::new(), String::new());
                while stream.read_line(&mut line).await.unwrap() > 2 {
                    head.push(std::mem::take(&mut line));
                }
                let length = head
                    .iter()
                    .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                let mut body = vec![0; length.unwrap()];
                stream.read_exact(&mut body).await.unwrap();
                let status = says.load(Ordering::SeqCst);
                if status < 300 {
                    keeps.lock().unwrap().push((head[0].clone(), serde_json::from_slice(&body).unwrap()));
                }
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 4\r\nconnection: close\r\n\r\nsaid");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
        });
        Self { port, status, taken }
    }

    fn taken(&self) -> Vec<(String, Value)> {
        self.taken.lock().unwrap().clone()
    }
}

/// Something against a rule of this class.
fn violation(class: &str, uid: &str) -> Event {
    let mut event = Event::new(SystemClock.now(), "operation_log", "file.copy");
    event.level = Level::Alarm;
    (event.rule, event.class) = (Some(format!("rule-{class}")), Some(class.to_owned()));
    event.account = Some(account(&format!("user{uid}"), uid));
    event.target = Some("/media/usb/見積.xlsx".to_owned());
    event.with("rule_name", format!("規則 {class}"))
}

async fn with_etag(house: &House, method: &str, path: &str, body: Option<&Value>, etag: &Value) -> Reply {
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", etag.as_str().unwrap())];
    house.ask(method, path, &headers, body).await
}

async fn make(house: &House, route: &Value) -> Value {
    house.admin("POST", "/api/v1/alarm-routes", Some(route)).await.expect(201)
}

fn route(name: &str, to: &Value, more: &Value) -> Value {
    let mut route = json!({"name": name, "on": true, "to": to});
    route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    route
}

/// As if so many seconds had gone by for what waits to go out, and for when something was sent last.
async fn later(house: &House, seconds: i64) {
    let ctx = house.server.context();
    let mut tx = ctx.db().write().await.unwrap();
    for sql in [
        "UPDATE alarms_delivery SET next_at = next_at - $1 WHERE state = 'queued'",
        "UPDATE alarms_route_standing SET sent_at = sent_at - $1 WHERE sent_at IS NOT NULL",
    ] {
        sqlx::query(sql).bind(seconds * 1_000_000).execute(tx.on()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn states(house: &House) -> Vec<(String, i64)> {
    let sql = "SELECT state, COUNT(*) FROM alarms_delivery GROUP BY state ORDER BY state";
    sqlx::query_as(sql).fetch_all(house.server.context().db().read()).await.unwrap()
}

async fn with_mail(house: &House) -> PostOffice {
    let office = PostOffice::open(house.dir(), Protection::None).await;
    let mail = json!({"host": "127.0.0.1", "port": office.port, "tls": "none", "from": "yagura@example.jp"});
    house.settings(&json!({ "mail": mail })).await.expect(200);
    office
}

#[test]
fn v04_alarms_go_by_class_and_group_to_mailboxes_chats_and_collectors() {
    on_both(|house| async move {
        let (office, chat) = (with_mail(&house).await, Chat::open().await);
        let collector = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let root = groups["items"][0]["id"].clone();
        let sales = house.group("営業部").await;

        let mail = |to: &str| json!({"kind": "mail", "addresses": [to]});
        let url = format!("http://127.0.0.1:{}/hooks/secret?x=1", chat.port);
        let teams = json!({"kind": "chat", "service": "teams", "url": url});
        let receiver = json!({"transport": "udp", "host": "127.0.0.1", "port": collector.local_addr().unwrap().port()});
        let words =
            json!({"classes": ["removable_write"], "subject": "[%CLASS%] %RULE%", "line": "%HOST% %USER% %FILE%"});
        make(&house, &route("USB", &mail("usb@example.jp"), &words)).await;
        make(&house, &route("印刷", &mail("print@example.jp"), &json!({"classes": ["print"]}))).await;
        make(&house, &route("営業部", &mail("sales@example.jp"), &json!({"group": sales}))).await;
        make(&house, &route("全社", &teams, &json!({"group": root, "kinds": ["rule.alarm"]}))).await;
        make(&house, &route("SIEM", &json!({"kind": "syslog", "receiver": receiver}), &json!({}))).await;
        make(&house, &route("止めてある", &mail("off@example.jp"), &json!({"on": false}))).await;

        machine.tells(&violation("removable_write", "1000"));
        machine.send().await.unwrap();
        let mails = office.taken(1).await;
        assert!(mails[0].contains("To: usb@example.jp") && mails[0].contains("removable_write"), "{}", mails[0]);
        house.until("the chat was told", || async { chat.taken().len() == 1 }).await;
        let (first, body) = &chat.taken()[0];
        assert_eq!(first.trim_end(), "POST /hooks/secret?x=1 HTTP/1.1");
        let card = &body["attachments"][0]["content"];
        assert_eq!(card["body"][0]["text"], "規則 removable\\_write");
        let mut datagram = [0; 4096];
        let length = collector.recv(&mut datagram).await.unwrap();
        let line = String::from_utf8_lossy(&datagram[..length]).into_owned();
        assert!(line.contains("CEF:0|Yagura|Yagura|") && line.contains("dhost=PC-014 suser=user1000"), "{line}");
        house.until("everything is settled", || async { states(&house).await == [("sent".to_owned(), 3)] }).await;

        // What comes within five minutes goes out together; programs are told at once.
        machine.tells(&violation("removable_write", "1001"));
        machine.tells(&violation("removable_write", "1002"));
        machine.send().await.unwrap();
        for _ in 0..2 {
            collector.recv(&mut datagram).await.unwrap();
        }
        let waiting = || async { states(&house).await.first() == Some(&("queued".to_owned(), 4)) };
        house.until("mail and chat wait", waiting).await;
        later(&house, 300).await;
        let mails = office.taken(2).await;
        assert_eq!(mails[1].matches("PC-014 user").count(), 2, "{}", mails[1]);
        house.until("the chat was told", || async { chat.taken().len() == 2 }).await;
    });
}

#[test]
fn whoever_should_know_that_nobody_looks_is_told_only_then() {
    on_both(|house| async move {
        let office = with_mail(&house).await;
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let boss = json!({"kind": "mail", "addresses": ["boss@example.jp"]});
        make(&house, &route("だれも見ない", &boss, &json!({"open_for_min": 30, "classes": ["a", "b"]}))).await;
        machine.tells(&violation("a", "1000"));
        machine.tells(&violation("b", "1000"));
        machine.send().await.unwrap();
        let two = || async {
            house.admin("GET", "/api/v1/alarms", None).await.expect(200)["items"].as_array().unwrap().len() == 2
        };
        house.until("both are alarms", two).await;
        let alarms = house.admin("GET", "/api/v1/alarms", None).await.expect(200);
        let seen = alarms["items"].as_array().unwrap().iter().find(|alarm| alarm["detail"]["class"] == "a").unwrap();
        let path = format!("/api/v1/alarms/{}", seen["id"].as_str().unwrap());
        with_etag(&house, "PATCH", &path, Some(&json!({"state": "handling"})), &seen["etag"]).await.expect(200);
        later(&house, 1799).await;
        assert_eq!(states(&house).await, [("queued".to_owned(), 2)]);
        later(&house, 1).await;
        let mails = office.taken(1).await;
        assert!(mails[0].contains("To: boss@example.jp"), "{}", mails[0]);
        let settled = || async { states(&house).await == [("dropped".to_owned(), 1), ("sent".to_owned(), 1)] };
        house.until("the one that somebody looks at is dropped", settled).await;
    });
}

#[test]
fn a_place_that_refuses_is_asked_again_and_its_address_is_never_shown() {
    on_both(|house| async move {
        let chat = Chat::open().await;
        chat.status.store(500, Ordering::SeqCst);
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let url = format!("http://127.0.0.1:{}/secret", chat.port);
        let made =
            make(&house, &route("slack", &json!({"kind": "chat", "service": "slack", "url": url}), &json!({}))).await;
        assert_eq!((&made["host"], &made["to"]["url"]), (&json!("127.0.0.1"), &Value::Null));
        let path = format!("/api/v1/alarm-routes/{}", made["id"].as_str().unwrap());

        let tried = house.admin("POST", &format!("{path}/test"), None).await.expect(200);
        assert_eq!(tried["taken"], json!(false));
        assert!(tried["error"].as_str().unwrap().ends_with("answered 500 Internal Server Error: said"), "{tried}");

        machine.tells(&violation("a", "1000"));
        machine.send().await.unwrap();
        let list = || async { house.admin("GET", "/api/v1/alarm-routes", None).await.expect(200)["items"][0].clone() };
        // That the trial failed is known already: the alarm itself must have been refused.
        let refused = || async {
            let db = house.server.context().db().read();
            let tries: Option<(i64,)> =
                sqlx::query_as("SELECT attempts FROM alarms_delivery").fetch_optional(db).await.unwrap();
            tries == Some((1,))
        };
        house.until("it was refused", refused).await;
        assert_eq!(list().await["waiting"], 1);
        chat.status.store(200, Ordering::SeqCst);
        house.admin("POST", &format!("{path}/test"), None).await.expect(200);
        assert_eq!((chat.taken().len(), &list().await["failed_at"]), (1, &Value::Null), "a trial shows that it works");
        later(&house, 60).await;
        house.until("it was asked again", || async { chat.taken().len() == 2 }).await;
        house.until("it does well", || async { list().await["waiting"] == 0 && list().await["error"].is_null() }).await;
        assert_eq!(chat.taken()[1].1["text"], "規則 a");

        // Whoever changes something else keeps the address; whoever makes it another service has to give one.
        let change = route("Slack", &json!({"kind": "chat", "service": "slack"}), &json!({"least": "high"}));
        let changed = with_etag(&house, "PUT", &path, Some(&change), &made["etag"]).await.expect(200);
        assert_eq!((&changed["host"], &changed["name"]), (&json!("127.0.0.1"), &json!("Slack")));
        with_etag(&house, "PUT", &path, Some(&change), &made["etag"]).await.expect(409);
        let other = route("Slack", &json!({"kind": "chat", "service": "teams"}), &json!({}));
        let refused = with_etag(&house, "PUT", &path, Some(&other), &changed["etag"]).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/to/url");
        let audit = house.admin("GET", "/api/v1/audit", None).await.expect(200).to_string();
        assert!(audit.contains("alarm_route.update") && !audit.contains("/secret"), "{audit}");

        let twin = house.admin("POST", "/api/v1/alarm-routes", Some(&change_with_url(&change, &url))).await.expect(422);
        assert_eq!(twin["errors"][0]["pointer"], "/name");
        let groupless =
            route("b", &json!({"kind": "mail", "addresses": ["a@example.jp"]}), &json!({"group": "elsewhere"}));
        let refused = house.admin("POST", "/api/v1/alarm-routes", Some(&groupless)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/group");
        with_etag(&house, "DELETE", &path, None, &changed["etag"]).await.expect(204);
        assert_eq!(list().await, Value::Null);
        assert_eq!(states(&house).await, [], "what waited is gone with it");
    });
}

fn change_with_url(route: &Value, url: &str) -> Value {
    let mut route = route.clone();
    route["to"]["url"] = json!(url);
    route
}

/// Nobody looks for an hour unless a bell rings, and it rings when there is something to be seen.
#[test]
fn v04_a_mail_leaves_with_the_alarm_it_is_about_and_does_not_wait_for_the_next_look() {
    on_both_with(
        |_| "[outbox]\nlook_every_s = 3600\n".to_owned(),
        |house| async move {
            let office = with_mail(&house).await;
            let ctx = house.server.context();
            let mut tx = ctx.db().write().await.unwrap();
            let mail = Mail { to: "tanaka@example.jp".into(), subject: "先".into(), text: "本文\n".into() };
            yagura_mail::enqueue(ctx, &mut tx, &mail).await.unwrap();
            // Whoever was woken too early has looked by now, and seen nothing.
            for _ in 0..50 {
                let seen: (i64,) =
                    sqlx::query_as("SELECT COUNT(*) FROM mail_message").fetch_one(ctx.db().read()).await.unwrap();
                assert_eq!(seen, (0,));
            }
            tx.commit().await.unwrap();
            office.taken(1).await;
            make(&house, &route("全部", &json!({"kind": "mail", "addresses": ["joho@example.jp"]}), &json!({}))).await;
            let mut machine = Machine::enrol(&house, "PC-014").await;
            machine.tells(&violation("program", "1000"));
            machine.send().await.unwrap();
            let mails = office.taken(2).await;
            assert!(mails[1].contains("To: joho@example.jp"), "{}", mails[1]);
        },
    );
}
