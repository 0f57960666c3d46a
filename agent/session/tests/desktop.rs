//! What the program tells of a desktop, on a real X server: Xvfb, without a window manager.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{
            Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
            PropMode, Window, WindowClass,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};
use yagura_local::{
    FromAgent, FromSession, Server, Session,
    desktop::{MAX_TITLE, Seen, SeenWindow, Sign, Watch},
};
use yagura_vocabulary::SensorHealth;

/// A child that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already is as good.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A desktop that is watched, and windows on it.
struct Desk {
    display: RustConnection,
    root: Window,
    session: Session,
    _server: Server,
    _programs: Vec<Running>,
    _folder: tempfile::TempDir,
}

impl Desk {
    /// Nothing when there is no Xvfb.
    async fn open(watch: Watch) -> Option<Self> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]);
        let Ok(mut child) = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            println!("SKIPPED: there is no Xvfb here");
            return None;
        };
        let mut out = child.stdout.take().unwrap();
        let mut programs = vec![Running(child)];
        let mut number = Vec::new();
        let mut byte = [0];
        while out.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            number.push(byte[0]);
        }
        let name = format!(":{}", String::from_utf8(number).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent.sock");
        let server = Server::bind(&socket).unwrap();
        programs.push(session_program(&name, &socket));
        let mut session = server.accept().await.unwrap();
        let hello = session.next().await.unwrap().unwrap();
        assert!(matches!(hello, FromSession::Hello { display: true, .. }), "{hello:?}");
        session.send(&FromAgent::WatchDesktop { watch: Some(watch) }).await.unwrap();
        let (display, screen) = x11rb::connect(Some(&name)).unwrap();
        let root = display.setup().roots[screen].root;
        Some(Self { display, root, session, _server: server, _programs: programs, _folder: folder })
    }

    async fn seen(&mut self) -> Seen {
        let said = tokio::time::timeout(Duration::from_secs(60), self.session.next()).await.expect("in time");
        match said.unwrap().expect("still there") {
            FromSession::Desktop(seen) => seen,
            other => panic!("{other:?}"),
        }
    }

    /// The next active window that has this number.
    async fn active(&mut self, window: Window) -> (SeenWindow, u64) {
        loop {
            if let Seen::Active { window: Some(found), folded } = self.seen().await
                && found.id == window
            {
                return (found, folded);
            }
        }
    }

    /// The next telling of this window whose title is this.
    async fn until_title(&mut self, window: Window, title: &str) -> u64 {
        let mut all = 0;
        loop {
            let (found, folded) = self.active(window).await;
            all += folded + 1;
            if found.title.is_some_and(|found| found.as_str() == title) {
                return all;
            }
        }
    }

    fn atom(&self, name: &str) -> Atom {
        self.display.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    /// A window with this title, on the screen, not yet the active one.
    fn window(&self, title: &[u8]) -> Window {
        let window = self.display.generate_id().unwrap();
        let class = WindowClass::INPUT_OUTPUT;
        self.display.create_window(0, window, self.root, 0, 0, 50, 50, 0, class, 0, &CreateWindowAux::new()).unwrap();
        self.name(window, title);
        self.display
            .change_property8(PropMode::REPLACE, window, AtomEnum::WM_CLASS, AtomEnum::STRING, b"paint\0Paint\0")
            .unwrap();
        window
    }

    fn name(&self, window: Window, title: &[u8]) {
        let (name, utf8) = (self.atom("_NET_WM_NAME"), self.atom("UTF8_STRING"));
        self.display.change_property8(PropMode::REPLACE, window, name, utf8, title).unwrap();
        self.display.flush().unwrap();
    }

    fn show(&self, window: Window) {
        self.display.map_window(window).unwrap();
        self.display.get_input_focus().unwrap().reply().unwrap();
    }

    fn focus(&self, window: Window) {
        self.display.set_input_focus(InputFocus::PARENT, window, 0_u32).unwrap().check().unwrap();
    }
}

fn session_program(display: &str, socket: &Path) -> Running {
    let mut program = Command::new(env!("CARGO_BIN_EXE_yagura-session"));
    program.arg("--socket").arg(socket).env("DISPLAY", display).env("LANG", "C.UTF-8");
    program.env_remove("WAYLAND_DISPLAY").env_remove("XDG_SESSION_TYPE");
    Running(program.spawn().unwrap())
}

const TITLES: Watch = Watch { titles: true, idle_after_s: 0 };

#[tokio::test]
async fn the_window_that_has_the_keyboard_is_told_with_title_class_and_process() {
    let Some(mut desk) = Desk::open(TITLES).await else { return };
    let sight = desk.seen().await;
    assert!(matches!(&sight, Seen::Sight { health: SensorHealth::Ok, reason: None, display: Some(_) }), "{sight:?}");
    let window = desk.window("会計 - 表計算".as_bytes());
    desk.show(window);
    desk.focus(window);
    let (found, _) = desk.active(window).await;
    assert_eq!(found.title.unwrap().as_str(), "会計 - 表計算");
    // The X server knows it from the kernel: the window itself says nothing of its process.
    assert_eq!((found.class.as_deref(), found.pid), (Some("Paint"), Some(std::process::id())));
    assert!(!found.cut && !found.gone);
    desk.display.destroy_window(window).unwrap().check().unwrap();
    loop {
        if matches!(desk.seen().await, Seen::Active { window: None, .. }) {
            break;
        }
    }
}

