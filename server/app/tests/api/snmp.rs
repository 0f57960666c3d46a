//! Devices without an agent (A03): a real snmpd that pretends to be a printer is registered, asked, stopped and found again; what
//! answers nonsense costs nothing but its own state.

use std::{
    collections::BTreeMap,
    net::UdpSocket,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use yagura_channel::wire::state::{Report, Section};
use yagura_server_kit::Role;

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

/// A printer as the MIBs describe it, in the words of snmpd.conf. The place is 本社3階 in CP932.
const PRINTER: &str = r#"
rocommunity minato 127.0.0.1
createUser signer SHA "signed words"
createUser keeper SHA-256 "signed words" AES "hidden words"
rouser signer auth
rouser keeper priv
sysName mfp-3f
sysContact joho@minato.example
override 1.3.6.1.2.1.1.1.0 octet_str "RICOH IM C4510 1.10"
override 1.3.6.1.2.1.1.2.0 object_id 1.3.6.1.4.1.367.1.1
override 1.3.6.1.2.1.1.6.0 octet_str 0x967b8ed0338a4b
override 1.3.6.1.2.1.43.5.1.1.17.1 octet_str "3A81-220145"
override 1.3.6.1.2.1.43.10.2.1.4.1.1 counter 182344
override 1.3.6.1.2.1.43.11.1.1.5.1.1 integer 3
override 1.3.6.1.2.1.43.11.1.1.6.1.1 octet_str "Black Toner"
override 1.3.6.1.2.1.43.11.1.1.8.1.1 integer 100
override 1.3.6.1.2.1.43.11.1.1.9.1.1 integer 40
override 1.3.6.1.2.1.43.11.1.1.5.1.2 integer 3
override 1.3.6.1.2.1.43.11.1.1.6.1.2 octet_str "Cyan Toner"
override 1.3.6.1.2.1.43.11.1.1.8.1.2 integer 100
override 1.3.6.1.2.1.43.11.1.1.9.1.2 integer 8
override 1.3.6.1.2.1.43.11.1.1.5.1.3 integer 3
override 1.3.6.1.2.1.43.11.1.1.6.1.3 octet_str "Magenta Toner"
override 1.3.6.1.2.1.43.11.1.1.8.1.3 integer -2
override 1.3.6.1.2.1.43.11.1.1.9.1.3 integer -3
"#;

/// Debian's snmpd with a configuration of its own, on loopback.
struct Snmpd {
    program: PathBuf,
    dir: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Snmpd {
    /// `None`, said where the results are, where there is none.
    fn new() -> Option<Self> {
        Self::with(PRINTER)
    }

    /// The same with another configuration.
    #[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
    fn with(configuration: &str) -> Option<Self> {
        let program = Path::new("/usr/sbin/snmpd");
        if !program.exists() {
            println!("SKIPPED: no snmpd is installed");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("snmpd.conf"), configuration).unwrap();
        let mut made = Self { program: program.to_owned(), dir, port: free_port(), child: None };
        made.start();
        Some(made)
    }

    fn start(&mut self) {
        let log = std::fs::File::create(self.dir.path().join("log")).unwrap();
        let child = Command::new(&self.program)
            .args(["-f", "-Lo", "-C", "-m", "", "-c"])
            .arg(self.dir.path().join("snmpd.conf"))
            .arg(format!("udp:127.0.0.1:{}", self.port))
            .env("SNMP_PERSISTENT_DIR", self.dir.path().join("persistent"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Drop for Snmpd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What becomes of a question.
type Answering = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;

/// Something at a port that answers all questions with what `answer` makes of them, until it is dropped.
struct Responder {
    port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Responder {
    fn new(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let (port, stop) = (socket.local_addr().unwrap().port(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut question = [0; 2048];
            while !stopped.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut question) {
                    drop(socket.send_to(&answer(&question[..length]), from));
                }
            }
        });
        Self { port, stop, thread: Some(thread) }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A value of BER with a length of two bytes.
fn ber(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], content].concat()
}

/// The number of a question of v2c, as it stands there, and whether a table is asked for.
fn question(bytes: &[u8]) -> (Vec<u8>, bool) {
    // Version and community have short lengths, and what is asked fits into one packet of some hundred bytes.
    let community = bytes.windows(6).position(|window| window == b"minato").unwrap() + 6;
    let is_bulk = bytes[community] == 0xa5;
    let number = (community..).find(|at| bytes[*at] == 2).unwrap();
    let end = number + 2 + usize::from(bytes[number + 1]);
    (bytes[number..end].to_vec(), is_bulk)
}

/// An answer of v2c with these rows, each a name and a value in BER.
fn answer(number: &[u8], rows: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let rows: Vec<u8> =
        rows.iter().flat_map(|(name, value)| ber(0x30, &[ber(6, name), value.clone()].concat())).collect();
    let pdu = ber(0xa2, &[number, &[2, 1, 0, 2, 1, 0], &ber(0x30, &rows)].concat());
    ber(0x30, &[&[2, 1, 1][..], &ber(4, b"minato"), &pdu].concat())
}

const SYS_DESCR: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 1, 0];

async fn credential(house: &House, body: Value) -> String {
    let made = house.admin("POST", "/api/v1/assets/snmp-credentials", Some(&body)).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn v2c(house: &House, name: &str, community: &str) -> String {
    credential(house, json!({"name": name, "version": "v2c", "community": community})).await
}

/// A device at this port; its id.
async fn device(house: &House, port: u16, credential: &str) -> String {
    let body = json!({"host": "127.0.0.1", "port": port, "credential": credential});
    let made = house.admin("POST", "/api/v1/assets/devices", Some(&body)).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn shown(house: &House, id: &str) -> Value {
    house.admin("GET", &format!("/api/v1/assets/devices/{id}"), None).await.expect(200)
}

/// Asks it now, until its state is the wanted one: a program that was just started does not listen yet.
async fn becomes(house: &House, id: &str, state: &str) -> Value {
    let path = format!("/api/v1/assets/devices/{id}/test");
    house
        .until(&format!("the device is {state}"), || async {
            house.admin("POST", &path, None).await.expect(200)["state"] == state
        })
        .await;
    shown(house, id).await
}

/// Changes a device whatever its version is.
async fn change(house: &House, id: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {}", house.admin);
    let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
    house.ask("PATCH", &format!("/api/v1/assets/devices/{id}"), &headers, Some(body)).await.expect(200)
}

async fn alarms(house: &House, kind: &str) -> Vec<Value> {
    yagura_alarms::look(house.server.context()).await.unwrap();
    let page = house.admin("GET", &format!("/api/v1/alarms?kind={kind}"), None).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[test]
fn a_printer_that_is_registered_is_in_the_ledger_with_its_toner_and_turns_red_when_it_is_gone() {
    on_both(|house| async move {
        let Some(mut snmpd) = Snmpd::new() else { return };
        let minato = v2c(&house, "minato", "minato").await;
        let id = device(&house, snmpd.port, &minato).await;
        // The server asks it by itself; nobody has to press anything.
        house.until("the server asks it", || async { !shown(&house, &id).await["asked_at"].is_null() }).await;
        let seen = becomes(&house, &id, "reachable").await;
        assert_eq!(
            (&seen["vendor"], &seen["location"], &seen["kind"]),
            (&json!("Ricoh"), &json!("本社3階"), &json!("printer"))
        );
        assert_eq!(seen["printer"]["pages"], 182_344);
        let left: Vec<_> = seen["printer"]["supplies"].as_array().unwrap().iter().map(|one| &one["percent"]).collect();
        assert_eq!(left, [&json!(40), &json!(8), &Value::Null]);
        assert_eq!(seen["printer"]["supplies"][2]["some"], true);

        let asset = seen["asset"].as_str().unwrap();
        let row = house.admin("GET", &format!("/api/v1/assets/ledger/{asset}"), None).await.expect(200);
        assert_eq!(
            (&row["name"], &row["serial"], &row["sources"]),
            (&json!("mfp-3f"), &json!("3A81-220145"), &json!(["snmp"]))
        );
        assert_eq!(row["unreachable_since"], Value::Null);
        let low = alarms(&house, "asset.toner_low").await;
        assert_eq!(low.len(), 1, "{low:?}");
        assert_eq!((&low[0]["detail"]["what"], &low[0]["detail"]["percent"]), (&json!("Cyan Toner"), &json!(8)));

        snmpd.stop();
        for round in 1..=3 {
            assert_eq!(alarms(&house, "asset.unreachable").await.len(), 0, "before round {round}");
            let now = becomes(&house, &id, "unreachable").await;
            assert!(now["missed"].as_u64().unwrap() >= round);
        }
        let row = house.admin("GET", &format!("/api/v1/assets/ledger/{asset}"), None).await.expect(200);
        assert!(row["unreachable_since"].is_string(), "{row}");
        let gone = alarms(&house, "asset.unreachable").await;
        assert_eq!((gone.len(), &gone[0]["ended_at"]), (1, &Value::Null));
        assert_eq!(alarms(&house, "asset.toner_low").await.len(), 1, "said once");

        snmpd.start();
        let back = becomes(&house, &id, "reachable").await;
        assert_eq!(back["missed"], 0);
        assert!(alarms(&house, "asset.unreachable").await[0]["ended_at"].is_string());
    });
}

#[test]
fn v3_is_spoken_with_signature_and_encryption_and_a_wrong_password_is_told_from_silence() {
    on_both(|house| async move {
        let Some(snmpd) = Snmpd::new() else { return };
        let v3 = |name: &str, more: Value| {
            let mut body = json!({"name": name, "version": "v3"});
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        let keeper = json!({"username": "keeper", "auth": "sha256", "auth_password": "signed words", "privacy": "aes128",
            "privacy_password": "hidden words"});
        let good = credential(&house, v3("keeper", keeper)).await;
        let id = device(&house, snmpd.port, &good).await;
        let seen = becomes(&house, &id, "reachable").await;
        assert_eq!(seen["told"]["hardware"]["serial"], "3A81-220145");

        let signer = json!({"username": "signer", "auth": "sha1", "auth_password": "signed words"});
        let signed = credential(&house, v3("signer", signer)).await;
        change(&house, &id, &json!({"credential": signed})).await;
        becomes(&house, &id, "reachable").await;

        let wrong = json!({"username": "signer", "auth": "sha1", "auth_password": "other words"});
        let wrong = credential(&house, v3("wrong", wrong)).await;
        change(&house, &id, &json!({"credential": wrong})).await;
        let refused = becomes(&house, &id, "refused").await;
        assert_eq!(refused["why"], "refused");
        assert_eq!(refused["told"]["hardware"]["serial"], "3A81-220145", "the last good state stays");

        let stranger = json!({"username": "nobody", "auth": "sha256", "auth_password": "signed words"});
        let stranger = credential(&house, v3("stranger", stranger)).await;
        change(&house, &id, &json!({"credential": stranger})).await;
        becomes(&house, &id, "refused").await;

        let blind = json!({"username": "keeper", "auth": "sha256", "auth_password": "signed words", "privacy": "aes128",
            "privacy_password": "other words"});
        let blind = credential(&house, v3("blind", blind)).await;
        change(&house, &id, &json!({"credential": blind})).await;
        becomes(&house, &id, "refused").await;

        let other = v2c(&house, "other", "other").await;
        change(&house, &id, &json!({"credential": other})).await;
        let silent = becomes(&house, &id, "unreachable").await;
        assert_eq!(silent["why"], "silent", "whoever does not know a community says nothing");

        let listed = house.admin("GET", "/api/v1/assets/snmp-credentials", None).await.expect(200);
        for secret in ["signed words", "hidden words", "\"other\",\"community"] {
            assert!(!listed.to_string().contains(secret));
        }
        let audit = house.admin("GET", "/api/v1/audit?limit=1000", None).await.expect(200);
        assert!(!audit.to_string().contains("signed words") && !audit.to_string().contains("hidden words"));
        let used = format!("/api/v1/assets/snmp-credentials/{other}");
        house.admin("DELETE", &used, None).await.expect(409);
        house.admin("DELETE", &format!("/api/v1/assets/snmp-credentials/{blind}"), None).await.expect(204);
    });
}

#[test]
fn what_answers_nonsense_or_without_end_is_named_so_and_the_last_good_state_stays() {
    on_both(|house| async move {
        let minato = v2c(&house, "minato", "minato").await;
        let text = |text: &[u8]| ber(4, text);
        // A device that says what it is, and has nothing else.
        let plain = Responder::new(move |asked| {
            let (number, is_bulk) = question(asked);
            let end = (vec![0x2b, 6, 1, 2, 1, 2], vec![0x82, 0]);
            answer(&number, &if is_bulk { vec![end] } else { vec![(SYS_DESCR.to_vec(), text(b"Made up"))] })
        });
        let id = device(&house, plain.port, &minato).await;
        let seen = becomes(&house, &id, "reachable").await;
        assert_eq!(seen["told"]["device"]["description"], "Made up");
        let check = async |answers: Answering, expected: &str| {
            let made = Responder::new(answers);
            change(&house, &id, &json!({"port": made.port})).await;
            let now = becomes(&house, &id, "unreadable").await;
            assert!(now["detail"].as_str().unwrap().contains(expected), "{} is not {expected}", now["detail"]);
            assert_eq!(now["told"]["device"]["description"], "Made up");
            assert_eq!(now["missed"], 0, "it answers");
        };
        check(Box::new(|_| b"HTTP/1.1 400 Bad Request\r\n".to_vec()), "ASN.1").await;
        check(Box::new(|_| Vec::new()), "ASN.1").await;
        check(Box::new(|_| vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 1]), "ASN.1").await;
        // What it is called is a number.
        check(
            Box::new(|asked| {
                let (number, is_bulk) = question(asked);
                let end = (vec![0x2b, 6, 1, 2, 1, 2], vec![0x82, 0]);
                answer(&number, &if is_bulk { vec![end] } else { vec![(SYS_DESCR.to_vec(), vec![2, 1, 7])] })
            }),
            "sysDescr",
        )
        .await;
        check(
            Box::new(move |asked| {
                let (number, is_bulk) = question(asked);
                let end = (vec![0x2b, 6, 1, 2, 1, 2], vec![0x82, 0]);
                answer(&number, &if is_bulk { vec![end] } else { vec![(SYS_DESCR.to_vec(), text(&[b'x'; 30_000]))] })
            }),
            "30000 bytes",
        )
        .await;
        // The same row again and again.
        check(
            Box::new(|asked| {
                let (number, _) = question(asked);
                answer(&number, &[(vec![0x2b, 6, 1, 2, 1, 2, 2, 1, 2, 1], ber(4, b"eth0"))])
            }),
            "do not go forward",
        )
        .await;
        // Rows that go on and on: the number of each is read from the question's name, and one is added.
        let counter = std::sync::atomic::AtomicU32::new(1);
        check(
            Box::new(move |asked| {
                let (number, _) = question(asked);
                let rows: Vec<_> = (0..50)
                    .map(|_| {
                        let at = counter.fetch_add(1, Ordering::Relaxed);
                        let arcs = [
                            0x82 + u8::try_from(at >> 14).unwrap(),
                            0x80 | u8::try_from(at >> 7 & 0x7f).unwrap(),
                            u8::try_from(at & 0x7f).unwrap(),
                        ];
                        ([&[0x2b, 6, 1, 2, 1, 2, 2, 1, 2][..], &arcs].concat(), ber(4, b"eth"))
                    })
                    .collect();
                answer(&number, &rows)
            }),
            "more than 2000 rows",
        )
        .await;
    });
}

#[test]
fn of_two_servers_one_asks() {
    on_both(|house| async move {
        if house.database.starts_with("sqlite:") {
            // There is never more than one.
            return;
        }
        let other = house.beside().await;
        let minato = v2c(&house, "minato", "minato").await;
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let made = Responder::new(move |bytes| {
            let (number, is_bulk) = question(bytes);
            if is_bulk {
                return answer(&number, &[(vec![0x2b, 6, 1, 2, 1, 2], vec![0x82, 0])]);
            }
            counted.fetch_add(1, Ordering::Relaxed);
            answer(&number, &[(SYS_DESCR.to_vec(), ber(4, b"Made up"))])
        });
        let id = device(&house, made.port, &minato).await;
        let mut before = Value::Null;
        for round in 1..=4 {
            house.until("it is asked", || async { shown(&house, &id).await["asked_at"] != before }).await;
            assert_eq!(asked.load(Ordering::Relaxed), round, "each round is one server's");
            before = shown(&other, &id).await["asked_at"].clone();
            change(&house, &id, &json!({"interval_s": 300})).await;
        }
        drop(other.close().await);
    });
}

#[test]
fn a_search_registers_what_answers_and_can_be_cancelled() {
    on_both(|house| async move {
        let Some(snmpd) = Snmpd::new() else { return };
        let wrong = v2c(&house, "wrong", "wrong").await;
        let minato = v2c(&house, "minato", "minato").await;
        let range = |text: &str| json!({"addresses": text});
        let path = "/api/v1/assets/discoveries/preview";
        let seen = house.admin("POST", path, Some(&range("127.0.0.0/30"))).await.expect(200);
        assert_eq!(
            (&seen["count"], &seen["first"], &seen["last"]),
            (&json!(2), &json!("127.0.0.1"), &json!("127.0.0.2"))
        );
        for bad in ["10.0.0.0/16", "2001:db8::/64", "x"] {
            house.admin("POST", path, Some(&range(bad))).await.expect(422);
        }
        // It answers only once it listens, and only on the first of the two addresses.
        let probe = device(&house, snmpd.port, &minato).await;
        becomes(&house, &probe, "reachable").await;
        house.admin("DELETE", &format!("/api/v1/assets/devices/{probe}"), None).await.expect(204);
        let body = json!({"addresses": "127.0.0.0/30", "credentials": [wrong, minato], "port": snmpd.port});
        let path = "/api/v1/assets/discoveries";
        let ended = async |body: &Value| {
            let job = house.admin("POST", path, Some(body)).await.expect(202);
            let one = format!("{path}/{}", job["id"].as_str().unwrap());
            house
                .until("the search ends", || async {
                    house.admin("GET", &one, None).await.expect(200)["state"] != "running"
                })
                .await;
            house.admin("GET", &one, None).await.expect(200)
        };
        let job = ended(&body).await;
        assert_eq!(
            (&job["state"], &job["done"], &job["added"], &job["known"]),
            (&json!("done"), &json!(2), &json!(1), &json!(0))
        );
        let again = ended(&body).await;
        assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(1)));
        let listed = house.admin("GET", "/api/v1/assets/devices", None).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["credential"], json!(minato));

        let large = json!({"addresses": "127.1.0.0/20", "credentials": [minato], "port": free_port()});
        let job = house.admin("POST", path, Some(&large)).await.expect(202);
        house.admin("POST", path, Some(&large)).await.expect(409);
        let one = format!("{path}/{}", job["id"].as_str().unwrap());
        house.admin("POST", &format!("{one}/cancel"), None).await.expect(200);
        house
            .until("it is cancelled", || async {
                house.admin("GET", &one, None).await.expect(200)["state"] == "cancelled"
            })
            .await;
    });
}

/// The interfaces of this machine, as our agent would tell of them.
fn interfaces() -> Vec<Value> {
    let all = std::fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let one = |entry: std::fs::DirEntry| {
        let mac = std::fs::read_to_string(entry.path().join("address")).ok()?.trim().to_owned();
        let name = entry.file_name().into_string().ok()?;
        let real = mac.len() == 17 && mac != "00:00:00:00:00:00";
        real.then(|| json!({"name": name, "mac": mac, "ipv4": [], "ipv6": [], "up": true, "speed_mbps": null}))
    };
    all.filter_map(one).collect()
}

#[test]
fn this_machine_that_is_asked_and_that_our_agent_tells_of_is_one_asset() {
    on_both(|house| async move {
        let interfaces = interfaces();
        if interfaces.is_empty() {
            println!("SKIPPED: this machine has no network interface with an address of its own");
            return;
        }
        let Some(snmpd) = Snmpd::with("rocommunity minato 127.0.0.1\nsysName this-machine\n") else { return };
        let machine = Machine::enrol(&house, "this-machine").await;
        let inventory = json!({
            "collected_at": "2026-11-17T00:00:00.000000Z",
            "hardware": {"vendor": null, "model": null, "serial": null, "firmware": null,
                "cpu": {"model": "", "cores": 1, "threads": 1}, "memory_bytes": 1, "virtual_machine": null},
            "os": {"hostname": "this-machine", "name": "Debian GNU/Linux", "version": "12", "kernel": "6.1.0",
                "architecture": "x86_64", "installed_at": null, "boot_at": null, "time_zone": null},
            "network": interfaces, "disks": [], "volumes": [], "software": [], "users": [],
        });
        let sections = BTreeMap::from([("assets".to_owned(), Section::Full(inventory))]);
        machine.client.state(&Report { sections }).await.unwrap();
        let minato = v2c(&house, "minato", "minato").await;
        let id = device(&house, snmpd.port, &minato).await;
        let seen = becomes(&house, &id, "reachable").await;
        let ledger = house.admin("GET", "/api/v1/assets/ledger", None).await.expect(200);
        let rows = ledger["items"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{ledger}");
        assert_eq!((&rows[0]["sources"], &rows[0]["id"]), (&json!(["agent", "snmp"]), &seen["asset"]));
        assert_eq!(rows[0]["os_name"], "Debian GNU/Linux", "our agent leads");
    });
}

#[test]
fn somebody_with_a_limit_sees_and_changes_the_devices_of_their_groups_only() {
    on_both(|house| async move {
        let minato = v2c(&house, "minato", "minato").await;
        let group = house.group("大阪支店").await;
        let root = device(&house, free_port(), &minato).await;
        let body = json!({"host": "127.0.0.1", "port": free_port(), "credential": minato, "group": group});
        let theirs = house.admin("POST", "/api/v1/assets/devices", Some(&body)).await.expect(201);
        let token = house.limited_to(Role::Operator, &group).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let listed = house.ask("GET", "/api/v1/assets/devices", &headers, None).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["id"], theirs["id"]);
        let root = format!("/api/v1/assets/devices/{root}");
        house.ask("GET", &root, &headers, None).await.expect(404);
        house.ask("PATCH", &root, &headers, Some(&json!({"interval_s": 600}))).await.expect(404);
        house.ask("POST", &format!("{root}/test"), &headers, None).await.expect(404);
        house.ask("DELETE", &root, &headers, None).await.expect(404);
        let own = json!({"host": "127.0.0.1", "port": free_port(), "credential": minato});
        let made = house.ask("POST", "/api/v1/assets/devices", &headers, Some(&own)).await.expect(201);
        assert_eq!(made["group"], json!(group), "where they say no group, it is theirs");
        let range = json!({"addresses": "127.0.0.1", "credentials": [minato]});
        house.ask("POST", "/api/v1/assets/discoveries", &headers, Some(&range)).await.expect(403);
        let secret = json!({"name": "x", "version": "v2c", "community": "x"});
        house.ask("POST", "/api/v1/assets/snmp-credentials", &headers, Some(&secret)).await.expect(403);
    });
}
