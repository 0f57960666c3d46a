//! From what a package calls itself to a product: vendor, product, edition, version.
//!
//! Rules know the products that many have. What no rule knows becomes a product of its own name, without what only tells one build from
//! another: versions, architectures, languages.

use crate::{
    Class,
    pattern::{Captured, squeezed},
    rules::{Rule, Rules},
};

/// What an inventory says of a package.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Who made it, as far as the source says.
    pub publisher: &'a str,
    /// The package system: `dpkg`, `rpm`, `registry`.
    pub source: &'a str,
}

/// What a package is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Who makes the product; empty where that cannot be said.
    pub vendor: String,
    /// What it is called.
    pub name: String,
    /// Which kind of it: `Professional Plus`.
    pub edition: String,
    /// Which version; that of the name where it has one (`2021`), else the package's.
    pub version: String,
    /// What it is to most organisations.
    pub class: Class,
}

/// Package systems whose packages name who packed them, who is not who made the product.
const PACKED: [&str; 6] = ["dpkg", "rpm", "pip", "npm", "snap", "flatpak"];

/// The product of a package.
#[must_use]
pub fn normalise(rules: &Rules, raw: &Raw<'_>) -> Product {
    if let Some(rule) = rules.named(raw.publisher, raw.name) {
        return by_rule(rule, raw, &Captured::default());
    }
    if let Some((rule, kept)) = rules.find(raw) {
        return by_rule(rule, raw, &kept);
    }
    let name = plain(raw.name);
    let stripped = Raw { name: &name, ..*raw };
    if let Some(rule) = rules.named(raw.publisher, &name) {
        return by_rule(rule, &stripped, &Captured::default());
    }
    match rules.find(&stripped) {
        Some((rule, kept)) => by_rule(rule, &stripped, &kept),
        None => own(raw, name, Class::Unclassified),
    }
}

fn by_rule(rule: &Rule, raw: &Raw<'_>, kept: &Captured) -> Product {
    let Some(product) = &rule.product else { return own(raw, plain(raw.name), rule.class) };
    Product {
        vendor: rule.vendor.clone(),
        name: product.clone(),
        edition: rule.edition(kept),
        version: kept.version.clone().unwrap_or_else(|| squeezed(raw.version)),
        class: rule.class,
    }
}

fn own(raw: &Raw<'_>, name: String, class: Class) -> Product {
    let vendor = if PACKED.contains(&raw.source) { String::new() } else { maker(raw.publisher) };
    Product { vendor, name, edition: String::new(), version: squeezed(raw.version), class }
}

/// What stands behind a name and only tells one build from another.
const BUILDS: [&str; 25] = [
    "x64",
    "x86",
    "x86_64",
    "amd64",
    "arm64",
    "i386",
    "i686",
    "64-bit",
    "32-bit",
    "64bit",
    "32bit",
    "64 bit",
    "32 bit",
    "64ビット",
    "32ビット",
    "64ビット版",
    "32ビット版",
    "user",
    "ja",
    "ja-jp",
    "en-us",
    "japanese",
    "日本語",
    "日本語版",
    "noarch",
];

/// A name without builds, languages and versions at its end.
fn plain(name: &str) -> String {
    let mut now = squeezed(name);
    loop {
        let shorter = shorter(&now).trim_end_matches([' ', '-', ',', '_', ':']).to_owned();
        if shorter.is_empty() || shorter == now {
            return now;
        }
        now = shorter;
    }
}

fn shorter(name: &str) -> &str {
    for (open, close) in [('(', ')'), ('[', ']')] {
        let inner = name.strip_suffix(close).and_then(|rest| rest.rsplit_once(open));
        if let Some((before, _)) = inner.filter(|(before, inner)| !before.trim().is_empty() && is_noise(inner)) {
            return before.trim_end();
        }
    }
    let cut = name.rsplit_once([' ', ':']).filter(|(before, last)| !before.trim().is_empty() && is_build(last));
    match cut {
        Some((before, _)) => before.trim_end(),
        None => name,
    }
}

/// Whether all of what stands in brackets only tells a build.
fn is_noise(inner: &str) -> bool {
    let inner = inner.trim();
    is_build(inner) || inner.split([' ', ',', '/']).filter(|word| !word.is_empty()).all(is_build)
}

