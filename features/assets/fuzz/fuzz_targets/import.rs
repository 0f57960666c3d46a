//! `cargo fuzz run import` in `features/assets`: whatever is given as a list is a table or none.

#![no_main]

use yagura_assets::import::{Table, guess};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(table) = Table::read(bytes) {
        drop(guess(&table.titles));
    }
});
