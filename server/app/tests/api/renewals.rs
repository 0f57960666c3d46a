//! What is renewed while the server runs: the keys that agents believe, and its certificate.

use std::{process::Command, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use yagura_channel::server::Signer;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server::certificates;
use yagura_vocabulary::{Clock as _, SystemClock, Time};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

async fn component(house: &House, name: &str) -> Value {
    let health = house.admin("GET", "/api/v1/system/health", None).await.expect(200);
    let components = health["components"].as_array().unwrap();
    components.iter().find(|component| component["name"] == name).unwrap().clone()
}

async fn command_line(house: &House, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yagura-server"));
    command.args(arguments).arg("--config").arg(house.dir().join("yagura.toml"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_running_server_signs_with_keys_that_the_command_line_renewed_and_endpoints_follow() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "PC-014").await;
        let signer = house.server.context().part::<Signer>();
        let version = signer.version();
        machine.client.manifest(0).await.unwrap();
        command_line(&house, &["keys", "renew"]).await;
        house.until("the server uses the new keys", || async { signer.version() > version }).await;
        machine.runs(&account("tanaka", "1000"), "after the renewal");
        machine.send().await.unwrap();
        assert_eq!(machine.client.record().keys.set.version, signer.version());
        assert_eq!(machine.hello().await.key_set, signer.version());
        // A manifest that was signed before is signed anew: nobody is left with one by a key that ends.
        let manifest = machine.client.manifest(0).await.unwrap();
        assert_eq!(manifest.endpoint, machine.id);
    });
}

/// Puts keys in the server's folder that were made at `made`, as another process would that has the root.
fn make_keys(house: &House, made: Time) {
    let (keys, elsewhere) = (house.dir().join("keys"), tempfile::tempdir().unwrap());
    let names = ["root.key", "policy.key", "command.key", "response.key", "keys.json"];
    for name in names {
        std::fs::copy(keys.join(name), elsewhere.path().join(name)).unwrap();
    }
    let other = Signer::open(elsewhere.path(), house.server.context().server(), made).unwrap();
    std::fs::remove_file(keys.join("root.key")).unwrap();
    other.renew(made, false).unwrap();
    for name in &names[1..] {
        std::fs::copy(elsewhere.path().join(name), keys.join(name)).unwrap();
    }
}

#[test]
fn keys_that_end_soon_are_warned_of_and_renewed_once_the_root_is_there() {
    on_both(|house| async move {
        assert_eq!(component(&house, "keys").await["status"], "ok");
        let root = house.dir().join("keys/root.key");
        let kept = std::fs::read(&root).unwrap();
        // They end in 40 days.
        make_keys(&house, SystemClock.now() - Duration::from_secs(86_400 * 690));
        house.until("the server warns", || async { component(&house, "keys").await["status"] == "degraded" }).await;
        let warned = component(&house, "keys").await;
        assert!(warned["detail"].as_str().unwrap().contains("keys renew --root"), "{warned}");
        yagura_alarms::look(house.server.context()).await.unwrap();
        let alarms = house.admin("GET", "/api/v1/alarms", None).await.expect(200);
        assert_eq!(alarms["items"][0]["kind"], "keys.ending", "{alarms}");

        std::fs::write(&root, kept).unwrap();
        house.until("with the root it renews", || async { component(&house, "keys").await["status"] == "ok" }).await;
        assert!(component(&house, "keys").await["numbers"]["days_left"].as_f64().unwrap() > 700.0);
    });
}

#[test]
fn another_certificate_in_its_place_is_used_without_a_restart() {
    on_both(|house| async move {
        let before = component(&house, "certificate").await;
        assert_eq!(before["status"], "ok", "{before}");
        let new = tempfile::tempdir().unwrap();
        certificates::ensure(new.path(), "127.0.0.1").unwrap();
        let pem = std::fs::read_to_string(new.path().join("ca.pem")).unwrap();
        let tls = client_config(&Trust::Authorities { pem, system: false }).unwrap();
        let target = Target::parse(&house.address()).unwrap();
        let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
        let answers = || async { client.send(|| Request::get("/healthz").body(Bytes::new()).unwrap()).await.is_ok() };
        assert!(!answers().await, "it is not in use yet");
        for name in ["server.pem", "server.key"] {
            std::fs::copy(new.path().join(name), house.dir().join(name)).unwrap();
        }
        house.until("the new certificate is in use", answers).await;
    });
}
