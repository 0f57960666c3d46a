//! An endpoint's own client, for tests of what agents ask.

use std::sync::Arc;

use tempfile::TempDir;
use yagura_channel::agent::{
    client::AgentClient, clock::ServerClock, enrol::enrol, identity::IdentityDir, runner::Facts,
};
use yagura_vocabulary::{Os, SystemClock};

use crate::harness::House;

/// An enrolled endpoint, in a folder of its own.
pub(crate) async fn endpoint(house: &House) -> (AgentClient, TempDir) {
    let ctx = house.server.context();
    let root = yagura_endpoints::ensure_root(ctx, "全社").await.unwrap();
    let token = yagura_endpoints::issue_token(ctx, root, "test", None, None).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (identity, clock) = (IdentityDir::new(dir.path()), ServerClock::new(Arc::new(SystemClock)));
    let facts = Facts {
        agent_version: "0".to_owned(),
        hostname: "pc-1".to_owned(),
        os: Os::Linux,
        os_name: "Test".to_owned(),
        hardware_id: dir.path().display().to_string(),
        boot_id: uuid::Uuid::nil(),
        run_id: uuid::Uuid::nil(),
        features: Vec::new(),
    };
    let (dial, url) = (house.client.dial(), house.client.target().to_string());
    let (enrolled, _) = enrol(&identity, &url, &token, &facts, "", Arc::clone(dial), &clock).await.unwrap();
    (AgentClient::new(enrolled, identity, Arc::clone(dial), clock).unwrap(), dir)
}
