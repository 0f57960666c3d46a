//! Every endpoint is walked by nobody and by every wrong role. An endpoint without such a case cannot exist, because the cases
//! are made from the description.

use serde_json::Value;
use yagura_server_kit::{Permission, Role, routes::PERMISSION};

use crate::harness::{House, on_both};

struct Operation {
    method: String,
    path: String,
    permission: Option<Permission>,
}

async fn operations(house: &House) -> Vec<Operation> {
    let described = house.ask("GET", "/api/openapi.json", &[], None).await.expect(200);
    let mut found = Vec::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let word = operation[PERMISSION].as_str().unwrap_or_else(|| panic!("{method} {path} says no permission"));
            let permission = Permission::ALL.iter().copied().find(|permission| permission.as_str() == word);
            assert!(permission.is_some() || word == "none", "{method} {path}: unknown permission {word}");
            found.push(Operation { method: method.to_uppercase(), path: filled(path), permission });
        }
    }
    assert!(found.len() > 50, "only {} operations were found", found.len());
    found
}

/// The path with an id that belongs to nothing in place of its parameters.
fn filled(path: &str) -> String {
    let mut out = String::new();
    for part in path.split('/').skip(1) {
        out.push('/');
        out.push_str(if part.starts_with('{') { "0192f0c1-2345-7abc-8def-0123456789ab" } else { part });
    }
    out
}

#[test]
fn nobody_gets_nothing() {
    on_both(|house| async move {
        for operation in operations(&house).await.iter().filter(|operation| operation.permission.is_some()) {
            let body = Value::Object(serde_json::Map::new());
            let reply = house.ask(&operation.method, &operation.path, &[], Some(&body)).await;
            assert_eq!(reply.status, 401, "{} {}", operation.method, operation.path);
            assert_eq!(reply.body["code"], "unauthenticated");
            let made_up = [("authorization", "Bearer ygt_madeup")];
            let reply = house.ask(&operation.method, &operation.path, &made_up, Some(&body)).await;
            assert_eq!(reply.status, 401, "{} {}", operation.method, operation.path);
        }
    });
}

#[test]
fn the_wrong_role_is_refused_and_the_right_one_is_not() {
    on_both(|house| async move {
        let operations = operations(&house).await;
        for role in Role::ALL.iter().copied() {
            let token = if role == Role::Administrator { house.admin.clone() } else { house.token_of(role).await };
            let bearer = format!("Bearer {token}");
            for operation in &operations {
                let Some(permission) = operation.permission else { continue };
                let body = Value::Object(serde_json::Map::new());
                let headers = [("authorization", bearer.as_str())];
                let reply = house.ask(&operation.method, &operation.path, &headers, Some(&body)).await;
                let refused =
                    reply.status == 403 && reply.body["detail"].as_str().is_some_and(|d| d.contains("permission"));
                assert_eq!(
                    refused,
                    !role.may(permission),
                    "{role:?} {} {}: {reply:?}",
                    operation.method,
                    operation.path
                );
                assert!(!reply.status.is_server_error(), "{} {}: {reply:?}", operation.method, operation.path);
            }
        }
    });
}

#[test]
fn a_token_does_no_more_than_its_scopes() {
    on_both(|house| async move {
        let wanted = serde_json::json!({"label": "inventory", "scopes": ["assets.read"], "expires_in_s": 3600});
        let made = house.admin("POST", "/api/v1/tokens", Some(&wanted)).await.expect(201);
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        house.ask("GET", "/api/v1/assets/nowhere", &headers, None).await.expect(404);
        house.ask("GET", "/api/v1/endpoints", &headers, None).await.expect(403);
        let id = made["token"]["id"].as_str().unwrap();
        house.admin("POST", &format!("/api/v1/tokens/{id}/revoke"), None).await.expect(200);
        house.ask("GET", "/api/v1/assets/nowhere", &headers, None).await.expect(401);
        let logs = serde_json::json!({"label": "logs", "scopes": ["events.read"], "expires_in_s": 3600});
        let refused = house.admin("POST", "/api/v1/tokens", Some(&logs)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/purpose");
    });
}
