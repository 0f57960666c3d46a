//! A changing request that is sent twice takes effect once.

use serde_json::json;

use crate::harness::{House, Reply, on_both};

const KEY: &str = "0190f2c4-6a5e-7c3a-9a55-0f3c6f1c2b10";

async fn make_token(house: &House, key: &str, label: &str) -> Reply {
    let headers = [("authorization", &*format!("Bearer {}", house.admin)), ("idempotency-key", key)];
    let body = json!({"label": label, "scopes": ["endpoints.read"], "expires_in_s": 3600});
    house.ask("POST", "/api/v1/tokens", &headers, Some(&body)).await
}

#[test]
fn the_same_request_with_the_same_key_is_done_once_and_answered_twice() {
    on_both(|house| async move {
        let first = make_token(&house, KEY, "once").await.expect(201);
        let again = make_token(&house, KEY, "once").await.expect(201);
        assert_eq!(first, again);
        let all = house.admin("GET", "/api/v1/tokens", None).await.expect(200);
        let made = all["items"].as_array().unwrap().iter().filter(|token| token["label"] == "once").count();
        assert_eq!(made, 1);
    });
}

#[test]
fn a_key_is_for_one_request_only() {
    on_both(|house| async move {
        make_token(&house, KEY, "once").await.expect(201);
        let refused = make_token(&house, KEY, "twice").await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "Idempotency-Key");
        let short = make_token(&house, "abc", "short").await.expect(422);
        assert_eq!(short["errors"][0]["code"], "out_of_range");
    });
}

#[test]
fn a_refused_request_is_answered_the_same_way_again() {
    on_both(|house| async move {
        let first = make_token(&house, KEY, "").await;
        let again = make_token(&house, KEY, "").await;
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        assert!(first.status.is_client_error(), "{:?}", first.status);
    });
}
