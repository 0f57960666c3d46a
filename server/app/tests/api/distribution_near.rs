//! Content from neighbours: the server knows who has what on which segment, tells only those who were given it, and signs what it tells.

use std::{net::Ipv4Addr, time::Duration};

use serde_json::{Value, json};
use yagura_channel::{
    agent::{blobs::neighbours::NearKey, client::ClientError},
    wire::{
        blob::BlobHash,
        command::Progress,
        neighbour::{Ask, At, Doing, Gives, Named},
    },
};
use yagura_vocabulary::{Clock as _, CommandState, Id, SystemClock, id::Endpoint};

use crate::{
    distribution::{deb, hand_in, jobs, look, machine, parts},
    harness::{House, on_both},
    machine::Machine,
};

const OFFICE: &str = "127.0.0.0/8";
const BRANCH: &str = "192.0.2.0/24";

/// A package that is large enough to be asked for.
fn large() -> Vec<u8> {
    let data = vec![7; 2 << 20];
    let head = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "data.tar", 0, 0, 0, 100_644, data.len());
    [deb("large", "1.0"), head.into_bytes(), data].concat()
}

async fn allow(house: &House, neighbours: &str) {
    let groups = house.admin("GET", "/api/v1/groups", None).await.expect(200);
    let path = format!("/api/v1/policies/distribution/{}", groups["items"][0]["id"].as_str().unwrap());
    let value = json!({"inherit": "replace", "value": {"allowed": ["install"], "neighbours": {"mode": neighbours}}});
    let headers = [("authorization", &*format!("Bearer {}", house.admin)), ("if-match", "*")];
    house.ask("PUT", &path, &headers, Some(&value)).await.expect(200);
}

/// A machine that speaks to neighbours.
struct Desk<'a> {
    machine: &'a Machine,
    key: NearKey,
    network: &'static str,
    rollout: String,
    blob: BlobHash,
}

impl Desk<'_> {
    async fn ask(&self, doing: Doing, not: &[Id<Endpoint>]) -> Result<(Named, Vec<u8>), ClientError> {
        let network: yagura_vocabulary::network::Network = self.network.parse().unwrap();
        let ask = Ask {
            blob: self.blob,
            given_for: self.rollout.clone(),
            doing,
            key: self.key.public(),
            networks: vec![At { network, address: network.first(), router: None }],
            gives: Some(Gives { port: 17_420, at_once: 1, keeps: 1 << 30 }),
            not: not.to_vec(),
        };
        self.machine.client.neighbours(&ask).await
    }

    /// How many are named to one that wants it, and for how long it is to wait.
    async fn wants(&self) -> (usize, u32) {
        let (named, _) = self.ask(Doing::Wants, &[]).await.unwrap();
        (named.neighbours.len(), named.wait_s)
    }
}

/// A rollout of the package to these machines, given to all of them.
async fn roll_out(house: &House, machines: &[&Machine]) -> (Value, BlobHash) {
    let file = large();
    let (status, item) = hand_in(house, "", &file).await;
    assert_eq!(status, 201, "{item}");
    let ids: Vec<_> = machines.iter().map(|machine| machine.id).collect();
    let ask = json!({"name": "large", "work": {"kind": "install", "items": [item["id"]]},
        "rings": [{"name": "all", "targets": {"endpoints": ids}}]});
    let preview = house.admin("POST", "/api/v1/distribution/rollouts/preview", Some(&ask)).await.expect(200);
    let all = machines.len();
    assert_eq!((&preview["near"]["take"], &preview["near"]["give"]), (&json!(all), &json!(all)), "{preview}");
    assert_eq!(preview["rings"][0]["first"][0]["near"], json!({"not_taken": null, "not_given": null}));
    let rollout = house.admin("POST", "/api/v1/distribution/rollouts", Some(&ask)).await.expect(201);
    look(house).await;
    (rollout, BlobHash::of(&file))
}

