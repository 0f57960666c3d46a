//! Putting the server together and starting it.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use yagura_admins::PublicAddress;
use yagura_channel::server::Signer;
use yagura_endpoints::{AgentAddress, TlsAuthorities};
use yagura_events::{Embedded, Options, server::Store};
use yagura_policy::PolicySpecs;
use yagura_server_kit::{AgentHooks, Context, Db, Parts, db::migrate, metrics::Metrics};
use yagura_vocabulary::{Clock, Id, SystemClock, id};

use crate::{config::Config, features, listen, router};

/// Everything but the event store, which only one process may have open: enough for the command line.
///
/// # Errors
/// When the database or the keys cannot be opened.
pub async fn context(config: &Config, store: Option<Store>) -> anyhow::Result<Context> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let server = server_id(&config.data)?;
    let db = Db::open(&config.database.url).await.context("failed to open the database")?;
    migrate(&db, features::migrations()).await.context("failed to bring the database up to date")?;
    let signer = Signer::open(&config.data.join("keys"), server, clock.now()).context("failed to open the keys")?;
    let authority = match &config.tls.authority {
        None => String::new(),
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?,
    };
    let mut parts = Parts::default();
    parts.insert(signer);
    parts.insert(AgentAddress(config.url.clone()));
    parts.insert(AgentHooks(features::hooks()));
    parts.insert(yagura_organisation::Started(clock.now()));
    yagura_admins::install(&mut parts, PublicAddress { origins: vec![config.url.clone()] });
    yagura_alarms::install(&mut parts, features::alarm_sources());
    yagura_mail::install(&mut parts, yagura_mail::Authorities(authority.clone()));
    yagura_endpoints::install(&mut parts, TlsAuthorities(authority));
    yagura_policy::install(&mut parts, PolicySpecs(features::POLICIES.to_vec()));
    yagura_commands::install(&mut parts, &[]);
    yagura_blobs::install(&mut parts, &config.data.join("blobs")).context("failed to open the blobs")?;
    if let Some(store) = store {
        yagura_events::server::install(&mut parts, store);
    }
    let ctx = Context::new(server, db, clock, Metrics::default(), parts);
    let root = yagura_endpoints::ensure_root(&ctx, "全社").await.context("failed to make the root group")?;
    tracing::debug!(%root, "root group");
    yagura_organisation::ensure(&ctx, "public_url", &config.url).await?;
    let kind = if config.tls.authority.is_some() { "private" } else { "public" };
    yagura_organisation::ensure(&ctx, "certificate", kind).await?;
    Ok(ctx)
}

/// The server's id, made when it is started for the first time.
fn server_id(data: &Path) -> anyhow::Result<Id<id::Server>> {
    let file = data.join("server-id");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(text.trim().parse().with_context(|| format!("failed to read {}", file.display()))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(data).with_context(|| format!("failed to make {}", data.display()))?;
            let id = Id::new();
            crate::certificates::write(&file, &format!("{id}\n"), false)
                .with_context(|| format!("failed to write {}", file.display()))?;
            Ok(id)
        }
        Err(error) => Err(error).with_context(|| format!("failed to read {}", file.display())),
    }
}

/// A running server.
pub struct Server {
    ctx: Context,
    store: Arc<Embedded>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    /// Where the console listens; with port 0 in the configuration, where it came to listen.
    pub address: SocketAddr,
}

/// Starts a server.
///
/// # Errors
/// When something it stands on cannot be opened, or it cannot listen.
pub async fn start(config: &Config) -> anyhow::Result<Server> {
    let tls = listen::tls(&config.tls.certificate, &config.tls.key)?;
    let listener = listen::bind(config.listen.console).await?;
    let address = listener.local_addr()?;
    let store =
        Embedded::open(Options::new(config.data.join("events"))).await.context("failed to open the event store")?;
    let store = Arc::new(store);
    let ctx = context(config, Some(Arc::clone(&store) as Store)).await?;
    for feature in features::ALL {
        (feature.start)(&ctx);
    }
    let routers = router::routers(&ctx);
    let stop = ctx.stopping();
    let mut tasks = JoinSet::new();
    match config.listen.agents {
        None => {
            let both = routers.console.merge(routers.agents);
            tasks.spawn(listen::serve(listener, tls, both, stop.clone()));
        }
        Some(agents) => {
            let agents = listen::bind(agents).await?;
            tasks.spawn(listen::serve(listener, tls.clone(), routers.console, stop.clone()));
            tasks.spawn(listen::serve(agents, tls, routers.agents, stop.clone()));
        }
    }
    tracing::info!(%address, url = config.url, "the server is ready");
    Ok(Server { ctx, store, tasks, stop, address })
}

impl Server {
    /// Its context, for tests and the command line.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.ctx
    }

    /// Stops: no new requests, those under way end, everything is written down.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        self.ctx.stop().await;
        if let Err(error) = self.store.close().await {
            tracing::error!(%error, "the event store could not be closed in order; its log keeps what is missing");
        }
        self.ctx.db().close().await;
        tracing::info!("the server has stopped");
    }
}
