//! Lists of apt that it keeps packed. Apt itself knows all its forms, so its own tool is asked.

use std::{
    io::{self, Read},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

const TOOL: &str = "/usr/lib/apt/apt-helper";

/// A file as it is read by apt's tool; the tool ends with this value.
pub(super) struct Unpacked {
    tool: Child,
    content: ChildStdout,
}

impl Unpacked {
    pub(super) fn open(path: &Path) -> Option<Self> {
        let mut command = Command::new(TOOL);
        command.arg("cat-file").arg(path).env_clear().env("LC_ALL", "C.UTF-8");
        let mut tool = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let content = tool.stdout.take()?;
        Some(Self { tool, content })
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        if length == 0 && !self.tool.wait()?.success() {
            return Err(io::Error::other("apt-helper could not read it"));
        }
        Ok(length)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // It has ended already where all was read.
        drop(self.tool.kill());
        drop(self.tool.wait());
    }
}
