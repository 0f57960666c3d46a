//! A whole small Debian of an endpoint's own, so that real packages can be installed, upgraded and broken without touching this machine.
//!
//! One tree is made by debootstrap for all tests, from the mirrors that this machine's own apt uses; each endpoint lives in a layer over it
//! that takes what it writes. Its agent runs there (`chroot`), in mounts that nobody else sees.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, PoisonError},
};

use crate::{
    House,
    apart::quoted,
    programs::{folder, run},
};

const RELEASE: &str = "bookworm";

/// Whether a test may make trees; says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn may_plant(promise: &str) -> bool {
    let has = |program: &str| {
        let tried = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let why = if !has("debootstrap") || mirrors().is_empty() {
        "debootstrap, and a mirror of Debian that apt knows"
    } else if !may_lay_over() {
        "root, and file systems that lie over others (overlay)"
    } else {
        return true;
    };
    println!("SKIPPED: {promise}: a Debian of an endpoint's own needs {why}");
    false
}

fn may_lay_over() -> bool {
    let Ok(dir) = tempfile::tempdir() else { return false };
    let layers = ["lower", "upper", "work", "all"].map(|name| dir.path().join(name));
    if layers.iter().any(|layer| fs::create_dir(layer).is_err()) {
        return false;
    }
    let [lower, upper, work, all] = layers.map(|layer| layer.display().to_string());
    let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
    let tried = Command::new("unshare")
        .args(["--mount", "mount", "-t", "overlay", "overlay", "-o", &options, &all])
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

/// The archives of this machine's apt: address, codename and label.
fn mirrors() -> Vec<[String; 3]> {
    let format = "$(REPO_URI) $(CODENAME) $(LABEL)";
    let asked = Command::new("apt-get").args(["indextargets", "--format", format, "Created-By: Packages"]).output();
    let text = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some([words.next()?, words.next()?, words.next()?])
        })
        .collect()
}

/// The tree below all layers, made where nobody has made it yet. It lies beside the programs: a second run finds it there.
fn base() -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let base = folder().join(format!("debian-{RELEASE}"));
    if base.exists() {
        return base;
    }
    let mirrors = mirrors();
    let [main, ..] = mirrors.iter().find(|[.., label]| label == "Debian").expect("a mirror was found before");
    let making = tempfile::Builder::new().prefix("debian-").tempdir_in(folder()).expect("a folder can be made");
    let tree = making.path().join("tree");
    run(Command::new("debootstrap").args(["--variant=minbase", RELEASE]).arg(&tree).arg(main));
    reach_mirrors(&tree, &mirrors);
    fs::rename(&tree, &base).expect("the tree can be put in its place");
    base
}

/// The tree reaches mirrors as this machine does.
fn reach_mirrors(tree: &Path, mirrors: &[[String; 3]]) {
    for name in ["etc/resolv.conf", "etc/hosts"] {
        // Not every machine has both.
        let _ = fs::copy(Path::new("/").join(name), tree.join(name));
    }
    for name in ["etc/apt/apt.conf.d", "etc/ssl/certs", "usr/local/share/ca-certificates", "usr/share/ca-certificates"]
    {
        let from = Path::new("/").join(name).join(".");
        fs::create_dir_all(tree.join(name)).expect("a folder can be made");
        // The certificates are there where a mirror needs them.
        let _ = Command::new("cp").arg("-a").arg(from).arg(tree.join(name)).stderr(Stdio::null()).status();
    }
    // The updates of security only: its list is short, and what is installed is what debootstrap took.
    let security: Vec<String> = mirrors
        .iter()
        .filter(|[_, codename, label]| label.contains("Security") && codename.starts_with(RELEASE))
        .map(|[uri, codename, _]| format!("deb {uri} {codename} main\n"))
        .collect();
    fs::write(tree.join("etc/apt/sources.list"), security.concat()).expect("the sources can be written");
}

impl House {
    /// Gives the endpoint `name`, from the next start of its agent on, a Debian and a host name of its own.
    ///
    /// # Panics
    /// When the tree cannot be made.
    pub fn plant(&mut self, name: &str, hostname: &str) {
        let base = base();
        for layer in ["upper", "work", "root"] {
            fs::create_dir_all(self.path(&format!("{name}.{layer}"))).expect("a folder can be made");
        }
        let [house, upper, work, root] =
            ["", &format!("{name}.upper"), &format!("{name}.work"), &format!("{name}.root")]
                .map(|place| quoted(&self.path(place)));
        let (base, programs) = (quoted(&base), quoted(&folder()));
        // What the house and the programs are called is the same inside as outside.
        let shell = format!(
            "hostname {hostname}
             mount -t overlay overlay -o lowerdir={base},upperdir={upper},workdir={work} {root}
             for place in {house} {programs} /proc /sys /dev; do
               mkdir -p {root}$place; mount --bind $place {root}$place
             done
             exec chroot {root} \"$@\""
        );
        self.wrap_agent(name, &format!("exec unshare --uts sh -ec '{shell}' sh \"$@\""));
    }

