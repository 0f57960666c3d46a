//! What devices say of themselves by SNMP: the ledger has it, and whoever is in the table of products is an appliance.

use std::collections::HashMap;

use serde::Deserialize;
use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

use super::{How, Written, write};
use crate::{count::Machine, remote::product_of_banner};

/// The part of an inventory that a device describes itself by.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Facts {
    hardware: Hardware,
    device: Option<Device>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Hardware {
    vendor: Option<String>,
    model: Option<String>,
    firmware: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Device {
    description: Option<String>,
}

/// The product and version that facts tell of: by the description (sysDescr), else by maker, model and firmware (ENTITY-MIB).
fn product(facts: &str) -> Option<(&'static str, String)> {
    let Facts { hardware, device } = serde_json::from_str(facts).ok()?;
    let described = device?.description.unwrap_or_default();
    let text = |text: Option<String>| text.unwrap_or_default();
    let parts = format!("{} {} {}", text(hardware.vendor), text(hardware.model), text(hardware.firmware));
    let found = product_of_banner(&described).or_else(|| product_of_banner(&parts))?;
    Some((found.0.key, found.1))
}

/// Writes down what those of these machines run that are devices. What a person or a banner said of one stays.
pub(in crate::server) async fn take_over(ctx: &Context, machines: &[Machine]) -> Result<(), ApiError> {
    let devices: HashMap<i64, &Machine> = machines
        .iter()
        .filter(|machine| &*machine.kind == "network" && machine.led_by != 0)
        .map(|machine| (machine.led_by, machine))
        .collect();
    if devices.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = devices.keys().map(i64::to_string).collect();
    let sql = format!("SELECT number, facts FROM assets_sighting WHERE number IN ({})", list.join(", "));
    let rows: Vec<(i64, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
    for (number, facts) in rows {
        let (Some(machine), Some((product, version))) = (devices.get(&number), product(&facts)) else { continue };
        let known: Vec<(String, String, String)> =
            sqlx::query_as("SELECT how, product, version FROM vulnerabilities_appliance WHERE asset_id = $1")
                .bind(&machine.id)
                .fetch_all(ctx.db().read())
                .await?;
        let same = |(_, of, at): &(String, String, String)| of == product && *at == version;
        if known.iter().any(|one| one.0 != How::Snmp.as_str() || same(one)) {
            continue;
        }
        let group: (String,) = sqlx::query_as("SELECT group_id FROM assets_asset WHERE id = $1")
            .bind(&machine.id)
            .fetch_one(ctx.db().read())
            .await?;
        let one = Written {
            id: &machine.id,
            asset_id: Some(&machine.id),
            group_id: &group.0,
            name: &machine.name,
            product,
            version: &version,
            how: How::Snmp,
        };
        let mut tx = ctx.db().write_relaxed().await?;
        // As old as what the device told: it is not read once more for that.
        write(tx.on(), &one, machine.told_at, "").await?;
        tx.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::product;

    fn check(facts: &str, expected: Option<(&'static str, &str)>) {
        assert_eq!(product(facts), expected.map(|(product, version)| (product, version.to_owned())), "{facts}");
    }

    #[test]
    fn a_device_is_known_by_its_description_or_its_parts() {
        let asa = r#"{"device": {"description": "Cisco Adaptive Security Appliance Version 9.16(4)"}}"#;
        check(asa, Some(("cisco:adaptive_security_appliance", "9.16(4)")));
        check(r#"{"hardware": {"vendor": "Fortinet"}, "device": {"description": "office printer"}}"#, None);
        check(r#"{"hardware": {}}"#, None);
        check("", None);
    }
}
