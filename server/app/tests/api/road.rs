//! The road's answers to what is wrong at the other end, as the API shows them.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use yagura_channel::{
    agent::spool::SealedBatch,
    wire::{
        batch::{Header, seal},
        key::sha256,
    },
};
use yagura_vocabulary::{Clock as _, Event, Lane, ManualClock, SystemClock};

use crate::{harness::on_both, machine::Machine};

#[test]
fn one_line_that_cannot_be_read_is_kept_as_rejected_and_the_rest_is_stored() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "PC-014").await;
        let now = SystemClock.now();
        let good = serde_json::to_vec(&Event::new(now, "operation_log", "process.start")).unwrap();
        let (epoch, lane) = (machine.spool.epoch(), Lane::Operation);
        let header = Header { epoch, lane, first: 1, last: 3, sealed_at: now, gap: None };
        let bytes = seal(&header, [good.as_slice(), b"{\"kind\": 5}", good.as_slice()]);
        let sha256 = hex::encode(sha256(&bytes));
        let receipt = machine.client.send_batch(&SealedBatch { header, bytes: bytes.into(), sha256 }).await.unwrap();
        assert!(receipt.accepted && receipt.mark.last == 3);
        let stored = house.admin("GET", "/api/v1/events?kind=process.start", None).await.expect(200);
        assert_eq!(stored["items"].as_array().unwrap().len(), 2, "{stored}");
        let rejected = house.admin("GET", "/api/v1/events?kind=event.rejected", None).await.expect(200);
        let event = &rejected["items"][0];
        assert_eq!((&event["seq"], &event["body"]["raw"]), (&json!(2), &json!("{\"kind\": 5}")), "{rejected}");
        assert!(event["body"]["reason"].as_str().unwrap().contains("expected a string"), "{event}");
        assert_eq!(house.server.context().metrics().rejected.get(), 1);
    });
}

#[test]
fn a_clock_that_is_years_off_locks_nobody_out_and_the_endpoint_shows_it() {
    const YEARS: Duration = Duration::from_secs(86_400 * 365 * 9);
    on_both(|house| async move {
        let clock = ManualClock::at(SystemClock.now() + YEARS);
        let mut machine = Machine::enrol_by(&house, "PC-014", Arc::new(clock)).await;
        let skew = machine.client.clock().skew_ms().unwrap();
        let years = i64::try_from(YEARS.as_millis()).unwrap();
        assert!((skew - years).abs() < 60_000, "the server's time is known now: {skew}");
        machine.hello().await;
        let shown = house.admin("GET", &format!("/api/v1/endpoints/{}", machine.id), None).await.expect(200);
        assert_eq!(shown["clock_skew_ms"], skew, "{shown}");
        machine.runs(&crate::machine::account("tanaka", "1000"), "true");
        assert!(machine.send().await.unwrap().unwrap().accepted);
    });
}