    /// Runs a command in the Debian of the endpoint `name`, whether its agent runs or not, and gives what came of it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn try_in_tree(&self, name: &str, arguments: &[&str]) -> Output {
        let mut command = match self.agents.get(name) {
            Some(agent) => {
                self.until_inside(name);
                let mut command = Command::new("nsenter");
                command.args(["--target", &agent.id().to_string(), "--mount", "--uts", "--root", "--wd", "--"]);
                command
            }
            None => {
                let wrap = self.agent_wrap.get(name).expect("the endpoint has a tree");
                let mut command = Command::new(&wrap[0]);
                command.args(&wrap[1..]);
                command
            }
        };
        command.args(arguments).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        for (name, value) in std::env::vars().filter(|(name, _)| name.to_lowercase().ends_with("_proxy")) {
            command.env(name, value);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C.UTF-8");
        command.output().expect("the program can be started")
    }

    /// The same for a command that has to succeed; gives what it wrote.
    ///
    /// # Panics
    /// When it fails.
    pub fn in_tree(&self, name: &str, arguments: &[&str]) -> String {
        let output = self.try_in_tree(name, arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Makes this archive known to the apt of the endpoint `name`, as one of Debian's updates of security, and has it looked into. The
    /// archive lies in the house.
    ///
    /// # Panics
    /// When the lists cannot be fetched.
    pub fn offer_updates(&self, name: &str, archive: &Archive) {
        let source = format!("deb [trusted=yes] file://{} bookworm-security main", archive.folder.display());
        let list = format!("echo '{source}' > /etc/apt/sources.list.d/{}.list", archive.name());
        self.in_tree(name, &["sh", "-ec", &list]);
        self.in_tree(name, &["apt-get", "-q", "update"]);
    }
}

/// An archive of packages that a test makes.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
}

/// A package that a test makes.
#[derive(Debug, Clone, Copy)]
pub struct MadePackage<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What is run once its files are there; empty for nothing.
    pub postinst: &'a str,
}

impl Archive {
    /// An empty one in this folder.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        let archive = Self { folder };
        fs::create_dir_all(archive.lists()).expect("a folder can be made");
        archive.write_down();
        archive
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn lists(&self) -> PathBuf {
        self.folder.join("dists/bookworm-security/main/binary-amd64")
    }

    /// Makes a package and adds it; gives its file.
    ///
    /// # Panics
    /// When dpkg-deb does not make it.
    pub fn add(&self, package: MadePackage<'_>) -> PathBuf {
        let made = tempfile::tempdir().expect("a folder can be made");
        let MadePackage { name, version, postinst } = package;
        let (control, files) = (made.path().join("DEBIAN"), made.path().join("usr/share").join(name));
        fs::create_dir_all(&control).and_then(|()| fs::create_dir_all(&files)).expect("a folder can be made");
        let head = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Yagura's tests <tests@example.invalid>\n\
             Description: a package of a test\n"
        );
        fs::write(control.join("control"), head).expect("a file can be written");
        fs::write(files.join("version"), version).expect("a file can be written");
        if !postinst.is_empty() {
            let script = control.join("postinst");
            fs::write(&script, format!("#!/bin/sh\nset -e\n{postinst}\n")).expect("a file can be written");
            fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is our own");
        }
        let file = self.folder.join(format!("{name}_{version}_all.deb"));
        run(Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(made.path()).arg(&file));
        self.write_down();
        file
    }

    /// Lists what is in it.
    fn write_down(&self) {
        let mut list = String::new();
        let mut files: Vec<PathBuf> = fs::read_dir(&self.folder)
            .expect("the folder can be read")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
            .collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let head = run(Command::new("dpkg-deb").arg("--field").arg(&file));
            let hash = run(Command::new("sha256sum").arg(&file));
            let hash = hash.split_whitespace().next().unwrap_or_default().to_owned();
            let size = fs::metadata(&file).expect("the package is there").len();
            list += &format!("{}\nFilename: {name}\nSize: {size}\nSHA256: {hash}\n\n", head.trim_end());
        }
        let lists = self.lists();
        fs::write(lists.join("Packages"), &list).expect("a file can be written");
        let hash = run(Command::new("sha256sum").arg(lists.join("Packages")));
        let hash = hash.split_whitespace().next().unwrap_or_default().to_owned();
        let size = list.len();
        let release = format!(
            "Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: bookworm-security\n\
             Date: Mon, 30 Nov 2026 00:00:00 UTC\nArchitectures: amd64\nComponents: main\nSHA256:\n \
             {hash} {size} main/binary-amd64/Packages\n"
        );
        fs::write(self.folder.join("dists/bookworm-security/Release"), release).expect("a file can be written");
    }
}
