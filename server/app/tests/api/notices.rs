//! Notices: how they go, by what endpoints tell.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_vocabulary::{Clock as _, Event, Lane, SystemClock};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

/// The endpoint tells that something became of a notice.
async fn tell(machine: &mut Machine, kind: &str, notice: &str) {
    let event = Event::new(SystemClock.now(), "notices", kind).with("notice_id", notice);
    machine.spool.append(Lane::Operation, &event).unwrap();
    machine.send().await.unwrap();
}

async fn check_delivery(house: &House, expected: &Value) {
    let since = Instant::now();
    loop {
        let list = house.admin("GET", "/api/v1/notices", None).await.expect(200);
        let delivery = &list["items"][0]["delivery"];
        if delivery == expected {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{delivery} never became {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_notice_that_is_shown_and_closed_later_is_counted_once() {
    on_both(|house| async move {
        let mut machine = Machine::enrol(&house, "pc-1").await;
        let notice = json!({"title": "停電", "text": "13時から", "endpoints": [machine.id]});
        let notice = house.admin("POST", "/api/v1/notices", Some(&notice)).await.expect(201);
        let notice = notice["id"].as_str().unwrap();
        let counts =
            |waiting, shown, closed| json!({"waiting": waiting, "shown": shown, "closed": closed, "failed": 0});
        check_delivery(&house, &counts(1, 0, 0)).await;
        for _ in 0..2 {
            tell(&mut machine, "notice.shown", notice).await;
        }
        check_delivery(&house, &counts(0, 1, 0)).await;
        tell(&mut machine, "notice.closed", notice).await;
        check_delivery(&house, &counts(0, 0, 1)).await;
    });
}