#[test]
fn the_first_of_a_segment_fetches_and_the_others_are_led_to_it() {
    on_both(|house| async move {
        allow(&house, "give").await;
        let (one, two, three, far, stranger) = (
            machine(&house, "PC-001").await,
            machine(&house, "PC-002").await,
            machine(&house, "PC-003").await,
            machine(&house, "PC-004").await,
            machine(&house, "PC-005").await,
        );
        let (rollout, blob) = roll_out(&house, &[&one, &two, &three, &far]).await;
        let desk = |machine, network| Desk {
            machine,
            key: NearKey::generate().unwrap(),
            network,
            rollout: rollout["id"].as_str().unwrap().to_owned(),
            blob,
        };
        let (first, second, third, other) =
            (desk(&one, OFFICE), desk(&two, OFFICE), desk(&three, OFFICE), desk(&far, BRANCH));
        assert_eq!(first.wants().await, (0, 0), "the first fetches it");
        assert_eq!(second.wants().await, (0, 2), "it is under way");
        assert_eq!(other.wants().await, (0, 0), "another segment fetches by itself");
        first.ask(Doing::Fetches, &[]).await.unwrap();
        assert_eq!(third.wants().await, (0, 2));

        let until = SystemClock.now() + Duration::from_secs(600);
        first.ask(Doing::Holds(until), &[]).await.unwrap();
        let (named, pass) = second.ask(Doing::Wants, &[]).await.unwrap();
        assert_eq!((named.neighbours.len(), named.wait_s), (1, 0));
        let giver = &named.neighbours[0];
        assert_eq!((giver.endpoint, giver.key), (one.id, first.key.public()));
        assert_eq!((*giver.address.ip(), giver.address.port()), (Ipv4Addr::new(127, 0, 0, 1), 17_420));
        assert_eq!(third.wants().await, (0, 2), "it gives to one at a time");

        // The pass is believed by the one that it names, of the one that it is for, and only as it was signed.
        let (own, asker) = (first.key.public(), second.key.public());
        assert_eq!(one.client.believe_pass(&pass, asker, own), Some(blob));
        assert_eq!(one.client.believe_pass(&pass, third.key.public(), own), None);
        assert_eq!(two.client.believe_pass(&pass, asker, own), None, "another endpoint than it names");
        let forged = String::from_utf8(pass).unwrap().replacen("payload\":\"e", "payload\":\"f", 1);
        assert_eq!(one.client.believe_pass(forged.as_bytes(), asker, own), None);

        // Whom it does not want is not named; it is the next to fetch, unless somebody else is at it.
        second.ask(Doing::Over, &[]).await.unwrap();
        let (named, _) = third.ask(Doing::Wants, &[one.id]).await.unwrap();
        assert_eq!((named.neighbours.len(), named.wait_s), (0, 0));
        third.ask(Doing::Over, &[]).await.unwrap();
        first.ask(Doing::Over, &[]).await.unwrap();
        assert_eq!(second.wants().await, (0, 0), "nobody has it any more");

        let refused = desk(&stranger, OFFICE).ask(Doing::Wants, &[]).await;
        assert!(matches!(refused, Err(ClientError::Status { status: 404, .. })), "it was not given to it: {refused:?}");
    });
}

#[test]
fn what_came_from_where_is_shown_for_each_endpoint() {
    on_both(|house| async move {
        allow(&house, "give").await;
        let one = machine(&house, "PC-001").await;
        let (rollout, _) = roll_out(&house, &[&one]).await;
        let (id, _) = jobs(&one, "distribution.run").await.remove(0);
        let progress = |state, result| Progress { id, state, at: SystemClock.now(), result, error: None };
        one.client.progress(id, &progress(CommandState::Accepted, None)).await.unwrap();
        let fetched = json!({"server": 1_048_576, "neighbours": 1_049_000});
        let outcome = json!({"end": "done", "ended_at": SystemClock.now(), "fetched": fetched});
        one.client.progress(id, &progress(CommandState::Done, Some(outcome))).await.unwrap();
        look(&house).await;
        assert_eq!(parts(&house, &rollout).await["PC-001"], "done");
        let rollout = rollout["id"].as_str().unwrap();
        let path = format!("/api/v1/distribution/rollouts/{rollout}/endpoints/{}", one.id);
        let whole = house.admin("GET", &path, None).await.expect(200);
        assert_eq!((&whole["from_server"], &whole["from_neighbours"]), (&json!(1_048_576), &json!(1_049_000)));
        assert_eq!(whole["attempts"][0]["outcome"]["fetched"], fetched);
        let sheet = house.answer("GET", &format!("/api/v1/distribution/rollouts/{rollout}/export"), None).await;
        let sheet = String::from_utf8_lossy(&sheet.body).into_owned();
        assert!(sheet.lines().nth(1).is_some_and(|line| line.trim_end().ends_with("1048576,1049000")), "{sheet}");
    });
}

#[test]
fn a_preview_says_why_nothing_comes_from_neighbours() {
    on_both(|house| async move {
        allow(&house, "off").await;
        let one = machine(&house, "PC-001").await;
        let (_, item) = hand_in(&house, "", &large()).await;
        let ask = json!({"name": "large", "work": {"kind": "install", "items": [item["id"]]},
            "rings": [{"name": "all", "targets": {"endpoints": [one.id]}}]});
        let preview = async || {
            house.admin("POST", "/api/v1/distribution/rollouts/preview", Some(&ask)).await.expect(200)["near"].clone()
        };
        let near = preview().await;
        assert_eq!((&near["take"], &near["not_taken"]), (&json!(0), &json!([{"why": "off", "endpoints": 1}])));
        allow(&house, "take").await;
        let near = preview().await;
        assert_eq!((&near["take"], &near["not_given"]), (&json!(1), &json!([{"why": "takes_only", "endpoints": 1}])));
    });
}
