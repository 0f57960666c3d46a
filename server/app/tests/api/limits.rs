//! S06: somebody who is limited to a group reads nothing of another one, at whatever endpoint. The endpoints are taken from the
//! description, so a new one is walked too.

use std::time::Duration;

use serde_json::{Value, json};
use yagura_server_kit::{Permission, Role, routes::PERMISSION};

use crate::{
    harness::{House, on_both},
    machine::{Machine, account},
};

/// Something of every kind that belongs to a machine in the group.
async fn furnish(house: &House, group: &str, mark: &str) -> Machine {
    let mut machine = Machine::enrol(house, &format!("PC-{mark}")).await;
    house.move_to(&machine, group).await;
    let person = account(&format!("user-{mark}"), "1000");
    machine.runs(&person, &format!("run-{mark}"));
    machine.send().await.unwrap();
    machine.client.sign_in_link(person).await.unwrap();
    let id = machine.id.to_string();
    let command = json!({"name": "inventory.refresh", "endpoints": [id], "args": {}});
    house.admin("POST", "/api/v1/commands", Some(&command)).await.expect(201);
    let notice = json!({"title": format!("title-{mark}"), "text": "x", "endpoints": [id]});
    house.admin("POST", "/api/v1/notices", Some(&notice)).await.expect(201);
    let policy =
        json!({"inherit": "add", "value": {"processes": {"record_exit": false}}, "comment": format!("comment-{mark}")});
    house.admin("PUT", &format!("/api/v1/policies/operation_log/{group}"), Some(&policy)).await.expect(200);
    let tomorrow = house.server.context().now() + Duration::from_secs(86_400);
    let grant = json!({"feature": "operation_log", "scope": {"endpoint_id": id}, "value": {"processes": {"hash": false}},
        "reason": format!("reason-{mark}"), "expires_at": tomorrow});
    house.admin("POST", "/api/v1/grants", Some(&grant)).await.expect(201);
    let token = json!({"label": format!("label-{mark}"), "group_id": group, "needs_approval": false});
    house.admin("POST", "/api/v1/enrolment-tokens", Some(&token)).await.expect(201);
    let mut tx = house.server.context().db().write().await.unwrap();
    let sql = "UPDATE endpoints_endpoint SET clone_suspected = 1 WHERE id = $1";
    sqlx::query(sql).bind(&id).execute(tx.on()).await.unwrap();
    tx.commit().await.unwrap();
    yagura_alarms::look(house.server.context()).await.unwrap();
    machine
}

/// Every address that can be read, with the things of `other` in place of its parameters.
async fn addresses(house: &House, other: &Machine, group: &str) -> Vec<(String, Option<Permission>)> {
    let described = house.admin("GET", "/api/openapi.json", None).await.expect(200);
    let mut found = Vec::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        let Some(operation) = item.get("get") else { continue };
        let word = operation[PERMISSION].as_str().unwrap();
        let permission = Permission::ALL.iter().copied().find(|permission| permission.as_str() == word);
        let id = other.id.to_string();
        let filled = path.replace("{group_id}", group).replace("{group}", group).replace("{feature}", "operation_log");
        let parts: Vec<_> =
            filled.split('/').map(|part| if part.starts_with('{') { id.as_str() } else { part }).collect();
        found.push((parts.join("/"), permission));
    }
    assert!(found.len() > 25, "only {} addresses were found", found.len());
    found
}

#[test]
fn nothing_of_another_group_is_read_at_any_address() {
    on_both(|house| async move {
        let (osaka, tokyo) = (house.group("大阪").await, house.group("東京").await);
        let own = furnish(&house, &osaka, "own").await;
        let other = furnish(&house, &tokyo, "foreign").await;
        let limited = house.limited_to(Role::Administrator, &osaka).await;
        let bearer = format!("Bearer {limited}");
        let headers = [("authorization", bearer.as_str())];
        let mut seen_own = 0;
        for (address, permission) in addresses(&house, &other, &tokyo).await {
            let answer = house.ask("GET", &address, &headers, None).await;
            let text = answer.body.to_string();
            for foreign in ["foreign", "東京", &other.id.to_string()] {
                assert!(!text.contains(foreign), "{address} tells of `{foreign}`: {text}");
            }
            assert!(!answer.status.is_server_error(), "{address}: {answer:?}");
            if permission.is_some_and(Permission::is_for_all) {
                assert_eq!(answer.status, 403, "{address} is for those who see all");
            }
            seen_own += usize::from(text.contains("own"));
        }
        // The walk would prove nothing if everything were hidden.
        assert!(seen_own >= 8, "only {seen_own} addresses told of the own group");
        let all = house.admin("GET", "/api/v1/endpoints?clone_suspected=true", None).await.expect(200);
        assert_eq!(all["count"]["value"], 2);
        let none = house.admin("GET", "/api/v1/endpoints?clone_suspected=false", None).await.expect(200);
        assert_eq!(none["count"]["value"], 0);
        let mine = house.ask("GET", &format!("/api/v1/endpoints/{}", own.id), &headers, None).await;
        mine.expect(200);
    });
}

#[test]
fn nobody_lifts_his_own_limit() {
    on_both(|house| async move {
        let osaka = house.group("大阪").await;
        let limited = house.limited_to(Role::Administrator, &osaka).await;
        let bearer = format!("Bearer {limited}");
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let admins = house.admin("GET", "/api/v1/admins", None).await.expect(200);
        let own = admins["items"].as_array().unwrap().iter().find(|admin| admin["name"] == "administrator").unwrap();
        let path = format!("/api/v1/admins/{}", own["id"].as_str().unwrap());
        let lift = json!({"groups": Vec::<Value>::new(), "your_password": "whatever it is"});
        house.ask("PATCH", &path, &headers, Some(&lift)).await.expect(403);
        house.ask("PATCH", "/api/v1/settings", &headers, Some(&json!({"organisation_name": "x"}))).await.expect(403);
        let token = json!({"label": "x", "scopes": ["audit.read"], "expires_in_s": 3600});
        house.ask("POST", "/api/v1/tokens", &headers, Some(&token)).await.expect(403);
    });
}
