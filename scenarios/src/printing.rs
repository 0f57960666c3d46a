//! A printing system of one's own: cupsd in a folder of the house, with a printer that prints into a file. The machine's own one is
//! left alone.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, net::UnixStream, process::CommandExt as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{House, PATIENCE, programs};

/// Where Debian's printer-driver-cups-pdf has the description of a printer that counts its pages.
const MODEL: &str = "/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd";

/// A printing system, until this is dropped.
pub struct Printing {
    folder: PathBuf,
    server: Option<Child>,
}

impl Printing {
    /// Starts one. Nothing, said loudly, where there is no CUPS.
    ///
    /// # Panics
    /// When it does not come up.
    #[must_use]
    pub fn start(house: &House, promise: &str) -> Option<Self> {
        if !std::path::Path::new(MODEL).exists() || !std::path::Path::new("/usr/sbin/cupsd").exists() {
            eprintln!("SKIPPED: {promise}: there is no CUPS here (packages cups and printer-driver-cups-pdf)");
            return None;
        }
        let folder = house.path("cups");
        for (name, mode) in
            [("root/ppd", 0o755), ("spool/tmp", 0o1777), ("cache", 0o755), ("run", 0o755), ("log", 0o755)]
        {
            let path = folder.join(name);
            fs::create_dir_all(&path).expect("a folder can be made");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is our own");
        }
        let at = folder.display();
        // As Debian ships it, jobs of others are hidden from everybody but the system.
        let cupsd = format!(
            "LogLevel warn\nPageLogFormat\nListen {at}/run/cups.sock\nBrowsing No\nWebInterface No\nDefaultAuthType Basic\n\
             IdleExitTimeout 0\n<Location />\n  Order allow,deny\n</Location>\n<Policy default>\n  JobPrivateAccess default\n  \
             JobPrivateValues default\n  SubscriptionPrivateAccess default\n  SubscriptionPrivateValues default\n  \
             <Limit All>\n    Order deny,allow\n  </Limit>\n</Policy>\n"
        );
        let files = format!(
            "ServerRoot {at}/root\nRequestRoot {at}/spool\nCacheDir {at}/cache\nStateDir {at}/run\nAccessLog {at}/log/access\n\
             ErrorLog {at}/log/error\nPageLog {at}/log/page\nTempDir {at}/spool/tmp\nDataDir /usr/share/cups\n\
             ServerBin /usr/lib/cups\nFileDevice Yes\n"
        );
        fs::write(folder.join("root/cupsd.conf"), cupsd).expect("a file can be written");
        fs::write(folder.join("root/cups-files.conf"), files).expect("a file can be written");
        let mut printing = Self { folder, server: None };
        printing.resume();
        let device = format!("file://{}", printing.folder.join("paper").display());
        printing.ask("lpadmin", &["-p", "3F", "-E", "-v", &device, "-P", MODEL]);
        Some(printing)
    }

    /// The folder of its configuration, for `CUPS_SERVERROOT`.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("run/cups.sock")
    }

    /// Stops it, as an update does.
    pub fn pause(&mut self) {
        if let Some(mut server) = self.server.take() {
            programs::run(Command::new("kill").args(["-TERM", &server.id().to_string()]));
            server.wait().expect("cupsd ends");
        }
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn resume(&mut self) {
        let mut cupsd = Command::new("/usr/sbin/cupsd");
        cupsd.arg("-f").arg("-c").arg(self.root().join("cupsd.conf"));
        cupsd.arg("-s").arg(self.root().join("cups-files.conf")).stdin(Stdio::null());
        self.server = Some(programs::spawn(cupsd, &self.folder.join("cupsd.log")));
        let since = Instant::now();
        while UnixStream::connect(self.socket()).is_err() {
            let log = fs::read_to_string(self.folder.join("cupsd.log")).unwrap_or_default();
            assert!(since.elapsed() < PATIENCE, "cupsd does not come up: {log}");
            programs::pause();
        }
    }

    /// Asks it for something, as root; gives what it says.
    ///
    /// # Panics
    /// When it refuses.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> String {
        programs::run(Command::new(program).args(arguments).env("CUPS_SERVER", self.socket()))
    }

    /// Prints a document of so many pages as this account; gives the number of the job.
    ///
    /// # Panics
    /// When it is refused.
    pub fn print(&self, account: u32, title: &str, pages: usize, options: &[&str]) -> u32 {
        let document = self.folder.join(format!("{pages}.ps"));
        let mut text = format!("%!PS-Adobe-3.0\n%%Pages: {pages}\n%%EndComments\n");
        for page in 1..=pages {
            text += &format!(
                "%%Page: {page} {page}\n/Helvetica findfont 20 scalefont setfont 90 700 moveto (p) show showpage\n"
            );
        }
        fs::write(&document, text + "%%EOF\n").expect("a file can be written");
        let mut lp = Command::new("lp");
        lp.args(["-d", "3F", "-t", title]).args(options).arg(document).env("CUPS_SERVER", self.socket());
        let said = programs::run(lp.uid(account).current_dir("/").env("LC_ALL", "C.UTF-8"));
        let number = said.split("3F-").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        number.unwrap_or_else(|| panic!("lp said {said}"))
    }

    /// Waits until no job is under way.
    ///
    /// # Panics
    /// When one always is.
    pub async fn until_quiet(&self) {
        let since = Instant::now();
        while !self.ask("lpstat", &["-o"]).trim().is_empty() {
            assert!(since.elapsed() < PATIENCE, "something is always being printed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Printing {
    fn drop(&mut self) {
        programs::kill(self.server.take());
    }
}
