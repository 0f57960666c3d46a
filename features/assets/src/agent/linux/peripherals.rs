//! What is plugged in: displays, batteries and USB devices, from `/sys`.

use super::Root;
use crate::{
    firmware::edid,
    known::known,
    model::{Battery, Display, UsbDevice},
};

/// A desk has a handful; a machine that tests devices may have very many.
const MOST: usize = 256;

pub(super) fn displays(root: &Root) -> Vec<Display> {
    const DRM: &str = "/sys/class/drm";
    let mut found: Vec<Display> = Vec::new();
    for name in root.names(DRM) {
        // `card0-eDP-1`: the card's number changes with the order in which drivers load.
        let Some((_, connector)) = name.split_once('-').filter(|(card, _)| card.starts_with("card")) else { continue };
        if root.text(&format!("{DRM}/{name}/status")).as_deref() != Some("connected") {
            continue;
        }
        found.extend(root.bytes(&format!("{DRM}/{name}/edid")).and_then(|edid| edid::parse(connector, &edid)));
    }
    found.sort_unstable_by(|one, other| one.connector.cmp(&other.connector));
    found.truncate(MOST);
    found
}

pub(super) fn batteries(root: &Root) -> Vec<Battery> {
    const POWER: &str = "/sys/class/power_supply";
    let read = |name: String| {
        let text = |file: &str| root.text(&format!("{POWER}/{name}/{file}"));
        // Mice and keyboards have batteries too; they say that they are devices.
        if text("type").as_deref() != Some("Battery") || text("scope").as_deref() == Some("Device") {
            return None;
        }
        let said = |file: &str| known(&text(file)?).map(str::to_owned);
        let number = |file: &str| text(file)?.parse::<u64>().ok().filter(|number| *number > 0);
        // Either energy in microwatt-hours, or charge in microampere-hours at a voltage in microvolts.
        let energy = |energy: &str, charge: &str| {
            let of_charge =
                || Some(u128::from(number(charge)?) * u128::from(number("voltage_min_design")?) / 1_000_000_000);
            number(energy).map(|energy| energy / 1000).or_else(|| u64::try_from(of_charge()?).ok())
        };
        Some(Battery {
            maker: said("manufacturer"),
            model: said("model_name"),
            serial: said("serial_number"),
            design_mwh: energy("energy_full_design", "charge_full_design"),
            full_mwh: energy("energy_full", "charge_full"),
            cycles: number("cycle_count").and_then(|cycles| cycles.try_into().ok()),
            name: name.clone(),
        })
    };
    root.names(POWER).into_iter().filter_map(read).take(MOST).collect()
}

pub(super) fn usb(root: &Root) -> Vec<UsbDevice> {
    const USB: &str = "/sys/bus/usb/devices";
    const HUB: &str = "09";
    let read = |name: String| {
        let text = |file: &str| root.text(&format!("{USB}/{name}/{file}"));
        if text("bDeviceClass").as_deref() == Some(HUB) {
            return None;
        }
        let said = |file: &str| known(&text(file)?).map(str::to_owned);
        Some(UsbDevice {
            // Interfaces of a device stand beside it and have no number of their own.
            vendor_id: text("idVendor")?,
            product_id: text("idProduct")?,
            vendor: said("manufacturer"),
            product: said("product"),
            serial: said("serial"),
        })
    };
    let mut found: Vec<UsbDevice> = root.names(USB).into_iter().filter_map(read).take(MOST).collect();
    let key = |one: &UsbDevice| (one.vendor_id.clone(), one.product_id.clone(), one.serial.clone());
    found.sort_by_cached_key(key);
    found
}
