//! What features made of a person's events goes with them.

use async_trait::async_trait;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::id::PersonId;

/// A part of the server that keeps something about people that it has from their events: counts, for example.
#[async_trait]
pub trait Forget: Send + Sync {
    /// Erases what is kept about a person.
    ///
    /// # Errors
    /// When the database is away.
    async fn forget(&self, tx: &mut Tx, person: PersonId) -> Result<(), ApiError>;
}

/// All of them.
pub struct Forgetting(pub Vec<Box<dyn Forget>>);

impl Forgetting {
    /// Has all of them erase what they keep about a person; all or nothing.
    pub(super) async fn of(ctx: &Context, person: PersonId) -> Result<(), ApiError> {
        let mut tx = ctx.db().write().await?;
        for one in &ctx.part::<Self>().0 {
            one.forget(&mut tx, person).await?;
        }
        Ok(tx.commit().await?)
    }
}
