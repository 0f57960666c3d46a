//! `cargo fuzz run dictionary` in `features/licences`: whatever stands in a line of a dictionary, and whatever a package is called,
//! is a line, a product, or a fault.

#![no_main]

use yagura_licences::{
    dictionary::{Dictionary, columns, entry, titles},
    normalise::{Raw, normalise},
    rules::built_in,
};

libfuzzer_sys::fuzz_target!(|texts: (String, String, String)| {
    let (name, publisher, version) = &texts;
    let raw = Raw { name, version, publisher, source: "registry" };
    let product = normalise(built_in(), &raw);
    let cells = [name.clone(), publisher.clone(), "free".to_owned(), version.clone(), String::new()];
    if let Ok(line) = entry(&columns(&titles()), &cells) {
        drop(Dictionary::new(vec![line]).find(&product.vendor, &product.name).cloned());
    }
});
