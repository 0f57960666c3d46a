//! The suite that every [`EventStore`] must pass, as one call: [`run_all`]. A failure is a panic that names the promise.
#![expect(clippy::unwrap_used, reason = "a test suite: what fails must stop it")]

mod asked;
mod deduplication;
mod feed;
mod filters;
mod fixture;
mod large;
mod model;
mod numbers;
mod paging;
mod texts;

use std::sync::Arc;

use async_trait::async_trait;

use crate::EventStore;

/// A store under test.
#[async_trait]
pub trait Subject: Send {
    /// The store as it runs now.
    fn store(&self) -> Arc<dyn EventStore>;
    /// Stops it, gently or not, and starts it again with what it had made durable.
    async fn restart(&mut self);
    /// Moves events to where they end up, if the store has several places.
    async fn settle(&mut self);
}

/// Runs every test, each on an empty store from `make`.
///
/// # Panics
/// If the store does not do what it must.
pub async fn run_all<S: Subject>(mut make: impl AsyncFnMut() -> S) {
    filters::run(&mut make().await).await;
    filters::run_orders(&mut make().await).await;
    asked::run(&mut make().await).await;
    texts::run(&mut make().await).await;
    paging::run(&mut make().await).await;
    deduplication::run(&mut make().await).await;
    deduplication::run_concurrent(&mut make().await).await;
    feed::run(&mut make().await).await;
    numbers::run(&mut make().await).await;
    for seed in [1, 2] {
        model::run(&mut make().await, seed).await;
    }
}

/// Runs those tests that are about several who append, and what is seen meanwhile: what several servers with one store must
/// pass together.
///
/// # Panics
/// If the store does not do what it must.
pub async fn run_appending<S: Subject>(mut make: impl AsyncFnMut() -> S) {
    filters::run_orders(&mut make().await).await;
    paging::run(&mut make().await).await;
    deduplication::run(&mut make().await).await;
    deduplication::run_concurrent(&mut make().await).await;
    feed::run(&mut make().await).await;
}

/// Compares every kind of question with the plainest possible answer over `events` seeded events.
///
/// # Panics
/// If an answer differs.
pub async fn run_large<S: Subject>(mut subject: S, events: usize, seed: u64) {
    large::run(&mut subject, events, seed).await;
}
