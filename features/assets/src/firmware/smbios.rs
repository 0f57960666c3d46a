//! The firmware's table: SMBIOS structures (DMTF DSP0134), as Linux gives them in `/sys/firmware/dmi/tables/DMI`. Pure.
//!
//! Makers fill it in carelessly: whatever is there is read, what does not fit ends the reading, and nothing is believed
//! that points outside its own structure.

use crate::{
    known::{known, known_uuid},
    model::MemoryModule,
};

/// What the table says of the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smbios {
    /// Who made the firmware.
    pub firmware_vendor: Option<String>,
    /// Its version.
    pub firmware_version: Option<String>,
    /// The date of its release, as its maker writes it.
    pub firmware_date: Option<String>,
    /// Who made the machine.
    pub vendor: Option<String>,
    /// What they call it.
    pub model: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its UUID, by the byte order of SMBIOS 2.6 (2008) and later.
    pub uuid: Option<String>,
    /// Its form, in the words of the inventory.
    pub chassis: Option<String>,
    /// What its owner calls it.
    pub asset_tag: Option<String>,
    /// The modules that are plugged in, in the order of the table.
    pub memory: Vec<MemoryModule>,
}

/// More structures than any firmware has.
const MOST_STRUCTURES: usize = 10_000;

/// One structure: its formatted part, head included, and its strings.
struct Structure<'a> {
    body: &'a [u8],
    strings: &'a [u8],
}

impl Structure<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.body.get(at).copied()
    }

    fn word(&self, at: usize) -> Option<u16> {
        Some(u16::from_le_bytes(self.body.get(at..at + 2)?.try_into().ok()?))
    }

    fn double_word(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(self.body.get(at..at + 4)?.try_into().ok()?))
    }

    /// The string whose number stands at `at`, if it says anything. Strings are numbered from one.
    fn string(&self, at: usize) -> Option<String> {
        let number = usize::from(self.byte(at)?).checked_sub(1)?;
        let text = self.strings.split(|byte| *byte == 0).nth(number)?;
        let text = String::from_utf8_lossy(text).replace(|letter: char| letter.is_control(), "");
        known(&text).map(str::to_owned)
    }
}

/// Reads the table as far as it can be read.
#[must_use]
pub fn parse(mut table: &[u8]) -> Smbios {
    let mut found = Smbios::default();
    for _ in 0..MOST_STRUCTURES {
        let Some((structure, rest)) = next(table) else { break };
        table = rest;
        match structure.body[0] {
            0 => {
                found.firmware_vendor = structure.string(4);
                found.firmware_version = structure.string(5);
                found.firmware_date = structure.string(8);
            }
            1 => system(&structure, &mut found),
            // A blade has its own chassis and that of its enclosure: the first is the machine's.
            3 if found.chassis.is_none() => {
                found.chassis = structure.byte(5).and_then(chassis);
                found.asset_tag = structure.string(8);
            }
            17 => found.memory.extend(module(&structure)),
            END => break,
            _ => {}
        }
    }
    found
}

const END: u8 = 127;

/// The first structure of the table and what follows it.
fn next(table: &[u8]) -> Option<(Structure<'_>, &[u8])> {
    let length = usize::from(*table.get(1)?);
    // The head alone has four bytes.
    let body = table.get(..length).filter(|_| length >= 4)?;
    let strings = &table[length..];
    let end = strings.windows(2).position(|pair| pair == [0, 0]);
    // A table that was cut off still has the strings that are left of it.
    let (strings, rest) = end.map_or((strings, &[][..]), |end| (&strings[..end], &strings[end + 2..]));
    Some((Structure { body, strings }, rest))
}

fn system(structure: &Structure<'_>, found: &mut Smbios) {
    found.vendor = structure.string(4);
    found.model = structure.string(5);
    found.serial = structure.string(7);
    found.uuid = structure.body.get(8..24).and_then(|bytes| {
        // The first three fields are little-endian.
        let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        let hex: String = order.iter().map(|at| format!("{:02x}", bytes[*at])).collect();
        known_uuid(&hex)
    });
}

/// The form of a machine by its number in SMBIOS (7.4.1); also what `/sys/class/dmi/id/chassis_type` says.
#[must_use]
pub fn chassis(number: u8) -> Option<String> {
    // The highest bit tells of a lock.
    let word = match number & 0x7f {
        // Other (virtual machines say so), unknown, out of spec.
        0..=2 => return None,
        3..=7 => "desktop",
        8..=10 | 14 | 31 | 32 => "laptop",
        11 | 30 => "tablet",
        13 => "all_in_one",
        15 | 16 | 35 | 36 => "mini",
        17 | 23 | 25 | 28 | 29 => "server",
        _ => "other",
    };
    Some(word.to_owned())
}

/// A memory device (7.18), unless its slot is empty.
fn module(structure: &Structure<'_>) -> Option<MemoryModule> {
    const MIB: u64 = 1 << 20;
    let bytes = match structure.word(0x0c)? {
        0 | 0xffff => return None,
        0x7fff => u64::from(structure.double_word(0x1c)? & 0x7fff_ffff) * MIB,
        kib if kib & 0x8000 != 0 => u64::from(kib & 0x7fff) << 10,
        mib => u64::from(mib) * MIB,
    };
    let speed = |at| structure.word(at).filter(|speed| !matches!(speed, 0 | 0xffff)).map(u32::from);
    Some(MemoryModule {
        slot: structure.string(0x10).or_else(|| structure.string(0x11)).unwrap_or_default(),
        bytes,
        kind: structure.byte(0x12).and_then(kind).map(str::to_owned),
        speed_mts: speed(0x20).or_else(|| speed(0x15)),
        maker: structure.string(0x17),
        part: structure.string(0x1a),
        serial: structure.string(0x18),
    })
}

