//! A machine of its own: an agent with a host name, a network and mounts that nobody else sees. The only way out of its network leads
//! to the server, through a socket that is a file.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpStream, UnixListener},
    task::JoinHandle,
};

use crate::{House, PATIENCE, kill, pause, programs::run};

const WIRE: &str = include_str!("wire.py");

/// The road to a port of this machine. Dropped, it ends.
pub struct Apart {
    road: JoinHandle<()>,
    down: Arc<AtomicU64>,
}

impl Apart {
    /// How many bytes came from the port so far.
    #[must_use]
    pub fn down(&self) -> u64 {
        self.down.load(Ordering::Relaxed)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.road.abort();
    }
}

/// Carries what comes, and counts it, until one end hangs up.
async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, count: &AtomicU64) {
    let mut bytes = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        count.fetch_add(length as u64, Ordering::Relaxed);
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
    // The other end may have hung up already.
    let _ = to.shutdown().await;
}

/// A road from a socket that is a file to a port of this machine.
fn road(socket: &Path, port: u16) -> Apart {
    let listener = UnixListener::bind(socket).expect("a socket can be made");
    let down = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&down);
    let road = tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let down = Arc::clone(&counted);
            tokio::spawn(async move {
                let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                let up = AtomicU64::new(0);
                tokio::join!(carry(near_read, far_write, &up), carry(far_read, near_write, &down));
            });
        }
    });
    Apart { road, down }
}

/// A segment of its own, into which machines are plugged. Dropped, it is gone.
pub struct Segment {
    keeper: Child,
    script: PathBuf,
    relays: Vec<Child>,
}

impl Drop for Segment {
    fn drop(&mut self) {
        while let Some(relay) = self.relays.pop() {
            kill(Some(relay));
        }
        // Killed already is as good.
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

impl Segment {
    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.keeper.id().to_string(), "--net", "--"]);
        command
    }

    /// Somebody on the segment at this address (like `192.0.2.66/24`), whose port is a port of the test's: what connects there comes out here.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn lend(&mut self, house: &House, address: &str, there: u16, here: u16) -> Apart {
        let socket = house.path(&format!("lent-{here}.wire"));
        let road = road(&socket, here);
        run(self.enter().args(["ip", "addr", "add", address, "dev", "hub"]));
        let host = address.split('/').next().unwrap_or_default();
        let mut relay = self.enter();
        relay.arg("python3").arg(&self.script).arg(there.to_string()).arg(socket).arg(host);
        self.relays.push(relay.spawn().expect("python can be started"));
        road
    }
}

impl House {
    /// Puts the agent of the folder `name`, from its next start on, on a machine of its own with this host name.
    ///
    /// # Panics
    /// When the road to the server cannot be made.
    pub fn set_apart(&mut self, name: &str, hostname: &str) -> Apart {
        let (script, socket) = (self.path("wire.py"), self.path(&format!("{name}.wire")));
        std::fs::write(&script, WIRE).expect("a file can be written");
        let port = self.port();
        let road = road(&socket, port);
        let wire = format!("python3 {} {port} {}", quoted(&script), quoted(&socket));
        // Which network /sys shows is settled when it is mounted.
        let inner = format!("mount -t sysfs sysfs /sys; ip link set lo up; hostname {hostname}; {wire} & exec \"$@\"");
        self.wrap_agent(name, &format!("exec unshare --net --uts sh -ec '{inner}' sh \"$@\""));
        road
    }

    /// A segment with nobody on it.
    ///
    /// # Panics
    /// When the kernel makes no such network.
    #[must_use]
    pub fn segment(&self) -> Segment {
        let script = self.path("wire.py");
        std::fs::write(&script, WIRE).expect("a file can be written");
        let mut keeper = Command::new("unshare");
        keeper.args([
            "--net",
            "sh",
            "-ec",
            "ip link add hub type bridge; ip link set hub up; echo up; exec sleep infinity",
        ]);
        let mut keeper = keeper.stdout(Stdio::piped()).spawn().expect("unshare can be started");
        let mut said = [0; 2];
        let out = keeper.stdout.as_mut().expect("it was piped");
        std::io::Read::read_exact(out, &mut said).expect("the kernel has bridges");
        Segment { keeper, script, relays: Vec::new() }
    }

    /// Plugs the machine of the agent of the folder `name` into the segment, as its card `eth0` with this address.
    ///
    /// # Panics
    /// When the agent does not run.
    pub fn join(&self, segment: &Segment, name: &str, address: &str) {
        let pid = self.until_inside(name).to_string();
        let port = format!("to-{pid}");
        run(segment
            .enter()
            .args(["ip", "link", "add", "name", &port, "type", "veth"])
            .args(["peer", "name", "eth0", "netns", &pid]));
        run(segment.enter().args(["ip", "link", "set", "dev", &port, "master", "hub", "up"]));
        self.inside(name, &["ip", "addr", "add", address, "brd", "+", "dev", "eth0"]);
        self.inside(name, &["ip", "link", "set", "eth0", "up"]);
    }

    /// Plugs a network card with this address into the machine of the agent of the folder `name`.
    ///
    /// # Panics
    /// When the agent does not run, or the kernel makes no such card.
    pub fn plug_in(&self, name: &str, card: &str, mac: &str) {
        // One end of a pair: not every kernel has other kinds of cards that are not there. The other end gets an address of a program's.
        self.inside(
            name,
            &["ip", "link", "add", card, "address", mac, "type", "veth", "peer", "name", &format!("{card}-far")],
        );
        for end in [card, &format!("{card}-far")] {
            self.inside(name, &["ip", "link", "set", end, "up"]);
        }
    }

    /// Runs a command on the machine of the agent of the folder `name`.
    ///
    /// # Panics
    /// When the agent does not run, or the command fails.
    pub fn inside(&self, name: &str, arguments: &[&str]) {
        let pid = self.until_inside(name).to_string();
        run(Command::new("nsenter").args(["--target", &pid, "--uts", "--net", "--mount", "--"]).args(arguments));
    }

    /// Waits until the agent of the folder `name` is where it was put, and gives its process: until then that is a shell which is still on
    /// this machine.
    pub(crate) fn until_inside(&self, name: &str) -> u32 {
        let pid = self.agents.get(name).expect("the agent runs").id();
        let since = Instant::now();
        while !std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with("yagura-agent")) {
            assert!(since.elapsed() < PATIENCE, "the agent does not start: {}", self.log(name));
            pause();
        }
        pid
    }
}

/// A path without anything that means something to a shell: folders of tests have such names.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    assert!(text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter)), "{text}");
    text
}
