//! The program on a real X server: Xvfb.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    io::Read,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use uuid::Uuid;
use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{AtomEnum, ConnectionExt as _, ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, Window},
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};
use yagura_local::{Bundled, FromAgent, FromSession, Label, Server, Session};
use yagura_session::Fonts;
use yagura_vocabulary::{Time, id::NoticeId};

/// A child that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// An X server of our own, and its name; nothing when there is no Xvfb.
fn screen() -> Option<(Running, String)> {
    let mut xvfb = Command::new("Xvfb");
    xvfb.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]);
    let mut child = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut out = child.stdout.take().unwrap();
    let running = Running(child);
    let mut number = Vec::new();
    let mut byte = [0];
    while out.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        number.push(byte[0]);
    }
    Some((running, format!(":{}", String::from_utf8(number).unwrap())))
}

fn program(display: Option<&str>, socket: &std::path::Path, options: &[&str]) -> Running {
    let mut program = Command::new(env!("CARGO_BIN_EXE_yagura-session"));
    program.args(options).arg("--socket").arg(socket).env_remove("DISPLAY").env_remove("LC_ALL");
    program.env("LANG", "ja_JP.UTF-8").env("TZ", "Asia/Tokyo");
    Running(program.envs(display.map(|display| ("DISPLAY", display))).spawn().unwrap())
}

async fn said(session: &mut Session) -> FromSession {
    let said = tokio::time::timeout(Duration::from_secs(60), session.next()).await.expect("in time");
    said.unwrap().expect("still there")
}

fn notice(n: u128) -> FromAgent {
    FromAgent::ShowNotice {
        id: Uuid::from_u128(n),
        notice_id: NoticeId::new(),
        title: "今夜18時から社内の電源工事で停電します".into(),
        text: "17時45分までに、この端末の電源を切ってください。保存していないファイルは失われることがあります。\n\n復旧は21時の予定です。わからないことは情報システム課（内線 2041）へ。".into(),
        at: Time::from_seconds(1_795_392_000),
        action: None,
    }
}

/// The windows that the program shows now.
fn windows(display: &RustConnection) -> Vec<Window> {
    let root = display.setup().roots[0].root;
    let all = display.query_tree(root).unwrap().reply().unwrap().children;
    let ours = |window: &Window| {
        let class = display.get_property(false, *window, AtomEnum::WM_CLASS, AtomEnum::STRING, 0, 64).unwrap();
        class.reply().is_ok_and(|class| class.value.starts_with(b"yagura-session\0"))
    };
    all.into_iter().filter(ours).collect()
}

/// Presses and releases the key with this keysym on the window.
fn press(display: &RustConnection, window: Window, keysym: u32) {
    press_with(display, window, &[keysym]);
}

/// Presses these keys one after another, and releases them the other way round.
fn press_with(display: &RustConnection, window: Window, keysyms: &[u32]) {
    let setup = display.setup();
    let (first, last) = (setup.min_keycode, setup.max_keycode);
    let layout = display.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
    let rows = layout.keysyms.chunks(usize::from(layout.keysyms_per_keycode));
    let rows: Vec<_> = rows.into_iter().collect();
    let keycode = |keysym: &u32| {
        let row = rows.iter().position(|row| row[0] == *keysym).expect("the keyboard has the key");
        first + u8::try_from(row).unwrap()
    };
    let keycodes: Vec<_> = keysyms.iter().map(keycode).collect();
    // What a window manager does when the person clicks on the window.
    display.set_input_focus(InputFocus::PARENT, window, 0_u32).unwrap();
    let down = keycodes.iter().map(|keycode| (KEY_PRESS_EVENT, *keycode));
    for (kind, keycode) in down.chain(keycodes.iter().rev().map(|keycode| (KEY_RELEASE_EVENT, *keycode))) {
        display.xtest_fake_input(kind, keycode, 0, setup.roots[0].root, 0, 0, 0).unwrap();
    }
    display.sync().unwrap();
}

