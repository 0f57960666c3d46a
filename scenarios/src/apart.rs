//! A machine of its own: an agent with a host name, a network and mounts that nobody else sees. The only way out of its network leads
//! to the server, through a socket that is a file.

use std::{path::Path, process::Command, time::Instant};

use tokio::{
    io::copy_bidirectional,
    net::{TcpStream, UnixListener},
    task::JoinHandle,
};

use crate::{House, PATIENCE, pause, programs::run};

const WIRE: &str = include_str!("wire.py");

/// The road to the server. Dropped, it ends.
pub struct Apart(JoinHandle<()>);

impl Drop for Apart {
    fn drop(&mut self) {
        self.0.abort();
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
        let listener = UnixListener::bind(&socket).expect("a socket can be made");
        let port = self.port();
        let road = tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                tokio::spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await {
                        // Either end may hang up at any time.
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        let wire = format!("python3 {} {port} {}", quoted(&script), quoted(&socket));
        // Which network /sys shows is settled when it is mounted.
        let inner = format!("mount -t sysfs sysfs /sys; ip link set lo up; hostname {hostname}; {wire} & exec \"$@\"");
        self.wrap_agent(name, &format!("exec unshare --net --uts sh -ec '{inner}' sh \"$@\""));
        Apart(road)
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
