//! What measurements with very many machines share: a server on an empty database of its own.

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use yagura_server::{Server, certificates, config::Config, start};

/// A server that is measured.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

/// The numbers that the command line says, and after them `[URL-OF-AN-EMPTY-DATABASE]`.
pub(crate) fn arguments<const N: usize>(numbers: [&str; N]) -> anyhow::Result<([usize; N], String)> {
    let mut words = std::env::args().skip(1);
    let mut said = [0; N];
    for (number, what) in said.iter_mut().zip(numbers) {
        *number = words.next().with_context(|| format!("say how many {what}"))?.parse()?;
    }
    Ok((said, words.next().unwrap_or_else(|| "sqlite:control.db".to_owned())))
}

/// Two threads, as on the smallest machine that the numbers are promised for.
pub(crate) fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

/// A line of results, which `./dev bench` prints as a table.
#[expect(clippy::print_stdout, reason = "the results of a measurement")]
pub(crate) fn say(what: &str, value: &Value) {
    println!("{}", json!({"what": what, "value": value}));
}

impl House {
    /// Starts it in a folder, which keeps a database without a place of its own.
    pub(crate) async fn open(folder: TempDir, database: &str) -> anyhow::Result<Self> {
        certificates::ensure(folder.path(), "127.0.0.1")?;
        let file = folder.path().join("yagura.toml");
        let text = format!(
            "url = \"https://yagura.test\"\n[listen]\nconsole = \"127.0.0.1:0\"\n[tls]\ncertificate = \"server.pem\"\n\
             key = \"server.key\"\nauthority = \"ca.pem\"\n[database]\nurl = \"{database}\"\n"
        );
        std::fs::write(&file, text)?;
        let server = start(&Config::load(&file)?).await?;
        Ok(Self { server, folder })
    }

    /// Stops it. The folder goes with what is returned.
    pub(crate) async fn close(self) -> TempDir {
        self.server.stop().await;
        self.folder
    }
}
