//! Writes the process stream as JSON lines until it is stopped (Ctrl-C): a recording to replay in tests.
//!
//! `cargo run -p yagura-sensors --example record > recording.jsonl`

use std::{io, sync::Arc};

use yagura_sensors::{Sensors, replay};
use yagura_vocabulary::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    yagura_platform::keep_memory_small();
    let sensors = Sensors::live(Arc::new(SystemClock), &std::env::temp_dir());
    let mut stream = sensors.processes().await;
    stream.want_hashes(true);
    eprintln_report(&sensors)?;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return eprintln_report(&sensors),
            next = stream.next() => match next {
                Some(record) => replay::write(&mut io::stdout().lock(), &*record)?,
                None => return eprintln_report(&sensors),
            },
        }
    }
}

fn eprintln_report(sensors: &Sensors) -> io::Result<()> {
    for report in sensors.reports() {
        io::Write::write_all(&mut io::stderr(), format!("{report:?}\n").as_bytes())?;
    }
    Ok(())
}
