//! `GET /agent/v1/keys`: the server's public keys. Anybody may have them; they are signed, and useless for lying.

use axum::extract::State;
use yagura_channel::{server::Signer, wire::key_set::Keys};
use yagura_server_kit::{Context, Json};

pub(crate) async fn keys(State(ctx): State<Context>) -> Json<Keys> {
    Json(ctx.part::<Signer>().keys())
}
