//! Putting the server together and starting it.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use yagura_admins::PublicAddress;
use yagura_alarms::AlarmRoads;
use yagura_channel::server::Signer;
use yagura_dial::{Dial, NetDial, ProxyChoice, Trust, client_config};
use yagura_endpoints::{AgentAddress, TlsAuthorities};
use yagura_events::{Embedded, server::EvidenceAuthorities};
use yagura_policy::PolicySpecs;
use yagura_server_kit::{AgentHooks, Context, Db, Parts, db::migrate, metrics::Metrics, outbox::LookEvery};
use yagura_vocabulary::{Clock, Id, SystemClock, id};

use crate::{config::Config, events::Events, features, listen, relay, renewals, router};

/// Everything but the event store, which only one process may have open: enough for the command line.
///
/// # Errors
/// When the database or the keys cannot be opened.
pub async fn context(config: &Config) -> anyhow::Result<Context> {
    let db = database(config).await?;
    assemble(config, db, None).await
}

/// The control plane's database, up to date.
pub(crate) async fn database(config: &Config) -> anyhow::Result<Db> {
    let db = Db::open(&config.database.url).await.context("failed to open the database")?;
    migrate(&db, features::migrations()).await.context("failed to bring the database up to date")?;
    Ok(db)
}

async fn assemble(config: &Config, db: Db, events: Option<&Events>) -> anyhow::Result<Context> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let server = server_id(&config.data)?;
    let keys = config.data.join("keys");
    let signer = Signer::open(&keys, server, clock.now()).context("failed to open the keys")?;
    if events.is_some() {
        renewals::renew_in_time(&signer, clock.now())?;
    }
    let authority = match &config.tls.authority {
        None => String::new(),
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?,
    };
    let mut parts = Parts::default();
    parts.insert(signer);
    parts.insert(AgentAddress(config.agent_url.clone().unwrap_or_else(|| config.url.clone())));
    parts.insert(AgentHooks(features::hooks()));
    parts.insert(yagura_organisation::Started(clock.now()));
    parts.insert(yagura_organisation::CertificateFile(config.tls.certificate.clone()));
    parts.insert(LookEvery(Duration::from_secs(config.outbox.look_every_s.into())));
    yagura_admins::install(&mut parts, PublicAddress { origins: vec![config.url.clone()] }, oidc(config, &authority)?);
    let roads = AlarmRoads { dial: dial(&authority, "webhooks")?, authorities: authority.clone() };
    yagura_alarms::install(&mut parts, features::alarm_sources(), roads);
    let to_tokens = dial(&authority, "token endpoints")?;
    yagura_mail::install(&mut parts, yagura_mail::Authorities(authority.clone()), to_tokens);
    yagura_endpoints::install(&mut parts, TlsAuthorities(authority.clone()));
    yagura_policy::install(&mut parts, PolicySpecs(features::POLICIES.to_vec()));
    yagura_commands::install(&mut parts, &[]);
    yagura_blobs::install(&mut parts, &config.data.join("blobs")).context("failed to open the blobs")?;
    parts.insert(yagura_assets::server::Intake::default());
    yagura_licences::server::install(&mut parts);
    yagura_vulnerabilities::server::install(&mut parts, config.data.join("feeds"), dial(&authority, "feeds")?);
    yagura_log_search::server::install(&mut parts, config.data.join("exports"));
    yagura_distribution::server::install(&mut parts, config.data.join("uploads"));
    yagura_backup::install(&mut parts, backup_plan(config, events.and_then(Events::embedded)));
    if let Some(events) = events {
        yagura_events::server::install(
            &mut parts,
            events.store(),
            EvidenceAuthorities(authority),
            features::forgetting(),
        );
    }
    let ctx = Context::new(server, db, clock, Metrics::default(), parts);
    let root = yagura_endpoints::ensure_root(&ctx, "全社").await.context("failed to make the root group")?;
    tracing::debug!(%root, "root group");
    yagura_organisation::ensure(&ctx, "public_url", &config.url).await?;
    let kind = if config.tls.authority.is_some() { "private" } else { "public" };
    yagura_organisation::ensure(&ctx, "certificate", kind).await?;
    Ok(ctx)
}