trait Sync {
    fn sync(&self) -> Result<(), x11rb::errors::ReplyError>;
}

impl Sync for RustConnection {
    fn sync(&self) -> Result<(), x11rb::errors::ReplyError> {
        self.get_input_focus()?.reply().map(|_| ())
    }
}

/// How many pixels of the window have this colour.
fn count(pixels: &[u8], colour: u32) -> usize {
    pixels.chunks_exact(4).filter(|pixel| pixel[..3] == colour.to_le_bytes()[..3]).count()
}

fn pixels(display: &RustConnection, window: Window) -> (u16, u16, Vec<u8>) {
    let size = display.get_geometry(window).unwrap().reply().unwrap();
    let image = display.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, size.width, size.height, u32::MAX).unwrap();
    (size.width, size.height, image.reply().unwrap().data)
}

#[tokio::test]
async fn notices_are_drawn_in_japanese_one_at_a_time_and_closed_by_keys() {
    let Some((_xvfb, name)) = screen() else {
        eprintln!("SKIPPED: there is no Xvfb here (package xvfb)");
        return;
    };
    if !Fonts::of_system().have_japanese() {
        eprintln!("SKIPPED: there is no Japanese font here (package fonts-noto-cjk)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let mut program = program(Some(&name), &socket, &["--once"]);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: true, language: "ja".into() });
    for n in [1, 2] {
        session.send(&notice(n)).await.unwrap();
    }
    assert_eq!(said(&mut session).await, FromSession::NoticeShown { id: Uuid::from_u128(1) });

    let (display, _) = x11rb::connect(Some(&name)).unwrap();
    let shown = windows(&display);
    assert_eq!(shown.len(), 1, "the second notice waits");
    let (width, height, before) = pixels(&display, shown[0]);
    let all = usize::from(width) * usize::from(height);
    let (white, indigo) = (count(&before, 0xFF_FFFF), count(&before, 0x16_5E83));
    assert!(white * 2 > all, "a white sheet: {white} of {all}");
    assert!(indigo > 3_000 && indigo * 4 < all, "an edge and a button in indigo: {indigo} of {all}");
    // Between white and indigo there is ink: some thousand pixels for some ninety characters, a rectangle (what is
    // drawn for a character that the font lacks) has far fewer.
    let other = [0xFF_FFFF, 0x16_5E83, 0xF4_F2EB, 0xE5_E1D7, 0xCC_C7BA].map(|colour| count(&before, colour));
    let ink = all - other.iter().sum::<usize>();
    assert!(ink > 6_000, "text: {ink} pixels");
    picture(&display, shown[0], "notice");

    press(&display, shown[0], 0xFF09);
    let until = Instant::now() + Duration::from_secs(60);
    while pixels(&display, shown[0]).2 == before {
        assert!(Instant::now() < until, "Tab draws a ring");
    }
    // The second Tab is on the button that leads to what is recorded.
    let with_ring = pixels(&display, shown[0]).2;
    press(&display, shown[0], 0xFF09);
    while pixels(&display, shown[0]).2 == with_ring {
        assert!(Instant::now() < until, "Tab moves the ring");
    }
    press(&display, shown[0], 0xFF0D);
    assert_eq!(said(&mut session).await, FromSession::ShowMine);
    press(&display, shown[0], 0xFF1B);
    assert_eq!(said(&mut session).await, FromSession::NoticeClosed { id: Uuid::from_u128(1) });
    assert!(program.0.wait().unwrap().success(), "--once ends after the first");
}

/// Keeps the window as a picture (portable pixmap) for who wants to look at it.
fn picture(display: &RustConnection, window: Window, of: &str) {
    if let Some(folder) = std::env::var_os("YAGURA_TEST_SCREENSHOTS") {
        let (width, height, pixels) = pixels(display, window);
        let mut bytes = format!("P6 {width} {height} 255\n").into_bytes();
        bytes.extend(pixels.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]));
        std::fs::write(std::path::Path::new(&folder).join(format!("{of}.ppm")), bytes).unwrap();
    }
}