#[tokio::test]
async fn any_title_is_told_at_a_length_that_can_be_borne() {
    let Some(mut desk) = Desk::open(TITLES).await else { return };
    let long = "長".repeat(4000);
    let window = desk.window(long.as_bytes());
    desk.show(window);
    desk.focus(window);
    let (found, _) = desk.active(window).await;
    let title = found.title.unwrap();
    assert!(found.cut && title.as_str() == "長".repeat(MAX_TITLE / 3), "{} bytes", title.as_bytes().len());
    desk.name(window, b"\x93\xFA\x96{");
    let (found, _) = desk.active(window).await;
    assert_eq!(found.title.unwrap().as_bytes(), b"\x93\xFA\x96{");
    // Without the newer name the older one counts.
    let name = desk.atom("_NET_WM_NAME");
    desk.display.delete_property(window, name).unwrap();
    let compound = desk.atom("COMPOUND_TEXT");
    let bytes = b"\x1B$(B8+@Q=q\x1B(B";
    desk.display.change_property8(PropMode::REPLACE, window, AtomEnum::WM_NAME, compound, bytes).unwrap();
    desk.display.flush().unwrap();
    desk.until_title(window, "見積書").await;
}

#[tokio::test]
async fn a_title_that_flickers_is_folded_and_its_last_state_is_told() {
    let Some(mut desk) = Desk::open(TITLES).await else { return };
    let window = desk.window(b"0%");
    desk.show(window);
    desk.focus(window);
    desk.active(window).await;
    for step in 1..=500 {
        desk.name(window, format!("{step}").as_bytes());
    }
    desk.name(window, "done".as_bytes());
    let told = desk.until_title(window, "done").await;
    assert!((2..=501).contains(&told), "{told} changes were told or counted");
}

#[tokio::test]
async fn without_titles_wanted_none_leaves_the_desktop() {
    let Some(mut desk) = Desk::open(Watch { titles: false, idle_after_s: 0 }).await else { return };
    let window = desk.window("秘密".as_bytes());
    desk.show(window);
    desk.focus(window);
    let (found, _) = desk.active(window).await;
    assert_eq!((found.title, found.class.as_deref()), (None, Some("Paint")));
}

#[tokio::test]
async fn a_dialogue_that_tells_of_an_error_is_told_also_when_it_has_not_the_keyboard() {
    let Some(mut desk) = Desk::open(TITLES).await else { return };
    desk.seen().await;
    let plain = desk.window("保存しますか".as_bytes());
    let error = desk.window("保存エラー".as_bytes());
    let (kind, dialogue) = (desk.atom("_NET_WM_WINDOW_TYPE"), desk.atom("_NET_WM_WINDOW_TYPE_DIALOG"));
    for window in [plain, error] {
        desk.display.change_property32(PropMode::REPLACE, window, kind, AtomEnum::ATOM, &[dialogue]).unwrap();
        desk.show(window);
    }
    loop {
        if let Seen::Error { window, sign } = desk.seen().await {
            assert_eq!((window.id, sign), (error, Sign::Title));
            break;
        }
    }
}

#[tokio::test]
async fn being_away_and_back_is_told_without_looking_again_and_again() {
    let Some(mut desk) = Desk::open(Watch { titles: true, idle_after_s: 1 }).await else { return };
    let away = loop {
        if let Seen::Idle { for_ms } = desk.seen().await {
            break for_ms;
        }
    };
    assert!(away >= 1000, "{away}");
    for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
        desk.display.xtest_fake_input(kind, 50, 0, 0, 0, 0, 0).unwrap().check().unwrap();
    }
    loop {
        match desk.seen().await {
            Seen::Back => break,
            Seen::Idle { .. } => panic!("told twice"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn ten_thousand_windows_hold_nobody_up() {
    let Some(mut desk) = Desk::open(TITLES).await else { return };
    for _ in 0..10_000 {
        let window = desk.display.generate_id().unwrap();
        let (class, looks) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        desk.display.create_window(0, window, desk.root, 0, 0, 1, 1, 0, class, 0, &looks).unwrap();
    }
    let last = desk.window("最後の窓".as_bytes());
    desk.show(last);
    desk.focus(last);
    desk.until_title(last, "最後の窓").await;
}

#[tokio::test]
async fn a_desktop_without_a_display_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent.sock");
    let server = Server::bind(&socket).unwrap();
    let _program = session_program(":9999", &socket);
    let mut session = server.accept().await.unwrap();
    session.send(&FromAgent::WatchDesktop { watch: Some(TITLES) }).await.unwrap();
    loop {
        let said = tokio::time::timeout(Duration::from_secs(60), session.next()).await.unwrap().unwrap().unwrap();
        if let FromSession::Desktop(Seen::Sight { health, reason, .. }) = said {
            assert_eq!(health, SensorHealth::Unsupported);
            assert!(reason.unwrap().contains("no X11 display"));
            break;
        }
    }
}
