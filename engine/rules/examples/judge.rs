//! How long a thousand rules take for an event: `cargo run --release -p yagura-rules --example judge`.

#![expect(clippy::print_stdout, reason = "it tells what it measured")]

use std::time::{Duration, Instant};

use serde_json::json;
use yagura_rules::{Matcher, Memory, RuleBook, Unseen};
use yagura_vocabulary::{Account, Event, Time};

const RULES: usize = 1000;
const EVENTS: usize = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules: Vec<_> = (0..RULES).map(rule).collect();
    let book: RuleBook = serde_json::from_value(json!({ "rules": rules }))?;
    let begun = Instant::now();
    let matcher = Matcher::new(&book).map_err(|faults| format!("{faults:?}"))?;
    let ready = begun.elapsed();
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    let untouched: Vec<_> = (0..EVENTS).map(|n| Event { kind: "power.sleep".to_owned(), ..event(n) }).collect();
    let (mixed, answers) = median(&matcher, &events);
    let (none, _) = median(&matcher, &untouched);
    println!("{RULES} rules made ready in {ready:.1?}");
    println!("mixed events: {:.0} a second, {answers} of {EVENTS} answered", EVENTS as f64 / mixed.as_secs_f64());
    println!("events that no rule is about: {:.0} ns each", none.as_secs_f64() * 1e9 / EVENTS as f64);
    Ok(())
}

/// Of seven rounds.
fn median(matcher: &Matcher, events: &[Event]) -> (Duration, usize) {
    let mut rounds: Vec<_> = (0..7)
        .map(|_| {
            let mut memory = Memory::default();
            let begun = Instant::now();
            let answers =
                events.iter().filter(|event| matcher.judge(event, &mut memory, &mut Unseen).is_some()).count();
            (begun.elapsed(), answers)
        })
        .collect();
    rounds.sort_unstable();
    rounds[3]
}

fn rule(n: usize) -> serde_json::Value {
    let word = format!("案件{n:03}");
    let when = match n % 10 {
        0..4 => json!({"kinds": ["file"], "texts": [{"in": "name", "any_of": [word, format!("secret-{n}")]}]}),
        4 => {
            json!({"kinds": ["file.copy", "file.create"], "texts": [{"in": "path", "any_of": [format!("/srv/{n}/**/*.xlsx")]}]})
        }
        5 => json!({"kinds": ["window.title"], "texts": [{"in": "title", "any_of": [word]}]}),
        6 => json!({"kinds": ["web"], "texts": [{"in": "url", "any_of": [format!("site{n}.example")]}]}),
        7 | 8 => {
            json!({"kinds": ["process.start"], "program": {"names": [format!("tool{n}"), format!("tool{n}.exe")]}})
        }
        _ => json!({"kinds": ["process.start"], "texts": [{"in": "command", "any_of": [format!("--mode={n} ")]}]}),
    };
    let mut rule = json!({"id": format!("r{n}"), "name": word, "class": "test", "level": "alarm", "when": when});
    // Some have no word to be found by.
    if n.is_multiple_of(100) {
        rule["when"] = json!({"kinds": ["file"], "to": ["removable"], "hours": "outside_business"});
        rule["at_least"] = json!({"count": 50, "within_s": 600});
    }
    rule
}

fn event(n: usize) -> Event {
    let kind =
        ["file.copy", "file.open", "window.title", "web.view", "process.start", "process.exit", "file.create"][n % 7];
    let mut event = Event::new(Time::from_seconds(1_795_392_000 + n as i64 / 20), "test", kind);
    event.image = Some(format!("/usr/lib/program{}/bin/tool{}", n % 50, n % 3000));
    event.command_line = Some(format!("tool --mode={} --input=/home/tanaka/文書/作業中/{n}.dat --verbose", n % 5000));
    event.subject = Some(match kind {
        "web.view" => format!("https://www.site{}.example/products/detail?id={n}&ref=top", n % 4000),
        _ => format!("/home/tanaka/案件/共有フォルダー/案件{:03}_見積書_{n}.xlsx", n % 8000),
    });
    event.account = Some(Account { name: "tanaka".to_owned(), id: "1000".to_owned() });
    event
}
