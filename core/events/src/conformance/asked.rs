//! Questions in the language of people mean the same in memory and in files: each event is also asked by itself.

use yagura_search_language::{Clock, Names, TimeZone, compile, parse};
use yagura_vocabulary::{Account, Event, Level};

use super::{
    Subject,
    fixture::{Dice, Sender, at, start, store, walk},
};
use crate::{Order, Query};

const QUESTIONS: &[&str] = &[
    "",
    "見積",
    "ＲＥＰＯＲＴ*1",
    "-見積",
    "user:tanaka",
    "user:tanaka OR file:*.xlsx",
    "kind:file level:alarm,prohibited",
    "-kind:file.copy",
    "file:見積書* bytes>1MB",
    "bytes:*",
    "bytes:1KB..10MB",
    "count>=2",
    "count:1",
    "port:443 ip:192.0.2.0/24",
    "ip:192.0.2.7",
    "hour:22..5",
    "weekday:mon",
    "time:2026-11-23T01..2026-11-23T02",
    "since:12h until:2026-11-23",
    "received>2026-11-23",
    "body.size>500 body.deep.name:図",
    "title:report",
    "command:curl exe:*/curl",
    "rule:* -class:*",
    "feature:edr serial:USB?",
    "pid<50 uid:1000",
    "(kind:process OR kind:web) -(user:root OR level:alarm)",
    "nothing of this kind",
];

fn one_event(dice: &mut Dice) -> Event {
    let kinds = ["file.copy", "file.open", "process.start", "web.view", "window.title"];
    let mut event = Event::new(at(dice.next() % 86_400), dice.pick(&["edr", "operation_log"]), dice.pick(&kinds));
    let name = |dice: &mut Dice| dice.pick(&["見積書.xlsx", "report 1.docx", r"C:\図面\a.dwg", "Report-01"]).to_owned();
    event.level = dice.pick(Level::ALL);
    event.subject = dice.once_in(2).then(|| name(dice));
    event.target = dice.once_in(3).then(|| name(dice));
    event.account =
        dice.once_in(2).then(|| Account { name: dice.pick(&[r"X\tanaka", "root"]).into(), id: "1000".into() });
    event.image = dice.once_in(3).then(|| "/usr/bin/curl".to_owned());
    event.command_line = dice.once_in(3).then(|| "curl -k https://a.example/".to_owned());
    event.bytes = dice.once_in(2).then(|| dice.next() % (20 << 20));
    event.count = dice.once_in(3).then(|| 1 + dice.next() % 4);
    event.remote_ip = dice.once_in(3).then(|| format!("192.0.2.{}", dice.below(9)));
    event.remote_port = dice.once_in(3).then_some(443);
    event.device_serial = dice.once_in(4).then(|| format!("USB{}", dice.below(12)));
    event.rule = dice.once_in(3).then(|| "rule".to_owned());
    event.class = dice.once_in(5).then(|| "class".to_owned());
    event.pid = dice.once_in(2).then(|| dice.below(100) as u32);
    if dice.once_in(2) {
        event = event
            .with("size", dice.below(1000))
            .with("title", "A Report")
            .with("deep", serde_json::json!([{"name": "図"}]));
    }
    event
}

pub(super) async fn run(subject: &mut impl Subject) {
    let mut dice = Dice(11);
    let mut sender = Sender::new(1);
    for n in 0..12 {
        let events = (0..50).map(|_| one_event(&mut dice)).collect();
        let batch = sender.batch(at(n * 7_200), events);
        store(&subject.store(), batch).await;
    }
    let zone = TimeZone::posix("JST-9").unwrap();
    let clock = Clock { now: start(), zone };
    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        let all = walk(&subject.store(), &Query { limit: 1000, ..Query::new() }).await;
        assert_eq!(all.len(), 600);
        for question in QUESTIONS {
            let expr = compile(&parse(question).unwrap(), &clock, &Names::default()).unwrap();
            for order in [Order::Occurred, Order::Received] {
                let query = Query { order, limit: 70, ..Query::new() }.ask(expr.clone());
                let mut found: Vec<_> = walk(&subject.store(), &query).await.iter().map(|event| event.id).collect();
                let wanted = all.iter().filter(|event| expr.matches(*event, &mut String::new()));
                let mut wanted: Vec<_> = wanted.map(|event| event.id).collect();
                found.sort_unstable();
                wanted.sort_unstable();
                assert!(
                    found == wanted,
                    "`{question}` by {order:?} (settled: {settled}): {} for {}",
                    found.len(),
                    wanted.len()
                );
                let count = subject.store().count(&query, 10_000).await.unwrap();
                assert_eq!(count.value, wanted.len() as u64, "count of `{question}`");
            }
        }
    }
}
