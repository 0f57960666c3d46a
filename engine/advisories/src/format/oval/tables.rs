//! Tests, objects, states and variables, by their ids.

use std::collections::HashMap;

use crate::source::Element;

/// What tests ask, as far as it is about packages.
#[derive(Default)]
pub(super) struct Tables {
    tests: HashMap<String, (String, Vec<String>)>,
    objects: HashMap<String, Name>,
    states: HashMap<String, State>,
    variables: HashMap<String, Vec<String>>,
}

enum Name {
    Is([String; 1]),
    OneOf(String),
}

#[derive(Default)]
struct State {
    older_than: Option<String>,
    arch: Vec<String>,
    /// It asks for something else: a signature, another comparison.
    is_other: bool,
}

/// A test about packages.
pub(super) struct Test<'a> {
    pub(super) packages: &'a [String],
    /// The first version that does not fulfil it; none if it asks only whether one is installed.
    pub(super) older_than: Option<&'a str>,
    pub(super) arch: &'a [String],
}

impl Tables {
    pub(super) fn wants(name: &str) -> bool {
        matches!(
            name,
            "dpkginfo_test"
                | "rpminfo_test"
                | "dpkginfo_object"
                | "rpminfo_object"
                | "dpkginfo_state"
                | "rpminfo_state"
                | "constant_variable"
        )
    }

    pub(super) fn take(&mut self, element: &Element) {
        let Some(id) = element.attribute("id").map(ToOwned::to_owned) else { return };
        match element.name.as_str() {
            "dpkginfo_test" | "rpminfo_test" => {
                let object = element.find(&["object"]).and_then(|it| it.attribute("object_ref"));
                let states = element.children("state").filter_map(|it| it.attribute("state_ref"));
                let states = states.map(ToOwned::to_owned).collect();
                self.tests.extend(object.map(|object| (id, (object.to_owned(), states))));
            }
            "dpkginfo_object" | "rpminfo_object" => {
                let Some(name) = element.find(&["name"]) else { return };
                let name = match name.attribute("var_ref") {
                    Some(variable) => Some(Name::OneOf(variable.to_owned())),
                    None => name.text().map(|text| Name::Is([text.to_owned()])),
                };
                self.objects.extend(name.map(|name| (id, name)));
            }
            "constant_variable" => {
                let values = element.children("value").filter_map(Element::text).map(ToOwned::to_owned);
                self.variables.insert(id, values.collect());
            }
            _ => {
                self.states.insert(id, state(element));
            }
        }
    }

    /// The test, if it is about packages and asks what can be said by a version.
    pub(super) fn test(&self, id: &str) -> Option<Test<'_>> {
        let (object, states) = self.tests.get(id)?;
        let packages = match self.objects.get(object)? {
            Name::Is(name) => name.as_slice(),
            Name::OneOf(variable) => self.variables.get(variable)?.as_slice(),
        };
        let mut test = Test { packages, older_than: None, arch: &[] };
        for id in states {
            let state = self.states.get(id).filter(|state| !state.is_other)?;
            test.older_than = test.older_than.or(state.older_than.as_deref());
            if !state.arch.is_empty() {
                test.arch = &state.arch;
            }
        }
        // A state about architectures alone asks nothing that we could say.
        (states.is_empty() || test.older_than.is_some()).then_some(test)
    }
}

fn state(element: &Element) -> State {
    let mut state = State::default();
    for child in &element.children {
        match (child.name.as_str(), child.attribute("operation")) {
            ("evr", Some("less than")) => state.older_than = child.text().map(ToOwned::to_owned),
            // `aarch64|x86_64`, sometimes within `^(…)$`.
            ("arch", _) => {
                let text = child.text().unwrap_or_default();
                let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
                state.arch = words.filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect();
            }
            _ => state.is_other = true,
        }
    }
    state
}
