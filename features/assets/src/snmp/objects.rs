//! What a device is asked for: objects of the standard MIBs, none of a maker's own.

/// MIB-2, under which nearly all of them are.
macro_rules! mib2 {
    ($($arc:literal),+) => { &[1, 3, 6, 1, 2, 1, $($arc),+] };
}

/// An object's name.
pub(super) type Name = &'static [u32];

// SNMPv2-MIB (RFC 3418), single values.
pub(super) const SYS_DESCR: Name = mib2!(1, 1, 0);
pub(super) const SYS_OBJECT_ID: Name = mib2!(1, 2, 0);
pub(super) const SYS_UP_TIME: Name = mib2!(1, 3, 0);
pub(super) const SYS_CONTACT: Name = mib2!(1, 4, 0);
pub(super) const SYS_NAME: Name = mib2!(1, 5, 0);
pub(super) const SYS_LOCATION: Name = mib2!(1, 6, 0);
pub(super) const SYS_SERVICES: Name = mib2!(1, 7, 0);

// IF-MIB (RFC 2863), by the number of the interface.
pub(super) const IF_DESCR: Name = mib2!(2, 2, 1, 2);
pub(super) const IF_TYPE: Name = mib2!(2, 2, 1, 3);
pub(super) const IF_SPEED: Name = mib2!(2, 2, 1, 5);
pub(super) const IF_PHYS_ADDRESS: Name = mib2!(2, 2, 1, 6);
pub(super) const IF_OPER_STATUS: Name = mib2!(2, 2, 1, 8);
pub(super) const IF_NAME: Name = mib2!(31, 1, 1, 1, 1);
pub(super) const IF_HIGH_SPEED: Name = mib2!(31, 1, 1, 1, 15);

// IP-MIB (RFC 4293): the number of the interface, by the address; the first is the older one, for IPv4 only.
pub(super) const IP_AD_ENT_IF_INDEX: Name = mib2!(4, 20, 1, 2);
pub(super) const IP_ADDRESS_IF_INDEX: Name = mib2!(4, 34, 1, 3);
pub(super) const IP_ADDRESS_TYPE: Name = mib2!(4, 34, 1, 4);

// HOST-RESOURCES-MIB (RFC 2790), by the number of the device.
pub(super) const HR_DEVICE_TYPE: Name = mib2!(25, 3, 2, 1, 2);
pub(super) const HR_DEVICE_DESCR: Name = mib2!(25, 3, 2, 1, 3);
pub(super) const HR_PRINTER_STATUS: Name = mib2!(25, 3, 5, 1, 1);
pub(super) const HR_PRINTER_ERRORS: Name = mib2!(25, 3, 5, 1, 2);
/// What [`HR_DEVICE_TYPE`] says of a printer.
pub(super) const HR_TYPE_PRINTER: Name = mib2!(25, 3, 1, 5);

// Printer-MIB (RFC 3805), by the number of the device and of the thing.
pub(super) const PRT_NAME: Name = mib2!(43, 5, 1, 1, 16);
pub(super) const PRT_SERIAL: Name = mib2!(43, 5, 1, 1, 17);
pub(super) const PRT_LIFE_COUNT: Name = mib2!(43, 10, 2, 1, 4);
pub(super) const PRT_SUPPLY_COLORANT: Name = mib2!(43, 11, 1, 1, 3);
pub(super) const PRT_SUPPLY_TYPE: Name = mib2!(43, 11, 1, 1, 5);
pub(super) const PRT_SUPPLY_DESCR: Name = mib2!(43, 11, 1, 1, 6);
pub(super) const PRT_SUPPLY_UNIT: Name = mib2!(43, 11, 1, 1, 7);
pub(super) const PRT_SUPPLY_MAX: Name = mib2!(43, 11, 1, 1, 8);
pub(super) const PRT_SUPPLY_LEVEL: Name = mib2!(43, 11, 1, 1, 9);
pub(super) const PRT_COLORANT: Name = mib2!(43, 12, 1, 1, 4);

// ENTITY-MIB (RFC 6933), by the number of the part.
pub(super) const ENT_CLASS: Name = mib2!(47, 1, 1, 1, 1, 5);
pub(super) const ENT_FIRMWARE: Name = mib2!(47, 1, 1, 1, 1, 9);
pub(super) const ENT_SOFTWARE: Name = mib2!(47, 1, 1, 1, 1, 10);
pub(super) const ENT_SERIAL: Name = mib2!(47, 1, 1, 1, 1, 11);
pub(super) const ENT_MAKER: Name = mib2!(47, 1, 1, 1, 1, 12);
pub(super) const ENT_MODEL: Name = mib2!(47, 1, 1, 1, 1, 13);

/// What is asked for first, in one message. A device that does not know one of them says so, and the others all the same.
pub const FIRST: &[Name] = &[SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_CONTACT, SYS_NAME, SYS_LOCATION, SYS_SERVICES];

/// Columns that every device is asked for.
pub const COLUMNS: &[Name] = &[
    IF_DESCR,
    IF_TYPE,
    IF_SPEED,
    IF_PHYS_ADDRESS,
    IF_OPER_STATUS,
    IF_NAME,
    IF_HIGH_SPEED,
    IP_AD_ENT_IF_INDEX,
    IP_ADDRESS_IF_INDEX,
    IP_ADDRESS_TYPE,
    PRT_SERIAL,
    PRT_LIFE_COUNT,
];

/// Columns that only printers are asked for: who has answered to the last two of [`COLUMNS`] is one.
pub const PRINTER_COLUMNS: &[Name] = &[
    PRT_NAME,
    PRT_SUPPLY_COLORANT,
    PRT_SUPPLY_TYPE,
    PRT_SUPPLY_DESCR,
    PRT_SUPPLY_UNIT,
    PRT_SUPPLY_MAX,
    PRT_SUPPLY_LEVEL,
    PRT_COLORANT,
    HR_DEVICE_TYPE,
    HR_DEVICE_DESCR,
    HR_PRINTER_STATUS,
    HR_PRINTER_ERRORS,
];

/// The column that says which parts are the chassis; a large switch has thousands of parts, so the others are asked for it alone.
pub const PARTS: Name = ENT_CLASS;
/// What is asked of the chassis.
pub const CHASSIS: &[Name] = &[ENT_FIRMWARE, ENT_SOFTWARE, ENT_SERIAL, ENT_MAKER, ENT_MODEL];
