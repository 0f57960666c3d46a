//! The real ends: a logind on a bus of the test's own, and packets between two network namespaces of its own.
#![expect(clippy::unwrap_used, reason = "test helpers")]

mod logind;

use std::{collections::BTreeSet, net::UdpSocket, process::Command, time::Duration};

use yagura_power::{
    Act,
    agent::{Logind, Power as _, send},
    model::Card,
    packet::magic,
};

const MAC: &str = "02:00:5e:10:00:01";

#[tokio::test]
async fn logind_is_asked_who_is_there_and_to_act_and_nothing_else() {
    let Some(bus) = logind::Logind::start().await else { return };
    let power = Logind::at(&bus.address());
    assert_eq!(power.people().await.unwrap(), BTreeSet::new());
    bus.people(&[(120, "greeter"), (1000, "user"), (1000, "user"), (0, "background"), (1001, "user-light")]);
    assert_eq!(power.people().await.unwrap(), BTreeSet::from([1000, 1001]), "neither the login screen nor services");
    assert!(bus.asked().is_empty());
    power.act(Act::Restart).await.unwrap();
    power.act(Act::ShutDown).await.unwrap();
    assert_eq!(bus.asked(), ["Reboot", "PowerOff"]);
}

#[tokio::test]
async fn without_a_bus_it_could_not() {
    let power = Logind::at("unix:path=/nowhere/at/all");
    let said = power.act(Act::Restart).await.unwrap_err().to_string();
    assert!(said.starts_with("could not: there is no logind on this machine"), "{said}");
    assert!(power.people().await.is_err());
}

/// Runs `ip`, and says whether it worked.
fn ip(arguments: &str) -> bool {
    Command::new("ip").args(arguments.split(' ')).output().is_ok_and(|output| output.status.success())
}

/// Two machines with a wire between them.
struct Wire(String, String);

impl Wire {
    fn lay() -> Option<Self> {
        let wire = Self(format!("ygp{}a", std::process::id()), format!("ygp{}b", std::process::id()));
        let Self(one, other) = &wire;
        let laid = ip(&format!("netns add {one}"))
            && ip(&format!("netns add {other}"))
            && ip(&format!("-n {one} link add eth0 type veth peer name eth0 netns {other}"))
            && ip(&format!("-n {one} addr add 192.0.2.1/24 brd + dev eth0"))
            && ip(&format!("-n {other} addr add 192.0.2.2/24 brd + dev eth0"))
            && ip(&format!("-n {one} link set eth0 up"))
            && ip(&format!("-n {other} link set eth0 up"));
        laid.then_some(wire)
    }

    /// This test's own program in one of the namespaces, doing what `test` says.
    fn within(namespace: &str, test: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--ignored", "--nocapture"]);
        command
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        for namespace in [&self.0, &self.1] {
            ip(&format!("netns del {namespace}"));
        }
    }
}

#[test]
#[ignore = "run by the test below, in a namespace of its own"]
fn listens() {
    let socket = UdpSocket::bind("0.0.0.0:9").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    println!("listening");
    let mut packet = [0; 2048];
    let (length, from) = socket.recv_from(&mut packet).unwrap();
    println!(
        "heard {} from {}",
        packet[..length].iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        from.ip()
    );
}

#[tokio::test]
#[ignore = "run by the test below, in a namespace of its own"]
async fn sends() {
    send(&Card { mac: MAC.parse().unwrap(), network: "192.0.2.0/24".parse().unwrap() }).await.unwrap();
}

#[test]
fn a_packet_that_wakes_goes_to_everybody_in_the_network() {
    use std::io::{BufRead as _, BufReader};

    let Some(wire) = Wire::lay() else {
        eprintln!("SKIPPED: network namespaces cannot be made here (it needs root and ip)");
        return;
    };
    let mut listener = Wire::within(&wire.1, "listens").stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(listener.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("listening")));
    assert!(Wire::within(&wire.0, "sends").output().unwrap().status.success());
    let heard = lines.find(|line| line.contains("heard")).expect("the packet arrives");
    let expected = magic(MAC.parse().unwrap()).map(|byte| format!("{byte:02x}")).concat();
    assert!(heard.ends_with(&format!("heard {expected} from 192.0.2.1")), "{heard}");
    assert!(listener.wait().unwrap().success());
}
