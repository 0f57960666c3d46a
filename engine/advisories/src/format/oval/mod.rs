//! OVAL definitions of Ubuntu (<https://security-metadata.canonical.com/oval/>) and Red Hat
//! (<https://access.redhat.com/security/data/oval/v2/>), both in OVAL 5: <https://oval.mitre.org/language/version5.11/>.
//!
//! A definition names tests, a test an object (which package) and perhaps a state (older than what). In the file they stand
//! in this order, so statements can be made only at its end. Until then definitions are kept with the little that
//! matters.
//!
//! A package of a module of RHEL 8 and 9 is named `nodejs:18::nodejs`: its versions can be compared only on machines that
//! have this stream enabled.

mod definition;
mod tables;

use std::{collections::HashSet, io::BufRead};

use definition::{Definition, Leaf};
use tables::Tables;

use crate::{
    Ecosystem, NameOf, Range, ReadError, Record, Standing, Statement,
    source::{Feed, elements},
};

/// Whose definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Distribution {
    Ubuntu,
    Rhel,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>, distribution: Distribution) -> Result<(), ReadError> {
    let mut definitions = Vec::new();
    let mut tables = Tables::default();
    let mut described = HashSet::new();
    let is_entry = |name: &str| name == "definition" || Tables::wants(name);
    elements(input, feed, &["oval_definitions"], is_entry, |feed, element| {
        if element.name != "definition" {
            tables.take(element);
            return Ok(());
        }
        match definition::read(element, distribution) {
            // Inventory and what only groups others.
            Ok(None) => Ok(()),
            Ok(Some((definition, cves))) => {
                definitions.push(definition);
                let cves = cves.into_iter().filter(|cve| described.insert(cve.id.clone())).map(Record::Cve);
                feed.entry(element.at, Ok(cves.collect()))
            }
            Err(wrong) => feed.entry(element.at, Err(wrong)),
        }
    })?;
    let has_definitions = !definitions.is_empty();
    let mut given = 0_u64;
    for definition in definitions {
        for statement in statements(&definition, &tables, distribution) {
            given += 1;
            feed.give(definition.at, Record::Statement(statement))?;
        }
    }
    // Definitions that name nothing that is there: the names of tests or objects have changed.
    if has_definitions && given == 0 { Err(feed.changed("tests with an object and a state")) } else { Ok(()) }
}

fn statements(definition: &Definition, tables: &Tables, distribution: Distribution) -> Vec<Statement> {
    let ecosystem = match distribution {
        Distribution::Ubuntu => Ecosystem::Ubuntu(definition.release.clone()),
        Distribution::Rhel => Ecosystem::Rhel(definition.release.clone()),
    };
    let mut statements: Vec<Statement> = Vec::new();
    let mut known = HashSet::new();
    for leaf in &definition.leaves {
        let Some(test) = tables.test(&leaf.test) else { continue };
        for package in test.packages {
            for (module, standing) in standings(definition, leaf, test.older_than.is_some(), package) {
                let package = match module {
                    Some(module) => format!("{module}::{package}"),
                    None => package.clone(),
                };
                let ranges = match standing {
                    Standing::NotAffected | Standing::Undetermined => Vec::new(),
                    _ => vec![Range { fixed: test.older_than.map(ToOwned::to_owned), ..Range::default() }],
                };
                for id in &definition.about {
                    let advisory = definition.advisory.as_deref().unwrap_or_default();
                    let key = format!("{advisory}|{id}|{ecosystem}|{package}|{}", test.arch.join(","));
                    if !known.insert(key.clone()) {
                        continue;
                    }
                    statements.push(Statement {
                        key,
                        id: id.clone(),
                        advisory: definition.advisory.clone(),
                        ecosystem: ecosystem.clone(),
                        package: package.clone(),
                        by: NameOf::BinaryPackage,
                        ranges: ranges.clone(),
                        standing,
                        urgency: definition.urgency.clone(),
                        arch: test.arch.to_vec(),
                    });
                }
            }
        }
    }
    statements
}

/// What holds for a package that a test names, and in which module of it.
fn standings<'a>(
    definition: &'a Definition,
    leaf: &'a Leaf,
    has_update: bool,
    package: &str,
) -> Vec<(Option<&'a str>, Standing)> {
    let module = leaf.module.as_deref();
    if has_update {
        return vec![(module, Standing::Affected)];
    }
    if let Some(said) = leaf.said {
        return vec![(module, said)];
    }
    // A component of Red Hat's is a package, or one within a module: `nodejs:18/nodejs`. What is on no list is a test
    // for something else, like the release itself.
    let components = definition.unfixed.iter().filter_map(|(component, standing)| {
        let (module, name) =
            component.rsplit_once('/').map_or((module, component.as_str()), |(it, name)| (Some(it), name));
        (name == package).then_some((module, *standing))
    });
    components.collect()
}
