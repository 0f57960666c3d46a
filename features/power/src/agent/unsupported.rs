//! A system on which nothing is restarted yet.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use async_trait::async_trait;

use super::{Power, Unable};
use crate::Act;

struct Nothing;

#[async_trait]
impl Power for Nothing {
    async fn people(&self) -> Result<BTreeSet<u32>, Unable> {
        Err(unsupported())
    }

    async fn act(&self, _act: Act) -> Result<(), Unable> {
        Err(unsupported())
    }
}

fn unsupported() -> Unable {
    Unable("this system is not supported yet".to_owned())
}

pub(super) fn power() -> Arc<dyn Power> {
    Arc::new(Nothing)
}

pub(super) fn root() -> &'static Path {
    Path::new("/")
}
