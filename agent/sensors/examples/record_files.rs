//! Writes the file stream as JSON lines until it is stopped (Ctrl-C): a recording to replay in tests.
//!
//! `cargo run -p yagura-sensors --example record_files [-- PATH]`: with a path, opened files below it are told of too.
//! With `YAGURA_RECORD_FILES=FILE` (builds for development only) the observations behind the records go to a file.

use std::{io, sync::Arc};

use yagura_sensors::{FileWish, OpensWanted, Sensors, replay};
use yagura_vocabulary::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    yagura_platform::keep_memory_small();
    let sensors = Sensors::live(Arc::new(SystemClock), &std::env::temp_dir());
    let mut stream = sensors.files().await;
    let opens =
        std::env::args().nth(1).map(|below| Arc::new(move |path: &str| path.starts_with(&below)) as OpensWanted);
    stream.wish(FileWish { opens, ..FileWish::default() });
    tell(&sensors)?;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return tell(&sensors),
            next = stream.next() => match next {
                Some(record) => replay::write(&mut io::stdout().lock(), &*record)?,
                None => return tell(&sensors),
            },
        }
    }
}

fn tell(sensors: &Sensors) -> io::Result<()> {
    for report in sensors.reports() {
        io::Write::write_all(&mut io::stderr(), format!("{report:?}\n").as_bytes())?;
    }
    Ok(())
}
