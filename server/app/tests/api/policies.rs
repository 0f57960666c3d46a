//! Policies without an agent: refused values, previews, versions, going back.

use serde_json::json;

use crate::harness::on_both;

#[test]
fn a_policy_is_checked_previewed_versioned_and_taken_back() {
    on_both(|house| async move {
        let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
        let root = groups["items"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/policies/operation_log/{root}");
        let wrong = json!({"inherit": "replace", "value": {"processes": {"record": "yes"}}});
        let refused = house.admin("PUT", &path, Some(&wrong)).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/value");
        let good = json!({"inherit": "replace", "value": {"processes": {"record_exit": false}}, "comment": "静かに"});
        let preview = house.admin("POST", &format!("{path}/preview"), Some(&good)).await.expect(200);
        assert_eq!(preview["diff"][0]["pointer"], "/processes/record_exit");
        let first = house.admin("PUT", &path, Some(&good)).await.expect(200);
        assert_eq!((&first["version"], &first["rollout"]["state"]), (&json!(1), &json!("done")));
        house.admin("PUT", &path, Some(&good)).await.expect(422);
        let bearer = format!("Bearer {}", house.admin);
        let headers = [("authorization", bearer.as_str()), ("if-match", "\"1\"")];
        let ringed = json!({"inherit": "add", "value": {}, "comment": "", "rings": [{"percent": 10, "wait_s": 3600}, {"percent": 100, "wait_s": 0}]});
        let second = house.ask("PUT", &path, &headers, Some(&ringed)).await.expect(200);
        assert_eq!(second["rollout"]["state"], "running");
        house.ask("PUT", &path, &headers, Some(&ringed)).await.expect(409);
        let steer = |action: &str| json!({"action": action});
        let paused = house.admin("POST", &format!("{path}/rollout"), Some(&steer("pause"))).await.expect(200);
        assert_eq!(paused["rollout"]["state"], "paused");
        let done = house.admin("POST", &format!("{path}/rollout"), Some(&steer("finish"))).await.expect(200);
        assert_eq!(done["rollout"]["state"], "done");
        house.admin("DELETE", &path, None).await.expect(204);
        house.admin("GET", &path, None).await.expect(404);
        let versions = house.admin("GET", &format!("{path}/versions"), None).await.expect(200);
        assert_eq!(versions["count"]["value"], 3);
        let audit = house.admin("GET", "/api/v1/audit?action=policy.put", None).await.expect(200);
        assert_eq!(audit["items"][1]["purpose"], "静かに");
    });
}
