//! Taking an order back, within whatever change gives the reason for it.

use yagura_server_kit::{ApiError, Change};
use yagura_vocabulary::{CommandState, id::CommandId};

use crate::state::{Outcome, advance};

/// Takes an order back unless its endpoint has begun, and returns the state that it is in then.
///
/// # Errors
/// `not_found`, or the database is away.
pub async fn withdraw(change: &mut Change, id: CommandId) -> Result<CommandState, ApiError> {
    let at = change.at();
    advance(change.on(), id, CommandState::Cancelled, at, &Outcome::default()).await
}
