//! The window source as it runs, told by a desktop that the test pretends to be.
#![cfg(target_os = "linux")]

use std::{sync::Arc, time::Duration};

use yagura_local::desktop::{Seen, SeenWindow};
use yagura_records::WindowRecord;
use yagura_sensors::{Sensors, WindowStream, WindowWish};
use yagura_vocabulary::{SensorHealth, SystemClock};

const WISH: WindowWish = WindowWish {
    titles: true,
    min_stay: Duration::ZERO,
    settle: Duration::ZERO,
    idle_after: Some(Duration::from_secs(60)),
};

async fn next(stream: &mut WindowStream) -> WindowRecord {
    let next = tokio::time::timeout(Duration::from_secs(60), stream.next()).await.expect("in time");
    (*next.expect("the source goes on")).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desktop_says_comes_out_with_its_account_and_program_and_what_is_held_back_at_the_end() {
    let data = tempfile::tempdir().unwrap();
    let sensors = Sensors::live(Arc::new(SystemClock), data.path());
    let desktops = sensors.desktops().clone();
    assert_eq!(*desktops.wanted().borrow(), None, "nobody wants to know");
    let mut stream = sensors.windows().await;
    stream.wish(WISH);
    let mut wanted = desktops.wanted();
    let watch = wanted.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(watch.titles && watch.idle_after_s == 60);

    let desktop = desktops.arrived(0, None);
    desktops.said(desktop, Seen::Sight { health: SensorHealth::Ok, reason: None, display: None });
    let (id, pid) = (7, Some(std::process::id()));
    let window = SeenWindow { id, pid, title: Some("作業".into()), ..SeenWindow::default() };
    desktops.said(desktop, Seen::Active { window: Some(window), folded: 0 });
    let WindowRecord::Began(stay) = next(&mut stream).await else { panic!("no stay began") };
    assert_eq!((stay.account.name.as_str(), stay.window.title.as_ref().unwrap().as_str()), ("root", "作業"));
    let process = stay.window.process.unwrap();
    let own = std::env::current_exe().unwrap();
    assert_eq!(process.image.as_deref(), own.to_str());
    assert!(process.guid.is_some());
    let report = sensors.reports().into_iter().find(|report| report.sensor == "window").unwrap();
    assert_eq!((report.health, report.seen), (SensorHealth::Ok, 2));

    // A reader that wants no titles is asked for none.
    stream.wish(WindowWish { titles: false, ..WISH });
    wanted.wait_for(|watch| watch.as_ref().is_some_and(|watch| !watch.titles)).await.unwrap();
    stream.finish();
    let mut rest = Vec::new();
    while let Some(record) = stream.next().await {
        rest.push((*record).clone());
    }
    assert!(matches!(&rest[..], [WindowRecord::Stayed(_), WindowRecord::Usage(_)]), "{rest:?}");
    drop(stream);
    wanted.wait_for(Option::is_none).await.unwrap();
}
