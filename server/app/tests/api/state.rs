//! The state that endpoints tell (A01): whole, and as what changed since.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yagura_channel::wire::{
    delta::diff,
    state::{Report, Section, Taken, hash, without_nulls},
};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

async fn tell(machine: &Machine, section: Section) -> Taken {
    machine.client.state(&Report { sections: BTreeMap::from([("assets".to_owned(), section)]) }).await.unwrap()
}

async fn software(house: &House, machine: &Machine) -> Value {
    house.admin("GET", &format!("/api/v1/assets/{}", machine.id), None).await.expect(200)["software"].clone()
}

#[test]
fn a_package_more_is_one_hunk_and_what_does_not_fit_is_asked_for_whole() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-001").await;
        let golden = include_str!("../../../../features/assets/golden/assets-v2.json");
        let old = without_nulls(serde_json::from_str(golden).unwrap());
        let taken = tell(&machine, Section::Full(old.clone())).await;
        assert!(taken.deltas, "an agent waits for this word before it sends what changed in lists");
        assert_eq!(taken.hashes["assets"], hash(&old));

        let mut new = old.clone();
        new["software"]
            .as_array_mut()
            .unwrap()
            .insert(1, json!({"name": "arp-scan", "version": "1", "source": "dpkg"}));
        let delta = diff(&old, &new).unwrap();
        let section = |base: &str, hash: &str| Section::Delta {
            base: base.to_owned(),
            delta: delta.clone(),
            hash: hash.to_owned(),
        };
        for (base, wanted) in [(hash(&new), hash(&new)), (hash(&old), hash(&json!(1)))] {
            let refused = tell(&machine, section(&base, &wanted)).await;
            assert_eq!(refused.hashes, BTreeMap::new());
        }
        let before = software(&house, &machine).await;
        assert_eq!(before.as_array().unwrap().len() + 1, new["software"].as_array().unwrap().len());

        let taken = tell(&machine, section(&hash(&old), &hash(&new))).await;
        assert_eq!(taken.hashes["assets"], hash(&new));
        assert_eq!(software(&house, &machine).await[1]["name"], "arp-scan");

        // An older agent's way is understood as before.
        let patch = json!({"os": {"hostname": "pc-2"}});
        let mut newer = new.clone();
        newer["os"]["hostname"] = json!("pc-2");
        let taken = tell(&machine, Section::Patch { base: hash(&new), patch, hash: hash(&newer) }).await;
        assert_eq!(taken.hashes["assets"], hash(&newer));
    });
}