/// V07: the class, the file, the time, and the way to one's own history.
#[tokio::test]
async fn a_warning_shows_what_happened_and_alt_d_leads_to_the_persons_history() {
    let Some((_xvfb, name)) = screen() else {
        eprintln!("SKIPPED: there is no Xvfb here (package xvfb)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let _program = program(Some(&name), &socket, &[]);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: true, language: "ja".into() });
    let at = Time::from_seconds(1_795_392_000);
    let warning = |n, prohibited, subject: &str| FromAgent::ShowWarning {
        id: Uuid::from_u128(n),
        prohibited,
        class: "removable_write".into(),
        rule: "USBメモリなどへの書き出し".into(),
        subject: subject.into(),
        text: None,
        at,
    };
    let one =
        |subject: &str| Bundled { at, rule: "USBメモリなどへの書き出し".into(), subject: subject.into() };
    let latest = ["来場者名簿_1日目.csv", "名簿_販売店_2026.xlsx", "/a/図面.dwg"].map(one).to_vec();
    let long = format!("/media/usb/{}.xlsx", "見積".repeat(100));
    let all = [
        warning(1, false, "/media/usb/見積_顧客別単価_2026下期.xlsx"),
        warning(2, true, &long),
        FromAgent::ShowBundle { id: Uuid::from_u128(3), count: 7, latest, at },
    ];
    let (display, _) = x11rb::connect(Some(&name)).unwrap();
    let mut sizes = Vec::new();
    for (n, message) in (1..).zip(&all) {
        let id = Uuid::from_u128(n);
        session.send(message).await.unwrap();
        assert_eq!(said(&mut session).await, FromSession::NoticeShown { id });
        let window = windows(&display)[0];
        picture(&display, window, &format!("warning-{n}"));
        let (_, height, _) = pixels(&display, window);
        sizes.push(height);
        // The letter alone is somebody's typing.
        press(&display, window, 0x64);
        press_with(&display, window, &[0xFFE9, 0x64]);
        assert_eq!(said(&mut session).await, FromSession::ShowMine);
        press(&display, window, 0xFF1B);
        assert_eq!(said(&mut session).await, FromSession::NoticeClosed { id });
    }
    assert!(sizes[1] > sizes[0], "a long name takes more lines: {sizes:?}");
    // Nobody closes them: all are there at once, each where its head is seen.
    for n in 4..=6 {
        session.send(&warning(n, false, "/media/usb/a.xlsx")).await.unwrap();
        assert_eq!(said(&mut session).await, FromSession::NoticeShown { id: Uuid::from_u128(n) });
    }
    let places: std::collections::BTreeSet<_> =
        windows(&display).into_iter().map(|window| display.get_geometry(window).unwrap().reply().unwrap().y).collect();
    assert_eq!(places.len(), 3, "{places:?}");
}

/// A07: the notice's own button asks for its page, and where there is none now, that is said and the notice stays.
#[tokio::test]
async fn a_notice_leads_to_its_page_and_says_so_where_that_cannot_be_opened() {
    let Some((_xvfb, name)) = screen() else {
        eprintln!("SKIPPED: there is no Xvfb here (package xvfb)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let _program = program(Some(&name), &socket, &[]);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: true, language: "ja".into() });
    let id = Uuid::from_u128(1);
    let survey = FromAgent::ShowNotice {
        id,
        notice_id: NoticeId::new(),
        title: "在宅勤務について".into(),
        text: "5分ほどで終わります。\n\n〆 2026-12-05 18:00".into(),
        at: Time::from_seconds(1_795_392_000),
        action: Some(Label { ja: "回答する".into(), en: "Answer".into() }),
    };
    session.send(&survey).await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::NoticeShown { id });
    let (display, _) = x11rb::connect(Some(&name)).unwrap();
    let shown = windows(&display)[0];
    picture(&display, shown, "survey");
    // The first Tab shows the ring on the button that closes, the second is on the page's.
    for keysym in [0xFF09, 0xFF09, 0xFF0D] {
        press(&display, shown, keysym);
    }
    assert_eq!(said(&mut session).await, FromSession::OpenPage { id });
    session.send(&FromAgent::NoLink { reason: "away".into() }).await.unwrap();
    assert!(matches!(said(&mut session).await, FromSession::NoticeShown { .. }), "that it cannot be opened");
    let all = windows(&display);
    assert!(all.len() == 2 && all.contains(&shown), "the notice stays");
    let why = all.into_iter().find(|window| *window != shown).unwrap();
    picture(&display, why, "no-page");
}

/// A08: a question stands beside everything else, no stray key answers it, and it goes when it is over.
#[tokio::test]
async fn a_question_is_answered_by_its_buttons_and_goes_when_it_is_over() {
    let Some((_xvfb, name)) = screen() else {
        eprintln!("SKIPPED: there is no Xvfb here (package xvfb)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let _program = program(Some(&name), &socket, &[]);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: true, language: "ja".into() });
    let label = |ja: &str| Label { ja: ja.into(), en: String::new() };
    let ask = |n, later: Option<&str>| FromAgent::Ask {
        id: Uuid::from_u128(n),
        title: label("この端末を再起動します"),
        text: label(
            "保存していないものは失われます。時間までに、開いているファイルを保存してください。\n\n理由: 更新のため",
        ),
        // Far away, so that what is left does not change while the test looks.
        until: Time::from_seconds(4_000_000_000),
        now: label("今すぐ再起動"),
        later: later.map(label),
    };
    let (display, _) = x11rb::connect(Some(&name)).unwrap();
    session.send(&notice(1)).await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::NoticeShown { id: Uuid::from_u128(1) });
    let before = windows(&display)[0];
    let other = |display: &RustConnection| windows(display).into_iter().find(|window| *window != before);
    for (n, later, keys, answer) in [
        // Enter alone is somebody's typing; after Tab it presses the button on which the ring stands.
        (
            2,
            Some("30分後にする"),
            &[0xFF0D, 0xFF09, 0xFF09, 0xFF0D][..],
            FromSession::Answered { id: Uuid::from_u128(2), later: true },
        ),
        (3, None, &[0xFF09, 0xFF0D], FromSession::Answered { id: Uuid::from_u128(3), later: false }),
        (4, Some("30分後にする"), &[0xFF1B], FromSession::NoticeClosed { id: Uuid::from_u128(4) }),
    ] {
        session.send(&ask(n, later)).await.unwrap();
        assert_eq!(said(&mut session).await, FromSession::NoticeShown { id: Uuid::from_u128(n) }, "beside the notice");
        let window = other(&display).unwrap();
        picture(&display, window, &format!("question-{n}"));
        for keysym in keys {
            press(&display, window, *keysym);
        }
        assert_eq!(said(&mut session).await, answer);
    }
    for n in [5, 6] {
        session.send(&ask(n, None)).await.unwrap();
        assert_eq!(said(&mut session).await, FromSession::NoticeShown { id: Uuid::from_u128(n) });
        if n == 5 {
            session.send(&FromAgent::Withdraw { id: Uuid::from_u128(n) }).await.unwrap();
            assert_eq!(said(&mut session).await, FromSession::NoticeClosed { id: Uuid::from_u128(n) });
        }
    }
    // The agent goes: who asked is not there any more.
    drop(session);
    let until = Instant::now() + Duration::from_secs(60);
    while other(&display).is_some() {
        assert!(Instant::now() < until, "a question without anybody who asks goes");
    }
}

#[tokio::test]
async fn without_a_display_the_program_says_so_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let mut program = program(None, &socket, &["--once"]);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: false, language: "ja".into() });
    // The agent starts anew; the program comes back.
    drop(session);
    let mut session = server.accept().await.unwrap();
    assert_eq!(said(&mut session).await, FromSession::Hello { display: false, language: "ja".into() });
    assert!(program.0.try_wait().unwrap().is_none());
}
