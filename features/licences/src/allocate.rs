//! Which licences the machines with a product take, and whether there are enough.
//!
//! Purchases of the same edition, versions and way of counting add up to one [`Entitlement`]. A machine takes one licence of a product,
//! however many parts or versions of it are on it: of what was bought that fits, the narrowest with room left. Where nothing has room, it
//! is too many for the narrowest that fits.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

use crate::{pattern::folded, versions::within};

words! {
    /// By what licences are counted.
    CountedBy {
        /// One for each machine.
        Device = "device",
        /// One for each person, on however many machines.
        User = "user",
        /// For the whole organisation.
        Site = "site",
    }
}

/// What was bought, of one edition and one range of versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entitlement {
    /// The edition; empty for any.
    pub edition: String,
    /// The first version; empty for any.
    pub version_from: String,
    /// The last version; empty for any.
    pub version_to: String,
    /// By what it is counted.
    pub counted_by: CountedBy,
    /// How many were bought; of no meaning for a site.
    pub amount: u64,
}

impl Entitlement {
    /// Whether an installed edition and version is covered.
    #[must_use]
    pub fn covers(&self, edition: &str, version: &str) -> bool {
        (self.edition.is_empty() || folded(&self.edition) == folded(edition))
            && within(version, &self.version_from, &self.version_to)
    }

    /// The narrower one first: what fits few machines is not to be spent on one that fits anything. What has no end comes last.
    fn breadth(&self) -> (bool, bool, bool) {
        let any_version = self.version_from.is_empty() && self.version_to.is_empty();
        (self.counted_by == CountedBy::Site, self.edition.is_empty(), any_version)
    }
}

/// Whether somebody uses a product on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Not for so long that it could be taken back.
    Not,
    /// Lately.
    Lately,
    /// Nobody can say.
    Unknown,
}

/// A machine that has the product.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Whose it is; machines without are one person's each.
    pub person: Option<String>,
    /// Editions and versions of the product that are on it.
    pub installed: Vec<(String, String)>,
    /// Whether it is used there.
    pub used: Use,
}

/// What became of an entitlement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Licences that are taken; more than were bought where there are not enough.
    pub used: u64,
    /// Machines among them on which nobody uses it.
    pub unused: u64,
    /// Machines among them of which nobody can say.
    pub unknown: u64,
}

