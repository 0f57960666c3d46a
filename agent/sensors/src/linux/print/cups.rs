//! Where CUPS is on this machine, and one question to it.

use std::{
    env, fs, io,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::print::answer::{self, AnswerError};

/// CUPS answers from memory.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer about five hundred jobs has a few hundred kilobytes.
const LONGEST_ANSWER: u64 = 8 << 20;

/// CUPS on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cups {
    pub(super) socket: PathBuf,
    pub(super) spool: PathBuf,
}

/// Why CUPS did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum CupsError {
    #[error("cannot reach the printing system at `{}`: {source}", socket.display())]
    Reach { socket: PathBuf, source: io::Error },
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl Cups {
    /// Where CUPS's own programs would look for it: `CUPS_SERVER` (a path), `CUPS_SERVERROOT`, its configuration, its usual place.
    pub(super) fn of_system() -> Self {
        let root = env::var_os("CUPS_SERVERROOT").map_or_else(|| PathBuf::from("/etc/cups"), PathBuf::from);
        let server = env::var_os("CUPS_SERVER").map(PathBuf::from).filter(|path| path.is_absolute());
        let read = |name: &str| fs::read(root.join(name)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Self::of(server, &read("cupsd.conf").unwrap_or_default(), &read("cups-files.conf").unwrap_or_default())
    }

    fn of(server: Option<PathBuf>, cupsd: &str, files: &str) -> Self {
        let listens = || directives(cupsd, "Listen").map(Path::new).find(|path| path.is_absolute());
        Self {
            socket: server.unwrap_or_else(|| listens().unwrap_or_else(|| Path::new("/run/cups/cups.sock")).to_owned()),
            spool: directives(files, "RequestRoot").next().unwrap_or("/var/spool/cups").into(),
        }
    }

    /// Whether CUPS is installed here at all.
    pub(super) fn is_here(&self) -> bool {
        self.spool.is_dir()
    }

    /// Asks in IPP, as root: the kernel vouches for that, so that nobody's jobs are hidden.
    pub(super) fn ask(&self, question: &[u8]) -> Result<Vec<u8>, CupsError> {
        let all = || -> io::Result<Vec<u8>> {
            let mut stream = UnixStream::connect(&self.socket)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            let head = format!(
                "POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: yagura\r\nContent-Type: application/ipp\r\n\
                 Content-Length: {}\r\nAuthorization: PeerCred root\r\nConnection: close\r\n\r\n",
                question.len()
            );
            stream.write_all(head.as_bytes())?;
            stream.write_all(question)?;
            let mut bytes = Vec::new();
            stream.take(LONGEST_ANSWER).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = all().map_err(|source| CupsError::Reach { socket: self.socket.clone(), source })?;
        Ok(answer::body(&bytes)?)
    }
}

/// The values of a directive, in order.
fn directives<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines().filter_map(move |line| {
        let (found, value) = line.trim().split_once(char::is_whitespace)?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The number of the job that a file in the spool folder belongs to: `c00012` is its description, `d00012-001` its first document.
pub(super) fn job_of(name: &[u8]) -> Option<u32> {
    let name = std::str::from_utf8(name).ok()?;
    let number = match name.as_bytes().first()? {
        b'c' => name.get(1..)?,
        b'd' => name.get(1..)?.split_once('-')?.0,
        _ => return None,
    };
    number.bytes().all(|digit| digit.is_ascii_digit()).then(|| number.parse().ok())?.filter(|id| *id > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_where_its_configuration_says() {
        let usual = Cups { socket: "/run/cups/cups.sock".into(), spool: "/var/spool/cups".into() };
        assert_eq!(Cups::of(None, "Listen localhost:631\n", "# RequestRoot /x\n"), usual);
        let moved = Cups { socket: "/x/cups.sock".into(), spool: "/x/spool dir".into() };
        let cupsd = "LogLevel warn\nListen localhost:631\nlisten  /x/cups.sock\n";
        assert_eq!(Cups::of(None, cupsd, "RequestRoot /x/spool dir\n"), moved);
        assert_eq!(Cups::of(Some("/y".into()), cupsd, "").socket, Path::new("/y"));
    }

    #[test]
    fn files_in_the_spool_folder_name_their_job() {
        for (name, expected) in [
            ("c00012", Some(12)),
            ("d00012-001", Some(12)),
            ("d123456-002", Some(123_456)),
            ("c00012.N", None),
            ("tmp", None),
            ("d00012", None),
            ("c00000", None),
            ("c", None),
            ("c99999999999", None),
        ] {
            assert_eq!(job_of(name.as_bytes()), expected, "{name}");
        }
        assert_eq!(job_of(b"c\xFF"), None);
    }
}
