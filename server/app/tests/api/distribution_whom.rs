//! Distribution: to whom it goes, and what is refused before anybody has it.

use serde_json::{Value, json};
use yagura_server_kit::Role;

use crate::{
    distribution::{ROLLOUTS, allow, ask, machine, parts},
    harness::on_both,
    machine::Machine,
};

#[test]
fn who_cannot_have_it_is_named_and_given_nothing() {
    on_both(|house| async move {
        let (one, old) = (machine(&house, "PC-001").await, Machine::enrol(&house, "PC-002").await);
        let refused = house.admin("POST", ROLLOUTS, Some(&ask(&[&one]))).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "not_allowed");
        allow(&house, &["updates"]).await;
        let preview = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&ask(&[&one, &old]))).await.expect(200);
        assert_eq!(preview["obstacles"], json!([{"why": "too_old", "endpoints": 1}]));
        let rollout = house.admin("POST", ROLLOUTS, Some(&ask(&[&one, &old]))).await.expect(201);
        assert_eq!(parts(&house, &rollout).await["PC-002"], "refused");
        // Nor is there another way to give such a command.
        let command = json!({"name": "distribution.run", "endpoints": [one.id], "args": {}});
        house.admin("POST", "/api/v1/commands", Some(&command)).await.expect(422);
    });
}

#[test]
fn shares_put_each_endpoint_of_a_group_into_one_ring() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let group = house.group("大阪").await;
        for n in 0..5 {
            let one = machine(&house, &format!("PC-00{n}")).await;
            house.move_to(&one, &group).await;
        }
        let asked = json!({"name": "x", "work": {"kind": "all_updates"}, "targets": {"groups": [group]},
            "rings": [{"name": "a", "share": 20}, {"name": "b", "share": 40}, {"name": "c", "share": 40}]});
        let preview = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(200);
        let sizes: Vec<_> = preview["rings"].as_array().unwrap().iter().map(|ring| ring["endpoints"].clone()).collect();
        assert_eq!(sizes, [1, 2, 2]);
    });
}

#[test]
fn who_sees_one_group_rolls_out_and_looks_there_only() {
    on_both(|house| async move {
        allow(&house, &["updates"]).await;
        let (own, other) = (machine(&house, "PC-001").await, machine(&house, "PC-002").await);
        let group = house.group("大阪").await;
        house.move_to(&own, &group).await;
        let all = house.admin("POST", ROLLOUTS, Some(&ask(&[&own, &other]))).await.expect(201);
        let hidden = house.admin("POST", ROLLOUTS, Some(&ask(&[&other]))).await.expect(201);
        let bearer = format!("Bearer {}", house.limited_to(Role::Operator, &group).await);
        let headers = [("authorization", bearer.as_str())];
        house.ask("POST", ROLLOUTS, &headers, Some(&ask(&[&other]))).await.expect(422);
        house.ask("POST", ROLLOUTS, &headers, Some(&ask(&[&own]))).await.expect(201);
        let list = house.ask("GET", ROLLOUTS, &headers, None).await.expect(200);
        assert_eq!(list["count"]["value"], 2);
        let path = |rollout: &Value| format!("{ROLLOUTS}/{}", rollout["id"].as_str().unwrap());
        let seen = house.ask("GET", &path(&all), &headers, None).await.expect(200);
        assert_eq!((&seen["rings"][0]["endpoints"], &seen["rings"][1]["endpoints"]), (&json!(1), &json!(0)));
        house.ask("GET", &path(&hidden), &headers, None).await.expect(404);
        house.ask("POST", &format!("{}/stop", path(&all)), &headers, None).await.expect(403);
        house.ask("POST", &format!("{}/stop", path(&hidden)), &headers, None).await.expect(404);
    });
}

#[test]
fn what_does_not_fit_says_where() {
    on_both(|house| async move {
        let one = machine(&house, "PC-001").await;
        for (change, pointer) in [
            (json!({"name": " "}), "/name"),
            (json!({"rings": []}), "/rings"),
            (json!({"deadline": "2020-01-01T00:00:00Z"}), "/deadline"),
            (json!({"timeout_s": 1}), "/timeout_s"),
            (json!({"retries": 9}), "/retries"),
            (json!({"windows": [{"from": 1440, "minutes": 5}]}), "/windows/0"),
            (json!({"work": {"kind": "package_updates", "packages": ["curl", "-rf"]}}), "/work/packages/1"),
            (json!({"work": {"kind": "install", "items": ["0192f0c1-2345-7abc-8def-0123456789ab"]}}), "/work/items/0"),
            (
                json!({"rings": [{"name": "a", "targets": {"endpoints": ["0192f0c1-2345-7abc-8def-0123456789ab"]}}]}),
                "/rings/0/targets/endpoints/0",
            ),
        ] {
            let mut asked = ask(&[&one]);
            for (name, value) in change.as_object().unwrap() {
                asked[name] = value.clone();
            }
            let refused = house.admin("POST", &format!("{ROLLOUTS}/preview"), Some(&asked)).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
        }
    });
}
