//! Which version of a package apt would take: its preferences (apt_preferences(5)), and what repositories say of themselves. Pure.

/// What a repository says of itself (its `Release` file), and where it was fetched from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// `oldstable-security`.
    pub suite: String,
    /// `bookworm-security`.
    pub codename: String,
    /// `Debian`.
    pub origin: String,
    /// `Debian-Security`.
    pub label: String,
    /// `12`.
    pub version: String,
    /// The host that it was fetched from.
    pub site: String,
    /// The part of it that a list is of: `main`.
    pub component: String,
    /// Only who asks for it gets anything of it.
    pub not_automatic: bool,
    /// Once installed, its packages are kept up to date all the same.
    pub upgrades: bool,
}

impl Release {
    /// Reads the head of a `Release` or `InRelease` file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut release = Self::default();
        // The sums of files follow the head, indented.
        for (field, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            let value = value.trim().to_owned();
            match field {
                "Suite" => release.suite = value,
                "Codename" => release.codename = value,
                "Origin" => release.origin = value,
                "Label" => release.label = value,
                "Version" => release.version = value,
                "NotAutomatic" => release.not_automatic = value.eq_ignore_ascii_case("yes"),
                "ButAutomaticUpgrades" => release.upgrades = value.eq_ignore_ascii_case("yes"),
                _ => {}
            }
        }
        release
    }

    /// Whether it brings what closes holes in security.
    #[must_use]
    pub fn is_security(&self) -> bool {
        [&self.suite, &self.codename, &self.label].iter().any(|text| text.to_lowercase().contains("security"))
    }

    /// What its packages count without anybody's preferences.
    const fn priority(&self) -> i32 {
        match (self.not_automatic, self.upgrades) {
            (false, _) => 500,
            (true, true) => 100,
            (true, false) => 1,
        }
    }
}

/// What an administrator prefers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    pins: Vec<Pin>,
    /// How many records could not be understood.
    pub unread: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pin {
    packages: Vec<String>,
    what: What,
    priority: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// Letter and pattern; all must fit.
    Release(Vec<(char, String)>),
    Origin(String),
    Version(String),
}

/// Below everything that is ever installed.
const NEVER: i32 = -32_768;

impl Pins {
    /// Adds the records of one file; files are read in the order of their names.
    pub fn read(&mut self, text: &str) {
        let plain = text.replace('\r', "");
        for record in plain.split("\n\n") {
            let field = |name: &str| {
                let mut lines = record.lines().filter(|line| !line.starts_with('#'));
                lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
            };
            if field("Package").is_none() && field("Pin").is_none() {
                continue;
            }
            match (field("Package"), field("Pin").and_then(what), field("Pin-Priority").and_then(priority)) {
                // Regular expressions and names of sources are possible too, and rare.
                (Some(packages), Some(what), Some(priority)) if !packages.contains(['/', ':']) => {
                    let packages = packages.split_whitespace().map(str::to_owned).collect();
                    self.pins.push(Pin { packages, what, priority });
                }
                _ => self.unread += 1,
            }
        }
    }

    /// What a version of a package counts in one repository.
    #[must_use]
    pub fn counts(&self, package: &str, version: &str, release: &Release) -> Counts {
        let fits = |pin: &Pin| {
            pin.packages.iter().any(|name| glob(name, package))
                && match &pin.what {
                    What::Release(parts) => parts.iter().all(|(letter, wanted)| release_has(release, *letter, wanted)),
                    What::Origin(site) => *site == release.site,
                    What::Version(wanted) => glob(wanted, version),
                }
        };
        let general = |pin: &Pin| pin.packages == ["*"];
        let mut named = self.pins.iter().enumerate().filter(|(_, pin)| !general(pin) && fits(pin));
        let all = self.pins.iter().find(|pin| general(pin) && fits(pin));
        Counts {
            named: named.next().map(|(place, pin)| (place, pin.priority)),
            here: all.map_or_else(|| release.priority(), |pin| pin.priority),
        }
    }
}

/// What a version of a package counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// By the first record about the package by name, and which one that is.
    named: Option<(usize, i32)>,
    /// By the first record about all packages, or by the repository itself.
    here: i32,
}

impl Counts {
    /// What it counts where two repositories have the same version.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let named = [self.named, other.named].into_iter().flatten().min_by_key(|(place, _)| *place);
        Self { named, here: self.here.max(other.here) }
    }

    /// The priority: what was said of the package by name wins over all else.
    #[must_use]
    pub fn priority(self) -> i32 {
        self.named.map_or(self.here, |(_, priority)| priority)
    }
}

fn priority(text: &str) -> Option<i32> {
    match text {
        "never" => Some(NEVER),
        // Zero has no meaning in apt, and is refused there.
        number => number.parse().ok().filter(|number| *number != 0),
    }
}

