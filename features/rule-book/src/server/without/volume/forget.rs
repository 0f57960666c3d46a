//! A person's events are erased: what was counted of them goes too.

use async_trait::async_trait;
use yagura_events::server::Forget;
use yagura_server_kit::{ApiError, Tx};
use yagura_vocabulary::id::PersonId;

use super::measure;

/// What people did, day by day.
pub(in super::super) struct Counted;

#[async_trait]
impl Forget for Counted {
    async fn forget(&self, tx: &mut Tx, person: PersonId) -> Result<(), ApiError> {
        let whose = measure::person(person);
        for table in
            ["DELETE FROM rule_book_volume WHERE whose = $1", "DELETE FROM rule_book_volume_since WHERE whose = $1"]
        {
            sqlx::query(table).bind(&whose).execute(tx.on()).await?;
        }
        Ok(())
    }
}