/// What a backup of this server takes.
pub(crate) fn backup_plan(config: &Config, events: Option<Arc<Embedded>>) -> yagura_backup::Plan {
    let tls = &config.tls;
    let secret = config.oidc.as_ref().map(|oidc| oidc.client_secret_file.clone());
    // The key of the private authority lies beside its certificate, if it is ours.
    let authority_key = tls.authority.as_ref().map(|file| file.with_extension("key")).filter(|key| key.exists());
    let named = [Some(tls.certificate.clone()), Some(tls.key.clone()), tls.authority.clone(), authority_key, secret];
    yagura_backup::Plan {
        data: config.data.clone(),
        database: config.database.url.clone(),
        config: config.file.clone(),
        named: named.into_iter().flatten().collect(),
        events,
    }
}

/// The identity provider of the configuration. It is not asked anything before somebody signs in with it.
fn oidc(config: &Config, authority: &str) -> anyhow::Result<yagura_admins::Oidc> {
    let Some(oidc) = &config.oidc else { return Ok(yagura_admins::Oidc::default()) };
    let file = &oidc.client_secret_file;
    let secret = std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let dial = dial(authority, "the identity provider")?;
    Ok(yagura_admins::Oidc::new(yagura_admins::OidcSettings {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        client_secret: secret.trim().to_owned(),
        name: oidc.name.clone(),
        trust_unverified_email: oidc.trust_unverified_email,
        dial,
    }))
}

/// Connects to others, whose certificates must come from the system's authorities or from the organisation's own.
fn dial(authority: &str, to: &str) -> anyhow::Result<Arc<dyn Dial>> {
    let trust = Trust::Authorities { pem: authority.to_owned(), system: true };
    let tls = client_config(&trust).with_context(|| format!("failed to set TLS up for {to}"))?;
    Ok(Arc::new(NetDial::new(tls, ProxyChoice::Environment)))
}

/// The server's id, made when it is started for the first time.
pub(crate) fn server_id(data: &Path) -> anyhow::Result<Id<id::Server>> {
    let file = data.join("server-id");
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(text.trim().parse().with_context(|| format!("failed to read {}", file.display()))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(data).with_context(|| format!("failed to make {}", data.display()))?;
            let id = Id::new();
            crate::certificates::write(&file, format!("{id}\n"), false)
                .with_context(|| format!("failed to write {}", file.display()))?;
            Ok(id)
        }
        Err(error) => Err(error).with_context(|| format!("failed to read {}", file.display())),
    }
}

/// A running server.
pub struct Server {
    ctx: Context,
    events: Events,
    tasks: JoinSet<()>,
    stop: CancellationToken,
    /// Where the console listens; with port 0 in the configuration, where it came to listen.
    pub address: SocketAddr,
    /// Where agents are listened for: the same, unless they have a listener of their own.
    pub agents: SocketAddr,
}

/// Starts a server.
///
/// # Errors
/// When something it stands on cannot be opened, or it cannot listen.
pub async fn start(config: &Config) -> anyhow::Result<Server> {
    let certificate = renewals::Certificate::open(&config.tls)?;
    let tls = certificate.acceptor();
    let listener = listen::bind(config.listen.console).await?;
    let address = listener.local_addr()?;
    let db = database(config).await?;
    let events = Events::open(config, &db).await?;
    let ctx = assemble(config, db, Some(&events)).await?;
    for feature in features::ALL {
        (feature.start)(&ctx);
    }
    let routers = router::routers(&ctx);
    let stop = ctx.stopping();
    let mut tasks = JoinSet::new();
    let agents = match config.listen.agents {
        None => {
            let both = routers.console.merge(routers.agents);
            tasks.spawn(listen::serve(listener, tls, both, stop.clone()));
            address
        }
        Some(agents) => {
            let listener_of_agents = listen::bind(agents).await?;
            let agents = listener_of_agents.local_addr()?;
            tasks.spawn(listen::serve(listener, tls.clone(), routers.console, stop.clone()));
            tasks.spawn(listen::serve(listener_of_agents, tls, routers.agents, stop.clone()));
            agents
        }
    };
    relay::start(&ctx, &config.database.url);
    ctx.spawn(renewals::watch(ctx.clone(), certificate));
    tracing::info!(%address, %agents, url = config.url, "the server is ready");
    Ok(Server { ctx, events, tasks, stop, address, agents })
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
        self.events.close().await;
        self.ctx.db().close().await;
        tracing::info!("the server has stopped");
    }
}
