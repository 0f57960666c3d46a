//! `cargo fuzz run firmware` in `features/assets`: whatever a firmware or a display may say is read without harm.

#![no_main]

use yagura_assets::firmware::{edid, smbios};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for module in smbios::parse(bytes).memory {
        assert!(module.bytes > 0);
    }
    drop(edid::parse("DP-1", bytes));
});
