//! What machines and displays say of themselves in tables of bytes. Pure: `fuzz/` reads made-up ones.

pub mod edid;
pub mod smbios;
