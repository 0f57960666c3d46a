//! `POST /agent/v1/hello`: the agent says who it is; the server says where both stand.

use axum::extract::State;
use sqlx::FromRow;
use yagura_channel::{
    server::Signer,
    wire::{
        PROTOCOL,
        hello::{Hello, Welcome},
        sealed::Sealed,
    },
};
use yagura_server_kit::{AgentHooks, AgentRequest, ApiError, ApiResult, Context, Json};

use crate::presence::Presence;

/// For how long agents gather events, in seconds, while the server is not busy.
const LINGER_S: u64 = 5;

#[derive(FromRow)]
struct Known {
    hardware_id: String,
    run_id: Option<String>,
    previous_run_id: Option<String>,
}

pub(crate) async fn hello(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<Welcome>>> {
    let hello: Hello = request.read(&ctx)?;
    if hello.protocol.0 > PROTOCOL || hello.protocol.1 < PROTOCOL {
        return Err(ApiError::invalid("/protocol", "unsupported", format!("this server speaks protocol {PROTOCOL}")));
    }
    let id = request.endpoint.to_string();
    let mut tx = ctx.db().write_relaxed().await?;
    let known: Known =
        sqlx::query_as("SELECT hardware_id, run_id, previous_run_id FROM endpoints_endpoint WHERE id = $1")
            .bind(&id)
            .fetch_one(tx.on())
            .await?;
    let run = hello.run_id.to_string();
    let copy = is_copy(&known, &hello.hardware_id, &run);
    if copy {
        tracing::warn!(endpoint = %id, hostname = hello.hostname, "one key on two machines: a copied disk is suspected");
        sqlx::query("UPDATE endpoints_endpoint SET clone_suspected = 1 WHERE id = $1")
            .bind(&id)
            .execute(tx.on())
            .await?;
    }
    let other_hardware = known.hardware_id != hello.hardware_id;
    if !other_hardware {
        let restarted = known.run_id.as_deref() != Some(run.as_str());
        let previous = if restarted { known.run_id } else { known.previous_run_id };
        sqlx::query(
            "UPDATE endpoints_endpoint SET hostname = $1, os = $2, os_name = $3, agent_version = $4, boot_id = $5,
             run_id = $6, previous_run_id = $7, epoch = $8, clock_skew_ms = $9, features = $10 WHERE id = $11",
        )
        .bind(&hello.hostname)
        .bind(hello.os.as_str())
        .bind(&hello.os_name)
        .bind(&hello.agent_version)
        .bind(hello.boot_id.to_string())
        .bind(&run)
        .bind(previous)
        .bind(hello.epoch.to_string())
        .bind(hello.clock_skew_ms)
        .bind(serde_json::to_string(&hello.features).unwrap_or_default())
        .bind(&id)
        .execute(tx.on())
        .await?;
    }
    tx.commit().await?;
    ctx.part::<Presence>().note(request.endpoint, ctx.now(), request.ip.clone());
    let signer = ctx.part::<Signer>();
    let mut welcome = Welcome {
        server: ctx.server(),
        endpoint: request.endpoint,
        state: request.state,
        now: ctx.now(),
        marks: Vec::new(),
        new_epoch: false,
        // The first endpoint is never replaced: whoever comes later with its key gets one of its own.
        reenrol: other_hardware,
        key_set: signer.version(),
        manifest: 0,
        commands: 0,
        linger_s: LINGER_S,
    };
    if request.approved().is_ok() && !other_hardware {
        for hook in &ctx.part::<AgentHooks>().0 {
            hook.hello(&ctx, request.endpoint, &hello, &mut welcome).await?;
        }
    }
    Ok(Json(signer.respond(&welcome)))
}

/// Whether somebody else uses the same key: on other hardware, or a run that came back after another one had taken its place.
fn is_copy(known: &Known, hardware_id: &str, run: &str) -> bool {
    let came_back = known.previous_run_id.as_deref() == Some(run) && known.run_id.as_deref() != Some(run);
    known.hardware_id != hardware_id || came_back
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(run: &str, previous: Option<&str>) -> Known {
        Known { hardware_id: "h".into(), run_id: Some(run.into()), previous_run_id: previous.map(str::to_owned) }
    }

    #[test]
    fn a_restarted_agent_is_no_copy() {
        assert!(!is_copy(&known("1", None), "h", "2"));
        assert!(!is_copy(&known("2", Some("1")), "h", "2"));
        assert!(!is_copy(&known("2", Some("1")), "h", "3"));
    }

    #[test]
    fn two_runs_in_turn_are_two_machines() {
        assert!(is_copy(&known("2", Some("1")), "h", "1"));
    }

    #[test]
    fn other_hardware_under_the_same_key_is_a_copy() {
        assert!(is_copy(&known("1", None), "other", "2"));
    }
}