/// Gives licences to machines. The tallies are in the order of `entitlements`; the last number is of machines that nothing bought covers.
#[must_use]
pub fn allocate(entitlements: &[Entitlement], machines: &[Machine]) -> (Vec<Tally>, u64) {
    let mut order: Vec<usize> = (0..entitlements.len()).collect();
    order.sort_by_key(|at| (entitlements[*at].breadth(), *at));
    let mut tallies = vec![Tally::default(); entitlements.len()];
    let mut people: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); entitlements.len()];
    let mut bare = 0;
    let covering = |machine: &Machine| -> Vec<usize> {
        let covers = |at: &&usize| {
            machine.installed.iter().any(|(edition, version)| entitlements[**at].covers(edition, version))
        };
        order.iter().filter(covers).copied().collect()
    };
    let mut choices: Vec<(Vec<usize>, &Machine)> =
        machines.iter().map(|machine| (covering(machine), machine)).collect();
    // Who has the least choice is served first.
    choices.sort_by_key(|(choice, _)| choice.len());
    for (choice, machine) in choices {
        let person = machine.person.as_deref();
        let shares = |at: &usize| {
            entitlements[*at].counted_by == CountedBy::User && person.is_some_and(|person| people[*at].contains(person))
        };
        let room = |at: &usize| {
            let bought = &entitlements[*at];
            bought.counted_by == CountedBy::Site || tallies[*at].used < bought.amount
        };
        let shared = choice.iter().find(|at| shares(at)).copied();
        let Some(taken) =
            shared.or_else(|| choice.iter().find(|at| room(at)).copied()).or_else(|| choice.first().copied())
        else {
            bare += 1;
            continue;
        };
        let tally = &mut tallies[taken];
        if shared.is_none() {
            tally.used += 1;
            people[taken].extend(person);
        }
        match machine.used {
            Use::Not => tally.unused += 1,
            Use::Unknown => tally.unknown += 1,
            Use::Lately => {}
        }
    }
    (tallies, bare)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bought(edition: &str, versions: &str, counted_by: CountedBy, amount: u64) -> Entitlement {
        let (from, to) = versions.split_once('-').unwrap_or((versions, versions));
        let text = str::to_owned;
        Entitlement { edition: text(edition), version_from: text(from), version_to: text(to), counted_by, amount }
    }

    /// Machines as `person edition version`, `-` for none.
    fn machines(list: &[&str]) -> Vec<Machine> {
        let machine = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            let word = |at: usize| Some(words[at]).filter(|word| *word != "-").map(str::to_owned);
            Machine {
                person: word(0),
                installed: vec![(word(1).unwrap_or_default(), word(2).unwrap_or_default())],
                used: Use::Unknown,
            }
        };
        list.iter().map(machine).collect()
    }

    #[track_caller]
    fn check(entitlements: &[Entitlement], list: &[&str], used: &[u64], bare: u64) {
        let (tallies, left) = allocate(entitlements, &machines(list));
        assert_eq!((tallies.iter().map(|tally| tally.used).collect::<Vec<_>>(), left), (used.to_vec(), bare));
    }

    use CountedBy::{Device, Site, User};

    #[test]
    fn each_machine_takes_one_and_too_many_are_too_many() {
        check(&[bought("", "", Device, 2)], &["- - 1", "- - 2", "- - 3"], &[3], 0);
        check(&[bought("", "", Site, 0)], &["- - 1", "- - 2"], &[2], 0);
        check(&[], &["- - 1"], &[], 1);
    }

    #[test]
    fn a_narrow_licence_is_spent_before_one_that_fits_anything() {
        let both = [bought("", "", Device, 1), bought("Standard", "", Device, 1)];
        check(&both, &["- Standard 2019", "- Professional 2019"], &[1, 1], 0);
        check(&both, &["- Professional 2019", "- Standard 2019", "- Standard 2021"], &[1, 2], 0);
    }

    #[test]
    fn a_licence_for_some_versions_does_not_cover_others() {
        check(&[bought("", "2019-2021", Device, 5)], &["- - 2016", "- - 2019", "- - 2021.3", "- - 2024"], &[2], 2);
    }

    #[test]
    fn a_person_s_second_machine_costs_nothing_where_people_are_counted() {
        check(&[bought("", "", User, 1)], &["tanaka - 1", "tanaka - 1", "- - 1", "- - 1"], &[3], 0);
        check(&[bought("", "", Device, 2)], &["tanaka - 1", "tanaka - 1"], &[2], 0);
    }

    #[test]
    fn what_is_not_used_is_counted_where_its_licence_is() {
        let mut two = machines(&["- - 1", "- - 1", "- - 1"]);
        two[0].used = Use::Not;
        two[1].used = Use::Lately;
        let (tallies, _) = allocate(&[bought("", "", Device, 9)], &two);
        assert_eq!(tallies, [Tally { used: 3, unused: 1, unknown: 1 }]);
    }

    proptest! {
        #[test]
        fn every_machine_is_counted_once(
            amounts in proptest::collection::vec((0_u64..4, 0_usize..3), 0..5),
            wanted in proptest::collection::vec(0_usize..3, 0..12),
        ) {
            let editions = ["", "A", "B"];
            let entitlements: Vec<_> = amounts.iter().map(|(amount, edition)| bought(editions[*edition], "", Device, *amount)).collect();
            let list: Vec<_> = wanted.iter().map(|edition| format!("- {} 1", if *edition == 0 { "-" } else { editions[*edition] })).collect();
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            let (tallies, bare) = allocate(&entitlements, &machines(&list));
            prop_assert_eq!(tallies.iter().map(|tally| tally.used).sum::<u64>() + bare, list.len() as u64);
        }
    }
}
