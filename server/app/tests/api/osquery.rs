//! osquery's remote API. osquery itself was not there to be tried: these are messages as its makers describe them.

use serde_json::{Value, json};

use crate::harness::{House, on_both};

async fn post(house: &House, path: &str, body: &Value) -> Value {
    house.ask("POST", &format!("/inventory/osquery/{path}"), &[], Some(body)).await.expect(200)
}

/// A credential's secret and id.
async fn credential(house: &House) -> (String, String) {
    let made = house.admin("POST", "/api/v1/assets/intakes", Some(&json!({"name": "osquery"}))).await.expect(201);
    (made["secret"].as_str().unwrap().to_owned(), made["credential"]["id"].as_str().unwrap().to_owned())
}

/// The key of a machine that enrols.
async fn enrolled(house: &House, secret: &str) -> String {
    let body = json!({"enroll_secret": secret, "host_identifier": "4C4C4544-0042-3510-8051-B4C04F4E3332", "platform_type": "9",
        "host_details": {"osquery_info": {"version": "5.12.1"},
            "system_info": {"hostname": "keiri-20", "hardware_vendor": "Dell Inc.", "hardware_serial": "B5QN32", "cpu_logical_cores": 8},
            "os_version": {"name": "Ubuntu", "version": "24.04 LTS"}}});
    let answer = post(house, "enroll", &body).await;
    assert_eq!(answer["node_invalid"], false, "{answer}");
    answer["node_key"].as_str().unwrap().to_owned()
}

fn told(key: &str, data: &Value) -> Value {
    json!({"node_key": key, "log_type": "result", "data": data})
}

async fn ledger(house: &House) -> Vec<Value> {
    house.admin("GET", "/api/v1/assets/ledger", None).await.expect(200)["items"].as_array().unwrap().clone()
}

#[test]
fn a_machine_enrols_is_told_what_to_ask_and_what_it_answers_is_in_the_ledger() {
    on_both(|house| async move {
        house.ask("POST", "/inventory/osquery/enroll", &[], Some(&json!({"enroll_secret": "x"}))).await.expect(404);
        let (secret, _) = credential(&house).await;
        let key = enrolled(&house, &secret).await;
        let config = post(&house, "config", &json!({"node_key": key})).await;
        assert_eq!(config["schedule"]["yagura_system_info"]["snapshot"], true);
        assert_eq!(post(&house, "distributed/read", &json!({"node_key": key})).await["queries"], json!({}));
        post(
            &house,
            "log",
            &json!({"node_key": key, "log_type": "status", "data": [{"line": "1", "message": "hello"}]}),
        )
        .await;
        assert_eq!(ledger(&house).await.len(), 0, "nothing was answered yet");
        let data = json!([{"name": "yagura_deb_packages", "action": "snapshot", "snapshot": [
            {"name": "bash", "version": "5.2", "arch": "amd64", "status": "install ok installed"}]}]);
        assert_eq!(post(&house, "log", &told(&key, &data)).await["node_invalid"], false);
        let rows = ledger(&house).await;
        assert_eq!((rows.len(), &rows[0]["name"], &rows[0]["serial"]), (1, &json!("keiri-20"), &json!("B5QN32")));
        assert_eq!((&rows[0]["sources"], &rows[0]["os_name"]), (&json!(["osquery"]), &json!("Ubuntu")));
        let found = house.admin("GET", "/api/v1/assets/ledger?package=bash", None).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        // A part is told anew; the rest stays.
        let data = json!([{"name": "yagura_system_info", "snapshot": [{"hostname": "keiri-21", "hardware_vendor": "Dell Inc.", "hardware_serial": "B5QN32"}]}]);
        post(&house, "log", &told(&key, &data)).await;
        let rows = ledger(&house).await;
        assert_eq!((rows.len(), &rows[0]["name"], &rows[0]["os_name"]), (1, &json!("keiri-21"), &json!("Ubuntu")));
    });
}

#[test]
fn who_is_not_known_or_whose_credential_is_revoked_is_told_to_enrol_anew() {
    on_both(|house| async move {
        let (secret, id) = credential(&house).await;
        assert_eq!(
            post(&house, "enroll", &json!({"enroll_secret": "ygi_wrong", "host_identifier": "x"})).await,
            json!({"node_invalid": true})
        );
        let first = enrolled(&house, &secret).await;
        let second = enrolled(&house, &secret).await;
        for path in ["config", "log", "distributed/read", "distributed/write"] {
            assert_eq!(post(&house, path, &json!({"node_key": first})).await, json!({"node_invalid": true}), "{path}");
            assert_eq!(post(&house, path, &json!({"node_key": second})).await["node_invalid"], false, "{path}");
        }
        house.admin("POST", &format!("/api/v1/assets/intakes/{id}/revoke"), None).await.expect(200);
        // With another one in force the door is still there.
        house.admin("POST", "/api/v1/assets/intakes", Some(&json!({"name": "other"}))).await.expect(201);
        assert_eq!(post(&house, "config", &json!({"node_key": second})).await, json!({"node_invalid": true}));
    });
}

#[test]
fn what_cannot_be_read_changes_nothing_and_the_reason_is_shown() {
    on_both(|house| async move {
        let (secret, _) = credential(&house).await;
        let key = enrolled(&house, &secret).await;
        post(&house, "log", &told(&key, &json!([{"name": "yagura_os_version", "snapshot": [{"name": "Debian"}]}])))
            .await;
        let rows: Vec<_> = (0..20_001).map(|at| json!({"name": at.to_string()})).collect();
        post(&house, "log", &told(&key, &json!([{"name": "yagura_apps", "snapshot": rows}]))).await;
        post(&house, "log", &told(&key, &json!([{"name": "yagura_apps", "snapshot": "rows"}]))).await;
        house.ask("POST", "/inventory/osquery/log", &[], Some(&json!("no message"))).await.expect(422);
        assert_eq!(ledger(&house).await[0]["os_name"], "Debian");
        let shown = house.admin("GET", "/api/v1/assets/intakes", None).await.expect(200);
        assert!(shown["items"][0]["refused_why"].as_str().unwrap().contains("cannot be read"), "{shown}");
    });
}
