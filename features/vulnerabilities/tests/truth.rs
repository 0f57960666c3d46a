//! What must be claimed of installed versions, and what must not: `truth.txt` is the table, made by hand. No false positive, no miss.
#![expect(clippy::unwrap_used, reason = "a table that cannot be read is to fail where it cannot")]

use yagura_advisories::{Ecosystem, NameOf, Range, Standing, Statement};
use yagura_vulnerabilities::{
    ends::day_of,
    judge::{Installed, Supersedence, Told, ended, judge},
    kernel,
    programs::Ends,
    release::Release,
};

/// The value of `name=value` among words.
fn value<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

/// `feed ecosystem by package weakness standing …`
fn statement(line: &str) -> (String, u8, Statement) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [feed, ecosystem, by, package, weakness, standing] = words[..6].try_into().unwrap();
    let (feed, distance) = feed.split_once('/').unwrap_or((feed, "0"));
    let text = |name| value(&words, name).map(str::to_owned);
    let list = |name| value(&words, name).map_or_else(Vec::new, |it| it.split(',').map(str::to_owned).collect());
    let range = Range {
        introduced: text("from").or_else(|| text("after")),
        introduced_exclusive: text("after").is_some(),
        fixed: text("fixed"),
        last_affected: text("last"),
        exact: list("exact"),
    };
    let ranges =
        if words.contains(&"all") || matches!(standing, "not" | "undetermined") { Vec::new() } else { vec![range] };
    let statement = Statement {
        key: line.to_owned(),
        id: weakness.to_owned(),
        advisory: text("advisory"),
        ecosystem: Ecosystem::parse(ecosystem),
        package: if ecosystem == "windows" { package.replace('_', " ") } else { package.to_owned() },
        by: match by {
            "source" => NameOf::SourcePackage,
            "binary" => NameOf::BinaryPackage,
            "product" => NameOf::Product,
            other => panic!("{other}"),
        },
        ranges,
        standing: match standing {
            "affected" => Standing::Affected,
            "no_fix" => Standing::NoFix,
            "will_not" => Standing::WillNotFix,
            "not" => Standing::NotAffected,
            "undetermined" => Standing::Undetermined,
            other => panic!("{other}"),
        },
        urgency: None,
        arch: list("arch"),
    };
    (feed.to_owned(), distance.parse().unwrap(), statement)
}

/// `release system name version …`; the release `-` is none. Behind it whether it counts by the kernel that runs.
fn installed(line: &str) -> (Option<Release>, Installed, bool) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [release, system, name, version] = words[..4].try_into().unwrap();
    let pair = |name| {
        value(&words, name).map(|it| it.split_once('/').unwrap()).map(|(a, b)| (a.to_owned(), b.replace('_', " ")))
    };
    let text = |name| value(&words, name).unwrap_or_default().replace('_', " ");
    let installed = Installed {
        // Names of packages have lines of their own.
        name: if matches!(system, "registry" | "windows") { name.replace('_', " ") } else { name.to_owned() },
        version: version.to_owned(),
        built_from: pair("source").map(|(name, version)| (name, version.replace(' ', "_"))),
        system: system.to_owned(),
        architecture: value(&words, "arch").unwrap_or_default().to_owned(),
        publisher: text("publisher"),
        product: pair("product"),
        updates: value(&words, "kb").map_or_else(Vec::new, |it| it.split(',').map(str::to_owned).collect()),
    };
    let own = kernel::release(&installed.system, &installed.name, &installed.version, &installed.architecture);
    let counts = own.is_none_or(|own| kernel::counts(&own, value(&words, "runs").unwrap_or_default()));
    (Release::parse(release.trim_matches('-')), installed, counts)
}

#[test]
fn the_table_is_true() {
    let (mut said, mut supersedence): (Vec<(String, u8, Statement)>, _) = (Vec::new(), Supersedence::new());
    let (mut ends, mut today) = (Ends::new(), 0);
    let (mut versions, mut wrong) = (0, Vec::new());
    let mut title = "";
    for line in include_str!("truth.txt").lines().filter(|line| !line.trim().is_empty() && !line.starts_with("# ")) {
        let (word, rest) = line.split_once(' ').unwrap();
        match word {
            "##" => (title, said, supersedence, ends) = (rest, Vec::new(), Supersedence::new(), Ends::new()),
            "today" => today = day_of(rest).unwrap(),
            "end" => {
                let [product, cycle, day] = rest.split(' ').collect::<Vec<_>>().try_into().unwrap();
                ends.insert((product.to_owned(), cycle.to_owned()), day_of(day));
            }
            "said" => said.push(statement(rest)),
            "replaces" => {
                let (kb, others) = rest.split_once(' ').unwrap();
                supersedence.insert(kb.to_owned(), others.split(' ').map(str::to_owned).collect());
            }
            "has" => {
                let (has, wanted) = rest.split_once(" => ").unwrap();
                let (release, installed, counts) = installed(has);
                let told: Vec<Told<'_>> = said
                    .iter()
                    .map(|(feed, distance, statement)| Told { feed, distance: *distance, statement })
                    .collect();
                let claimed: Vec<String> = judge(&installed, release.as_ref(), &told, &supersedence)
                    .into_iter()
                    .chain(ended(&installed, &ends, today))
                    .filter(|_| counts)
                    .map(|it| {
                        let fixed = if it.fixed.is_empty() { "-".to_owned() } else { it.fixed };
                        format!("{} {} {fixed} {}", it.weakness, it.standing.as_str(), it.evidence.as_str())
                    })
                    .collect();
                let claimed = if claimed.is_empty() { "nothing".to_owned() } else { claimed.join("; ") };
                versions += 1;
                if claimed != wanted.trim() {
                    wrong.push(format!("{title}: {has}\n   is claimed: {claimed}\n  should be: {wanted}"));
                }
            }
            other => panic!("{other}"),
        }
    }
    assert!(wrong.is_empty(), "{} of {versions} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(versions >= 60, "{versions}");
}
