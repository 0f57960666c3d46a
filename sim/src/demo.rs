//! `yagura-sim demo`: an office that has been there for a week, so that every page has something to show.

mod api;
mod setup;

use std::{io::Write as _, sync::atomic::Ordering, time::Duration};

use anyhow::{Context as _, bail};
use serde_json::json;
use tokio::time::Instant;

use self::api::Api;
use crate::{
    args::Demo,
    endpoint::Window,
    fleet::{Crew, Life, say},
    warnings::Warnings,
};

/// From then on everybody does something about this often.
const PACE: Duration = Duration::from_secs(90);
/// How long the past may take to arrive at the server.
const PATIENCE: Duration = Duration::from_secs(900);
/// Nobody looks at a demonstration for longer.
const YEAR: Duration = Duration::from_secs(365 * 86_400);
/// Every so many endpoints one is off today.
const OFF: usize = 13;

/// Makes the office and works on in it until Ctrl-C.
pub(crate) async fn run(demo: &Demo, warnings: &Warnings) -> anyhow::Result<()> {
    let api = Api::new(&demo.place, &demo.token_file)?;
    say("making groups, people, policies and enrolment tokens");
    let groups = setup::groups(&api).await?;
    setup::people(&api, demo.place.endpoints).await?;
    setup::policies(&api, &groups).await?;
    let tokens = setup::tokens(&api, &groups).await?;
    let life = Life {
        tokens,
        // A demonstration need not survive a power failure.
        durable: false,
        ramp: Duration::from_secs(u64::from(demo.place.endpoints / 50)),
        pace: Some(PACE),
        past_days: demo.days,
    };
    say(&format!("{} endpoints enrol and tell of {} days", demo.place.endpoints, demo.days));
    let mut crew = Crew::muster(&demo.place, life, warnings)?;
    let (all, shared) = (u64::from(demo.place.endpoints), crew.shared.clone());
    let there = |connected: usize| connected as u64 >= all && shared.told.load(Ordering::Relaxed) >= all;
    let go_on = crew.watch.until(PATIENCE, |seen| there(seen.connected) && seen.acked >= seen.made).await;
    let seen = crew.watch.look().await;
    if go_on && seen.acked < seen.made {
        bail!("the server took only {} of {} events in {} minutes", seen.acked, seen.made, PATIENCE.as_secs() / 60);
    }
    if go_on {
        say("saying who works where, and giving some orders");
        setup::who_works_where(&api, demo.place.endpoints).await?;
        setup::orders(&api, &groups).await?;
        (OFF - 1..demo.place.endpoints as usize).step_by(OFF).for_each(|n| crew.dismiss(n));
        let summary = json!({"endpoints": all, "events": seen.acked, "days": demo.days});
        writeln!(std::io::stdout(), "{summary}").context("failed to write to standard output")?;
        if !demo.leave {
            say("the office is complete and works on; Ctrl-C ends it");
            let from = Instant::now();
            let _ = crew.open.send(Some(Window { from, until: from + YEAR }));
            crew.watch.until_asked().await;
        }
    }
    crew.stop().await;
    Ok(())
}