/// The kinds of memory (7.18.2) that machines of today and their grandparents have.
fn kind(number: u8) -> Option<&'static str> {
    Some(match number {
        0x0f => "SDRAM",
        0x12 => "DDR",
        0x13 => "DDR2",
        0x18 => "DDR3",
        0x1a => "DDR4",
        0x1b => "LPDDR",
        0x1c => "LPDDR2",
        0x1d => "LPDDR3",
        0x1e => "LPDDR4",
        0x20 => "HBM",
        0x21 => "HBM2",
        0x22 => "DDR5",
        0x23 => "LPDDR5",
        0x24 => "HBM3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A structure: its kind, what follows the head, its strings.
    fn structure(kind: u8, body: &[u8], strings: &[&str]) -> Vec<u8> {
        let mut out = vec![kind, u8::try_from(body.len() + 4).unwrap(), 0, 0];
        out.extend(body);
        for text in strings {
            out.extend(text.as_bytes());
            out.push(0);
        }
        out.extend(if strings.is_empty() { &[0, 0][..] } else { &[0] });
        out
    }

    fn memory(size: u16, extended: u32) -> Vec<u8> {
        let mut body = vec![0; 0x22 - 4];
        body[0x0c - 4..0x0e - 4].copy_from_slice(&size.to_le_bytes());
        body[0x10 - 4] = 1;
        body[0x12 - 4] = 0x22;
        body[0x15 - 4..0x17 - 4].copy_from_slice(&5600_u16.to_le_bytes());
        body[0x17 - 4] = 2;
        body[0x1c - 4..0x20 - 4].copy_from_slice(&extended.to_le_bytes());
        body[0x20 - 4..0x22 - 4].copy_from_slice(&4800_u16.to_le_bytes());
        structure(17, &body, &["DIMM A", "Micron"])
    }

    #[test]
    fn a_machine_is_read_from_its_table() {
        let mut system = vec![1, 2, 0, 3];
        system.extend([0x44, 0x45, 0x4c, 0x4c, 0x42, 0, 0x10, 0x35, 0x80, 0x51, 0xb7, 0xc0, 0x4f, 0x33, 0x35, 0x33]);
        let table = [
            structure(0, &[1, 2, 0, 0, 3], &["LENOVO", "N32ET91W", "03/01/2024"]),
            structure(1, &system, &["LENOVO", "20XXS0AB00", "Default string"]),
            structure(3, &[0, 0x8a, 0, 0, 1], &["資産-11"]),
            structure(END, &[], &[]),
            memory(1, 0),
        ];
        let found = parse(&table.concat());
        assert_eq!(found.firmware_date.as_deref(), Some("03/01/2024"));
        assert_eq!((found.model.as_deref(), found.serial), (Some("20XXS0AB00"), None));
        assert_eq!(found.uuid.as_deref(), Some("4c4c4544-0042-3510-8051-b7c04f333533"));
        assert_eq!((found.chassis.as_deref(), found.asset_tag.as_deref()), (Some("laptop"), Some("資産-11")));
        assert_eq!(found.memory, [], "what stands behind the end is not of the table");
    }

    #[test]
    fn modules_have_their_size_whatever_the_unit_and_empty_slots_are_none() {
        let table = [memory(0, 0), memory(16_384, 0), memory(0x7fff, 65_536), memory(0x8200, 0), memory(0xffff, 0)];
        let found = parse(&table.concat()).memory;
        let bytes: Vec<u64> = found.iter().map(|module| module.bytes).collect();
        assert_eq!(bytes, [16 << 30, 64 << 30, 512 << 10]);
        let expected = MemoryModule {
            slot: "DIMM A".to_owned(),
            bytes: 16 << 30,
            kind: Some("DDR5".to_owned()),
            speed_mts: Some(4800),
            maker: Some("Micron".to_owned()),
            ..MemoryModule::default()
        };
        assert_eq!(found[0], expected);
    }

    #[test]
    fn a_table_that_was_cut_off_gives_what_is_left_of_it() {
        let whole = [structure(0, &[1, 2, 0, 0, 3], &["LENOVO", "N32", "2024"]), memory(16_384, 0)].concat();
        let found = parse(&whole[..whole.len() - 6]);
        assert_eq!(found.firmware_version.as_deref(), Some("N32"));
        assert_eq!(found.memory[0].slot, "DIMM A");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let found = parse(&bytes);
            prop_assert!(found.memory.len() <= bytes.len());
        }

        #[test]
        fn a_table_with_one_wrong_byte_is_read_without_harm(at in any::<prop::sample::Index>(), byte: u8) {
            let mut table = [structure(1, &[1; 20], &["a", "b"]), memory(16_384, 0), memory(0x7fff, 1)].concat();
            *at.get_mut(&mut table) = byte;
            prop_assert!(parse(&table).memory.len() <= 2 + table.len() / 6);
        }
    }
}
