//! A08: whoever sits at a machine is told before it restarts, puts it off or lets it happen; the restart is told of after the start that
//! follows and happens once; a server is left alone; a sleeping machine is woken by its neighbour.
//!
//! Nothing here can restart this machine: agents are given a bus on which a pretended logind writes down what it is told.

#[path = "../../../features/power/tests/logind/mod.rs"]
mod logind;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use yagura_scenarios::{House, Seat, may_be_apart, may_mount, sees_processes};

const PERSON: u32 = 65534;

async fn allow(house: &House, value: Value) {
    let path = format!("/api/v1/policies/power/{}", house.root_group().await);
    let body = json!({"inherit": "replace", "value": value});
    let (status, answer) = house.try_ask("PUT", &path, Some("*"), Some(&body)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

/// Waits until so many endpoints have the policy and told of themselves what this says.
async fn until_foretold(house: &House, ask: &Value, outlook: &str) -> Value {
    let mut last = Value::Null;
    for _ in 0..400 {
        if let Some((200, page)) = house.try_ask("POST", "/api/v1/power/preview", None, Some(ask)).await {
            if page["items"].as_array().is_some_and(|items| items.iter().all(|one| one["outlook"] == outlook)) {
                return page;
            }
            last = page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("never {outlook}: {last}; {}", house.log("agent"));
}

async fn until_in_force(house: &House, endpoint: &str) {
    let path = format!("/api/v1/endpoints/{endpoint}/policies");
    house
        .until("the policy", &path, |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "power")?;
            (policy["state"] == "applied" && policy["value"]["allowed"][0] != Value::Null).then_some(())
        })
        .await;
}

async fn order(house: &House, request: &Value, done: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/power?request={}", request["id"].as_str().unwrap());
    house.until("the end of the order", &path, |page| page["items"].get(0).filter(|one| done(one)).cloned()).await
}

/// Presses the button at the lower left, which puts it off, or the one at the lower right, which has it done now.
fn press(seat: &Seat, window: &str, left: bool) {
    let shape = seat.ask("xdotool", &["getwindowgeometry", "--shell", window]).unwrap();
    let side = |name: &str| shape.lines().find_map(|line| line.strip_prefix(name)?.parse::<i32>().ok()).unwrap();
    let (x, y) = (if left { 50 } else { side("WIDTH=") - 50 }, side("HEIGHT=") - 30);
    let place = ["mousemove", "--window", window, &x.to_string(), &y.to_string(), "click", "1"].map(str::to_owned);
    seat.ask("xdotool", &place.each_ref().map(String::as_str)).unwrap();
}

/// The id of the machine's start, as agents of this house see it.
fn boot(house: &House, id: &str) -> PathBuf {
    let file = house.path("boot_id");
    fs::write(&file, format!("{id}\n")).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_before_a_restart_which_happens_once_and_is_told_of_after_the_start() {
    let promise = "A08: a restart with notice";
    if !sees_processes(promise) || !may_mount(promise) {
        return;
    }
    let Some(bus) = logind::Logind::start().await else { return };
    let mut house = House::new();
    fs::set_permissions(house.path(""), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    house.tell_agents("DBUS_SYSTEM_BUS_ADDRESS", &bus.address());
    let first = boot(&house, "11111111-1111-4111-8111-111111111111");
    house
        .wrap_agent("agent", &format!("mount --bind {} /proc/sys/kernel/random/boot_id; exec \"$@\"", first.display()));
    bus.people(&[(PERSON, "user")]);
    house.start_agent();
    let endpoint = house.endpoint().await;
    house.until_file(&house.path("agent.sock")).await;
    let ask = json!({"action": "restart", "endpoints": [endpoint], "reason": "更新のため", "notice_s": 3600});
    let (status, refused) = house.try_ask("POST", "/api/v1/power", None, Some(&ask)).await.unwrap();
    assert!(status == 422 && refused["errors"][0]["code"] == "not_allowed", "nothing is allowed at first: {refused}");

    allow(&house, json!({"allowed": ["restart"]})).await;
    until_in_force(&house, &endpoint).await;
    until_foretold(&house, &ask, "notice").await;
    let Some(seat) = Seat::take(&house, PERSON, promise) else { return };
    let request = house.ask("POST", "/api/v1/power", Some(&ask), 201).await;
    let asked = seat.popup().await.to_string();
    assert!(bus.asked().is_empty(), "not before the person knows");
    press(&seat, &asked, true);
    let postponed = house
        .until("that it was put off", "/api/v1/events?kind=power.postponed", |page| page["items"].get(0).cloned())
        .await;
    assert_eq!(postponed["user_id"], PERSON.to_string());
    // The one before went at the press, so this is the next.
    let again = seat.popup().await.to_string();
    assert!(bus.asked().is_empty());
    press(&seat, &again, false);
    let ordered =
        house.until("the act", "/api/v1/events?kind=power.ordered", |page| page["items"].get(0).cloned()).await;
    assert_eq!((&ordered["body"]["postponed"], &ordered["body"]["shown"]), (&json!(1), &json!(true)));
    for _ in 0..200 {
        if !bus.asked().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(bus.asked(), ["Reboot"]);

    // The machine goes down with the agent in the middle of it, and an agent that is started in the same start waits on.
    house.kill_agent();
    house.start_agent();
    house
        .until("that the agent is back", "/api/v1/endpoints", |list| (list["items"][0]["online"] == true).then_some(()))
        .await;
    house.until_log("agent", "going on with a command").await;
    house.kill_agent();
    boot(&house, "22222222-2222-4222-8222-222222222222");
    house.start_agent();
    let done = order(&house, &request, |one| one["state"] == "done").await;
    assert_eq!(done["result"], json!({"by": "yagura", "boot_id": "22222222-2222-4222-8222-222222222222"}));
    house.until("the end", "/api/v1/events?kind=power.done", |page| page["items"].get(0).cloned()).await;
    assert_eq!(bus.asked(), ["Reboot"], "once, and never again");

    // Nobody is there: a shut-down is done at once, and that the system took it is its end.
    bus.people(&[]);
    allow(&house, json!({"allowed": ["restart", "shut_down"]})).await;
    let ask = json!({"action": "shut_down", "endpoints": [endpoint]});
    until_foretold(&house, &ask, "at_once").await;
    house
        .until("the policy", &format!("/api/v1/endpoints/{endpoint}/policies"), |page| {
            let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "power")?;
            (policy["state"] == "applied" && policy["value"]["allowed"][1] == "shut_down").then_some(())
        })
        .await;
    let request = house.ask("POST", "/api/v1/power", Some(&ask), 201).await;
    order(&house, &request, |one| one["state"] == "done").await;
    assert_eq!(bus.asked(), ["Reboot", "PowerOff"]);

    // The ledger has it as a server: it is left alone.
    house
        .until("the ledger", "/api/v1/assets/ledger", |page| (page["items"].as_array()?.len() == 1).then_some(()))
        .await;
    house.stop_server();
    sqlx::any::install_default_drivers();
    let file = house.path("server").join("control.db");
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::query("UPDATE assets_asset SET kind = 'server'").execute(&pool).await.unwrap();
    pool.close().await;
    house.start_server();
    let (status, refused) = house.try_ask("POST", "/api/v1/power", None, Some(&ask)).await.unwrap();
    assert!(status == 422 && refused["errors"][0]["code"] == "server", "{status} {refused}");
    assert_eq!(bus.asked(), ["Reboot", "PowerOff"]);
}

/// Waits until so many endpoints have told the server of a network card in this network.
async fn until_told(house: &House, network: &str, endpoints: i64) {
    sqlx::any::install_default_drivers();
    let file = house.path("server").join("control.db");
    let pool = sqlx::AnyPool::connect(&format!("sqlite:{}?mode=ro", file.display())).await.unwrap();
    let sql = "SELECT COUNT(*) FROM endpoints_state WHERE section = 'power' AND value LIKE '%' || $1 || '%'";
    for _ in 0..400 {
        let told: i64 = sqlx::query_scalar(sql).bind(network).fetch_one(&pool).await.unwrap();
        if told == endpoints {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("nobody tells of {network}; {}", house.log("near"));
}

/// A program in the network of the sleeper that writes down the packets which come to port 9: what a network card listens to. The
/// network is there for as long as somebody is in it.
struct Ear(Child);

impl Drop for Ear {
    fn drop(&mut self) {
        // Ended already is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn ear(pid: &str) -> Ear {
    let script = "import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.bind(('0.0.0.0',9))\nprint('ready',flush=True)\nwhile True: print(s.recv(2048).hex(),flush=True)";
    let mut command = Command::new("nsenter");
    command.args(["--target", pid, "--net", "--", "python3", "-c", script]);
    Ear(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_machine_is_woken_by_a_neighbour_in_its_network() {
    let promise = "A08: woken by a neighbour";
    if !sees_processes(promise) || !may_mount(promise) || !may_be_apart(promise) {
        return;
    }
    let mut house = House::new();
    house.enrol("near", &house.url(), &house.authority());
    // No bus at all: waking needs none, and nothing else may be done.
    house.tell_agents("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all");
    let _roads = (house.set_apart("agent", "sleeper"), house.set_apart("near", "neighbour"));
    house.start_agent();
    house.start_agent_in("near");
    let mac = "02:00:5e:10:00:01";
    let sleeper = house.agent_pid().to_string();
    house.inside("agent", &["true"]);
    house.inside(
        "near",
        &["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "address", mac, "netns", &sleeper],
    );
    for (name, address) in [("near", "192.0.2.1/24"), ("agent", "192.0.2.2/24")] {
        house.inside(name, &["ip", "addr", "add", address, "brd", "+", "dev", "eth0"]);
        house.inside(name, &["ip", "link", "set", "eth0", "up"]);
    }
    allow(&house, json!({"allowed": ["wake"]})).await;
    let id = house
        .until("both endpoints", "/api/v1/endpoints", |list| {
            let items = list["items"].as_array()?;
            let all = items.len() == 2 && items.iter().all(|one| one["online"] == true);
            let sleeper = items.iter().find(|one| one["hostname"] == "sleeper")?;
            all.then(|| sleeper["id"].as_str().unwrap().to_owned())
        })
        .await;
    let ask = json!({"action": "wake", "endpoints": [id]});
    until_foretold(&house, &ask, "on").await;
    until_told(&house, "192.0.2.0/24", 2).await;
    let mut ear = ear(&sleeper);
    let mut heard = BufReader::new(ear.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert_eq!(heard.next().as_deref(), Some("ready"));
    house.kill_agent();
    until_foretold(&house, &ask, "wake").await;
    let neighbour = house.ask("GET", "/api/v1/endpoints?q=neighbour", None, 200).await;
    until_in_force(&house, neighbour["items"][0]["id"].as_str().unwrap()).await;

    let request = house.ask("POST", "/api/v1/power", Some(&ask), 201).await;
    assert_eq!(request["items"][0]["neighbour"]["hostname"], "neighbour");
    let sent = order(&house, &request, |one| one["state"] == "done").await;
    assert_eq!((&sent["result"]["packets"], &sent["woken_at"]), (&json!(3), &Value::Null));
    let packet = heard.next().expect("the packet arrives");
    assert_eq!(packet, format!("{}{}", "ff".repeat(6), mac.replace(':', "").repeat(16)));

    house.start_agent();
    order(&house, &request, |one| one["woken_at"].is_string()).await;
}