fn is_build(word: &str) -> bool {
    let word = word.to_lowercase();
    BUILDS.contains(&word.as_str())
        || ["version", "ver", "ver.", "v", "release", "build", "バージョン"].contains(&word.as_str())
        || is_version(word.strip_prefix('v').or_else(|| word.strip_prefix("ver.")).unwrap_or(&word))
}

/// Numbers with points between them, or a year. A number alone may be the name's own: `Windows 7`.
fn is_version(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let year = word.len() == 4 && digits(word) && (word.starts_with("19") || word.starts_with("20"));
    year || (word.contains('.') && word.split('.').all(digits))
}

/// Forms of companies, which one publisher writes in several ways.
const FORMS_BEHIND: [&str; 18] = [
    ", inc.",
    ", inc",
    " inc.",
    " inc",
    " corporation",
    " corp.",
    " corp",
    " llc",
    ", llc",
    " co., ltd.",
    " co.,ltd.",
    ", ltd.",
    " ltd.",
    " ltd",
    " gmbh",
    "株式会社",
    "有限会社",
    "(株)",
];
const FORMS_BEFORE: [&str; 3] = ["株式会社", "有限会社", "(株)"];

/// A publisher without address and form of company.
#[must_use]
pub fn maker(publisher: &str) -> String {
    let mut now = squeezed(publisher.split('<').next().unwrap_or_default());
    loop {
        let low = now.to_lowercase();
        // Only where lower case has the same bytes can one text be cut as the other.
        let behind = FORMS_BEHIND.iter().find(|form| low.len() == now.len() && low.ends_with(**form));
        let before = FORMS_BEFORE.iter().find(|form| now.starts_with(**form));
        let cut = match (behind, before) {
            (Some(form), _) => now.get(..now.len() - form.len()),
            (None, Some(form)) => now.get(form.len()..),
            (None, None) => None,
        };
        match cut.map(str::trim).filter(|cut| !cut.is_empty()) {
            Some(cut) => now = cut.to_owned(),
            None => return now,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::built_in;

    const CASES: &str = include_str!("../golden/products.txt");

    fn of(name: &str, version: &str, publisher: &str, source: &str) -> Product {
        normalise(built_in(), &Raw { name, version, publisher, source })
    }

    #[test]
    fn packages_as_they_are_met_become_the_products_that_people_know() {
        let (mut count, mut wrong) = (0, Vec::new());
        for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            let fields: Vec<&str> = line.split(';').map(str::trim).collect();
            let [name, version, publisher, source, vendor, product, edition, means, class] = fields[..] else {
                panic!("not a case: {line}")
            };
            let found = of(name, version, publisher, source);
            let found =
                format!("{}; {}; {}; {}; {}", found.vendor, found.name, found.edition, found.version, found.class);
            let expected = format!("{vendor}; {product}; {edition}; {means}; {class}");
            if found != expected {
                wrong.push(format!("{name}\n  is   {found}\n  not  {expected}"));
            }
            count += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count >= 60, "only {count} cases");
    }

    #[test]
    fn one_publisher_in_several_ways_of_writing_is_one() {
        for text in ["Microsoft Corporation", "Microsoft Corp.", "Microsoft", "Microsoft, Inc."] {
            assert_eq!(maker(text), "Microsoft");
        }
        assert_eq!(maker("弥生株式会社"), "弥生");
        assert_eq!(maker("株式会社ジャストシステム"), "ジャストシステム");
        assert_eq!(maker("株式会社"), "株式会社");
        assert_eq!(maker("Matthias Klose <doko@debian.org>"), "Matthias Klose");
    }

    proptest! {
        #[test]
        fn any_package_is_a_product_and_that_is_the_product_of_itself(
            name in "(Foo|foo-bar|リーダー|lib|Office|Java|7) ?.{0,30}( \\(x64\\)| 1\\.2\\.3| 2024| - ja-jp|:amd64)?",
            version in "[0-9.:+~a-z-]{0,12}",
            publisher in "(Microsoft|弥生|Foo)?.{0,12}( Corporation|株式会社)?",
            source in "(dpkg|rpm|registry|snap)",
        ) {
            let once = of(&name, &version, &publisher, &source);
            let twice = of(&once.name, &once.version, &once.vendor, &source);
            prop_assert_eq!((&once.vendor, &once.name), (&twice.vendor, &twice.name));
        }
    }
}
