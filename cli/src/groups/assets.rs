//! `yaguractl assets`: inventories.

use clap::Subcommand;

use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
};

/// Inventories.
#[derive(Debug, Subcommand)]
pub(crate) enum Assets {
    /// Show the inventory of one machine
    Show {
        /// Its id or host name.
        #[arg(value_name = "ID_OR_HOSTNAME")]
        endpoint: String,
    },
}

const SHOW: &[Column] = &[
    column("hostname", "/hostname"),
    column("endpoint", "/endpoint"),
    column("collected", "/collected_at"),
    column("vendor", "/hardware/vendor"),
    column("model", "/hardware/model"),
    column("serial", "/hardware/serial"),
    column("firmware", "/hardware/firmware"),
    column("cpu", "/hardware/cpu/model"),
    column("cores", "/hardware/cpu/cores"),
    column("memory, bytes", "/hardware/memory_bytes"),
    column("virtual machine", "/hardware/virtual_machine"),
    column("os", "/os/name"),
    column("os version", "/os/version"),
    column("kernel", "/os/kernel"),
    column("architecture", "/os/architecture"),
    column("started", "/os/boot_at"),
    column("time zone", "/os/time_zone"),
];

/// The lists of an inventory: where each stands, and its columns.
const LISTS: &[(&str, &[Column])] = &[
    (
        "network",
        &[
            column("INTERFACE", "/name"),
            column("MAC", "/mac"),
            column("IPV4", "/ipv4"),
            column("IPV6", "/ipv6"),
            column("UP", "/up"),
        ],
    ),
    (
        "disks",
        &[
            column("DISK", "/name"),
            column("MODEL", "/model"),
            column("SERIAL", "/serial"),
            column("BYTES", "/size_bytes"),
            column("REMOVABLE", "/removable"),
        ],
    ),
    (
        "volumes",
        &[
            column("VOLUME", "/mount"),
            column("FILE SYSTEM", "/filesystem"),
            column("BYTES", "/size_bytes"),
            column("FREE", "/free_bytes"),
            column("ENCRYPTED", "/encrypted"),
        ],
    ),
    ("users", &[column("USER", "/name"), column("ID", "/id")]),
    (
        "software",
        &[
            column("SOFTWARE", "/name"),
            column("VERSION", "/version"),
            column("PUBLISHER", "/publisher"),
            column("SOURCE", "/source"),
        ],
    ),
];

pub(crate) async fn run(api: &Api, output: &Output, command: Assets) -> Result<(), CliError> {
    let Assets::Show { endpoint } = command;
    let assets = api.get(&Query::new(format!("/api/v1/assets/{}", encoded(&endpoint)))).await?;
    output.one(SHOW, &assets)?;
    if output.is_json() {
        return Ok(());
    }
    for (name, columns) in LISTS {
        if let Some(items) = assets[*name].as_array().filter(|items| !items.is_empty()) {
            output.text("")?;
            output.list(columns, items)?;
        }
    }
    Ok(())
}