fn what(text: &str) -> Option<What> {
    let (kind, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    match kind {
        "version" => Some(What::Version(rest.to_owned())),
        "origin" => Some(What::Origin(rest.trim_matches('"').to_owned())),
        "release" => {
            let part = |part: &str| match part.trim().split_once('=') {
                Some((letter, wanted)) => {
                    let mut letters = letter.trim().chars();
                    let letter = letters.next().filter(|letter| "anolcv".contains(*letter))?;
                    letters.next().is_none().then(|| (letter, wanted.trim().trim_matches('"').to_owned()))
                }
                None => Some((
                    if part.trim().starts_with(|it: char| it.is_ascii_digit()) { 'v' } else { 'a' },
                    part.trim().to_owned(),
                )),
            };
            rest.split(',').map(part).collect::<Option<Vec<_>>>().map(What::Release)
        }
        _ => None,
    }
}

fn release_has(release: &Release, letter: char, wanted: &str) -> bool {
    let own = match letter {
        'a' => &release.suite,
        'n' => &release.codename,
        'o' => &release.origin,
        'l' => &release.label,
        'c' => &release.component,
        _ => &release.version,
    };
    // A word for the suite fits the codename as well.
    glob(wanted, own) || letter == 'a' && glob(wanted, &release.codename)
}

/// A shell's pattern with `*` and `?`.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen) = (0, 0);
    // Where the last star stood, and how far the text was when it was met.
    let mut star = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((place, met)) = star else { return false };
                star = Some((place, met + 1));
                at = place + 1;
                seen = met + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backports() -> Release {
        let text = "Origin: Debian Backports\nLabel: Debian Backports\nSuite: stable-backports\nCodename: bookworm-backports\n\
                    NotAutomatic: yes\nButAutomaticUpgrades: yes\nSHA256:\n abc 1 main/x\n";
        Release { site: "deb.debian.org".to_owned(), component: "main".to_owned(), ..Release::parse(text) }
    }

    #[track_caller]
    fn check(preferences: &str, package: &str, version: &str, wanted: i32) {
        let mut pins = Pins::default();
        pins.read(preferences);
        assert_eq!((pins.counts(package, version, &backports()).priority(), pins.unread), (wanted, 0), "{preferences}");
    }

    #[test]
    fn without_preferences_a_repository_decides_how_much_it_counts() {
        check("", "git", "1", 100);
        assert_eq!(Pins::default().counts("git", "1", &Release::default()).priority(), 500);
        let asked = Release { not_automatic: true, ..Release::default() };
        assert_eq!(Pins::default().counts("git", "1", &asked).priority(), 1);
    }

    #[test]
    fn the_first_record_that_names_a_package_wins_over_one_about_all() {
        let all = "Package: *\nPin: release n=bookworm-backports\nPin-Priority: 600\n";
        check(all, "git", "1", 600);
        let named = format!(
            "# ours\n{all}\n\nPackage: vim git*\nPin: release a=stable-backports, o=Debian Backports\nPin-Priority: -1\n"
        );
        check(&named, "git-man", "1", -1);
        check(&named, "nano", "1", 600);
    }

    #[test]
    fn a_version_that_two_repositories_have_counts_as_the_package_s_own_record_says() {
        let mut pins = Pins::default();
        let main = pins.counts("git", "1", &Release::default());
        assert_eq!(pins.counts("git", "1", &backports()).and(main).priority(), 500);
        pins.read("Package: git\nPin: release n=bookworm-backports\nPin-Priority: 50");
        assert_eq!(pins.counts("git", "1", &backports()).and(main).priority(), 50);
        assert_eq!(main.and(pins.counts("git", "1", &backports())).priority(), 50);
    }

    #[test]
    fn origins_versions_and_never_are_followed() {
        check("Package: *\nPin: origin \"deb.debian.org\"\nPin-Priority: 1001", "git", "1", 1001);
        check("Package: *\nPin: origin deb.example.jp\nPin-Priority: 1001", "git", "1", 100);
        check("Package: git\nPin: version 2.39*\nPin-Priority: 990", "git", "2.39.5-1", 990);
        check("Package: git\nPin: version 2.39*\nPin-Priority: 990", "git", "2.47", 100);
        check("Package: *\nPin: release bookworm-backports\nPin-Priority: never", "git", "1", NEVER);
        check("Package: *\nPin: release l=Ubuntu*,c=main\nPin-Priority: 9", "git", "1", 100);
    }

    #[test]
    fn what_is_not_understood_is_counted() {
        let mut pins = Pins::default();
        pins.read("Package: /^lib/\nPin: release a=x\nPin-Priority: 1\n\nPackage: a\nPin: planet earth\nPin-Priority: 1\n\n\nPackage: b\n");
        assert_eq!(pins, Pins { pins: Vec::new(), unread: 3 });
    }

    #[test]
    fn stars_and_question_marks_stand_for_letters() {
        for (pattern, text, wanted) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("?b", "ab", true),
            ("*ab*ab", "abab", true),
            ("", "a", false),
        ] {
            assert_eq!(glob(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
