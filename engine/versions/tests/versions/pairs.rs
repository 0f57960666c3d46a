//! Pairs of versions as they occur and as they might: drawn always the same, so that a failure can be seen again.

use proptest::{
    prelude::*,
    strategy::{BoxedStrategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use yagura_versions::Scheme;

/// Texts that the scheme mostly takes.
pub(crate) fn texts(scheme: Scheme) -> BoxedStrategy<String> {
    let all = |patterns: &[&'static str]| {
        let patterns = patterns.iter().map(|pattern| proptest::string::string_regex(pattern).unwrap().boxed());
        prop::strategy::Union::new(patterns).boxed()
    };
    match scheme {
        Scheme::Dpkg => all(&[
            "[0-9a-c.+~]{1,6}(-[0-9a-c.+~]{1,4})?",
            "([0-2]:)?[0-3][.][0-9]{1,2}([.][0-9])?([~+](rc|beta|dfsg|git|ds)[0-9]?)?(-[0-3]([.][0-9])?)?((ubuntu|[+~]deb1[0-3]u|[+]b|~bpo1[0-3][+])[0-9]{1,2})?",
        ]),
        Scheme::Rpm => all(&[
            "[0-2][0-9a-c._~^+]{0,6}(-[0-9a-c._~^]{1,4})?",
            "([0-2]:)?[0-3][.][0-9]{1,2}([.][0-9])?([~^](rc|beta|git|2024010)[0-9]?)?(-[0-3]([.][0-9])?[.]el[789](_[0-9]{1,2})?)?",
        ]),
        Scheme::Semver => all(&[
            "[0-2][.][0-3][.][0-3]{1}",
            "v?[0-2][.]([0-9]|1[0-9])[.][0-3](-(alpha|beta|rc|0|1|10|a-b|A)([.](0|1|2|11|beta|x))?)?([+](build|5)([.]1)?)?",
            "1[.]0[.]0-[0-1a-b][a-b-]{0,2}([.](0|[1-3]|[a-c-]{1,2})){0,2}",
        ]),
        Scheme::Pep440 => all(&[
            "v?([0-1]!)?[0-2]([.][0-9]{1,2}){0,3}([-_.]?(a|b|c|rc|alpha|beta|pre|preview|RC)[-_.]?[0-9]?)?(-[0-3]|[-_.]?(post|rev|r)[-_.]?[0-9]?)?([-_.]?dev[-_.]?[0-9]?)?([+][a-c0-3]{1,2}([-_.][a-c0-3]{1,2})?)?",
            "1([.]0){0,2}((a|b|rc)[0-1])?([.]post[0-1])?([.]dev[0-1])?([+](1|2|a|1a)([.](1|b))?)?",
        ]),
        Scheme::Windows => {
            all(&["(6|10)[.][0-3]([.](9600|17763|19045|22631)([.][0-9]{1,5})?)?", "[0-9]{1,3}([.][0-9]{1,5}){0,4}"])
        }
        Scheme::Dotted => all(&[
            "[vR]?[0-9]{1,2}([.][0-9]{1,2}){0,3}([-_. ]?(b|h|rc|beta|alpha|sv|R|Final|a)[-.]?[0-9]{0,2})?",
            "[0-1.abrc -]{1,8}",
        ]),
    }
}

/// `count` pairs, of which three in four differ in one character.
pub(crate) fn pairs(scheme: Scheme, count: usize) -> Vec<(String, String)> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let both = (texts(scheme), texts(scheme), 0..4, any::<prop::sample::Index>(), any::<prop::sample::Selector>());
    let mut pairs = Vec::new();
    while pairs.len() < count {
        let (one, other, change, place, letter) = both.new_tree(&mut runner).unwrap().current();
        let at = place.index(one.len());
        let (head, tail) = one.split_at(at);
        let letter = letter.select(other.chars());
        let other = match change {
            0 => format!("{head}{}", &tail[1..]),
            1 => format!("{head}{letter}{tail}"),
            2 => format!("{head}{letter}{}", &tail[1..]),
            _ => other,
        };
        if scheme.read(&one).is_ok() && scheme.read(&other).is_ok() {
            pairs.push((one, other));
        }
    }
    pairs
}
