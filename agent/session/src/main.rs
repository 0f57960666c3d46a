//! `yagura-session`: shows the agent's notices in the desktop of the person who runs it.

use anyhow::{Context, Result, bail};
use tracing_subscriber::EnvFilter;
use yagura_session::{Options, run};

const USAGE: &str = "usage: yagura-session [--socket PATH] [--once | --mine]";

fn main() -> Result<()> {
    let options = options(std::env::args().skip(1))?;
    let filter = EnvFilter::try_from_env("YAGURA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(run(options)).context("serve the person")
}

fn options(mut given: impl Iterator<Item = String>) -> Result<Options> {
    let socket = std::env::var_os("YAGURA_SOCKET").map(Into::into);
    let mut options = Options { socket, once: false, mine: false };
    while let Some(option) = given.next() {
        match option.as_str() {
            "--once" => options.once = true,
            "--mine" => options.mine = true,
            "--socket" => options.socket = Some(given.next().context(USAGE)?.into()),
            _ => bail!("unknown option `{option}`; {USAGE}"),
        }
    }
    Ok(options)
}
