//! Endpoints without an agent: groups, tokens, and what a limited administrator sees (S06).

use serde_json::{Value, json};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

async fn root(house: &House) -> String {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    groups["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn group(house: &House, parent: &str, name: &str) -> Value {
    let body = json!({"name": name, "parent_id": parent, "kind": "fixed"});
    house.admin("POST", "/api/v1/groups", Some(&body)).await.expect(201)
}

#[test]
fn a_renamed_group_takes_its_subgroups_along() {
    on_both(|house| async move {
        let root = root(&house).await;
        let hq = group(&house, &root, "本社").await;
        let kei = group(&house, hq["id"].as_str().unwrap(), "経理部").await;
        assert_eq!(kei["path"], "/本社/経理部");
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", hq["etag"].as_str().unwrap())];
        let path = format!("/api/v1/groups/{}", hq["id"].as_str().unwrap());
        house.ask("PATCH", &path, &headers, Some(&json!({"name": "東京本社"}))).await.expect(200);
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let paths: Vec<_> = groups["items"].as_array().unwrap().iter().map(|g| g["path"].clone()).collect();
        assert_eq!(paths, ["/", "/東京本社", "/東京本社/経理部"]);
        house.admin("DELETE", &path, None).await.expect(409);
        let twice = json!({"name": "経理部", "parent_id": hq["id"], "kind": "fixed"});
        house.admin("POST", "/api/v1/groups", Some(&twice)).await.expect(409);
        let circle = json!({"parent_id": kei["id"]});
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let refused = house.ask("PATCH", &path, &headers, Some(&circle)).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "inside_itself");
    });
}

#[test]
fn a_query_group_says_what_is_wrong_with_its_query() {
    on_both(|house| async move {
        let root = root(&house).await;
        let body = json!({"name": "Linux", "parent_id": root, "kind": "query", "query": "colour:red"});
        let refused = house.admin("POST", "/api/v1/groups", Some(&body)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/query");
        let body = json!({"name": "Linux", "parent_id": root, "kind": "query", "query": "os:linux"});
        house.admin("POST", "/api/v1/groups", Some(&body)).await.expect(201);
    });
}

#[test]
fn an_administrator_of_one_group_sees_that_group_only() {
    on_both(|house| async move {
        let root = root(&house).await;
        let osaka = group(&house, &root, "大阪").await;
        let tokyo = group(&house, &root, "東京").await;
        let limited = house.limited_to(yagura_server_kit::Role::Operator, osaka["id"].as_str().unwrap()).await;
        let bearer = format!("Bearer {limited}");
        let headers = [("authorization", bearer.as_str())];
        let seen = house.ask("GET", "/api/v1/groups", &headers, None).await.expect(200);
        assert_eq!(seen["count"]["value"], 1);
        assert_eq!(seen["items"][0]["name"], "大阪");
        let token = |group: &Value| json!({"label": "kit", "group_id": group["id"], "needs_approval": false});
        house.ask("POST", "/api/v1/enrolment-tokens", &headers, Some(&token(&osaka))).await.expect(201);
        house.ask("POST", "/api/v1/enrolment-tokens", &headers, Some(&token(&tokyo))).await.expect(422);
        house.admin("POST", "/api/v1/enrolment-tokens", Some(&token(&tokyo))).await.expect(201);
        let seen = house.ask("GET", "/api/v1/enrolment-tokens", &headers, None).await.expect(200);
        assert_eq!(seen["count"]["value"], 1);
    });
}

#[test]
fn a_stranger_s_enrolment_is_refused_without_a_reason() {
    on_both(|house| async move {
        for body in
            [json!({}), json!({"application": {"payloadType": "x", "payload": "", "signatures": []}, "proof": ""})]
        {
            let refused = house.ask("POST", "/agent/v1/enrol", &[], Some(&body)).await.expect(403);
            assert_eq!(refused["detail"], "not accepted");
        }
        let unsigned = house.ask("POST", "/agent/v1/events", &[], None).await.expect(401);
        assert_eq!(unsigned["detail"], "not accepted");
        let metrics = house.server.context().metrics().render();
        assert!(metrics.contains("reason=\"unsigned\"") && metrics.contains("reason=\"enrolment\""), "{metrics}");
    });
}

#[test]
fn the_primary_user_of_an_endpoint_is_chosen_kept_and_taken_away_again() {
    on_both(|house| async move {
        Machine::enrol(&house, "kei-014").await;
        house.import_people("employee_number,name,kana\nM1,田中 花子,タナカ ハナコ\n").await;
        let people = house.admin("GET", "/api/v1/people", None).await.expect(200);
        let list = house.admin("GET", "/api/v1/endpoints", None).await.expect(200);
        let path = format!("/api/v1/endpoints/{}", list["items"][0]["id"].as_str().unwrap());
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "*")];
        let change = |body: Value| {
            let (house, path, headers) = (&house, &path, &headers);
            async move { house.ask("PATCH", path, headers, Some(&body)).await.expect(200)["primary_user"].clone() }
        };
        let person = people["items"][0]["id"].clone();
        assert_eq!(change(json!({"primary_user_id": person})).await["name"], "田中 花子");
        assert_eq!(change(json!({"clone_suspected": false})).await["name"], "田中 花子", "what is absent stays");
        assert_eq!(change(json!({"primary_user_id": null})).await, Value::Null);
    });
}
