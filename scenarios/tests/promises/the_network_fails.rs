//! The cable is pulled until the agent's spool is full, and the way leads through an organisation's proxy.

use std::fs;

use yagura_scenarios::{House, Proxy, Relay, every_number_once, sees_processes, start_programs, start_until_seen};

#[tokio::test(flavor = "multi_thread")]
async fn what_no_longer_fits_in_the_spool_while_the_network_is_cut_becomes_a_gap() {
    if !sees_processes("what no longer fits in the spool becomes a gap") {
        return;
    }
    let mut house = House::without_agent();
    let relay = Relay::to(house.port()).await;
    fs::create_dir_all(house.path("agent")).unwrap();
    fs::write(house.path("agent").join("agent.toml"), "spool_megabytes = 1\n").unwrap();
    house.enrol("agent", &relay.url(), &house.authority());
    house.start_agent();
    start_until_seen(&house, &house.marker("before")).await;
    relay.cut();
    start_programs(&house.marker("cut"), 3000);
    relay.join();
    start_until_seen(&house, &house.marker("after")).await;
    let events = house.events("").await;
    let gaps: Vec<_> = events.iter().filter(|event| event["kind"] == "agent.gap").collect();
    assert!(gaps.iter().any(|gap| gap["body"]["reason"] == "quota"), "{gaps:?}");
    let total = every_number_once(&events);
    assert!(total > 6000, "only {total} numbers: there was no load");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_proxy_is_passed_with_the_right_password_and_not_with_another() {
    let mut house = House::without_agent();
    let proxy = Proxy::new().await;
    let settings = house.path("agent").join("agent.toml");
    fs::create_dir_all(house.path("agent")).unwrap();
    let write = |password| fs::write(&settings, format!("proxy = \"{}\"\n", proxy.address(password))).unwrap();
    write("secret");
    house.enrol("agent", &house.url(), &house.authority());
    assert_eq!(proxy.counts(), (1, 0));
    write("guessed");
    house.start_agent();
    house.until_log("agent", "refused to connect").await;
    assert_eq!(proxy.counts().0, 1, "nothing went past the proxy");
    house.kill_agent();
    write("secret");
    house.start_agent();
    house.endpoint().await;
    // The enrolment, the requests and the WebSocket: each has a tunnel.
    let tunnels = |_: &serde_json::Value| (proxy.counts().0 >= 3).then_some(());
    house.until("three tunnels", "/api/v1/endpoints", tunnels).await;
    assert!(!house.log("agent").contains("secret"), "no password in a log");
}
