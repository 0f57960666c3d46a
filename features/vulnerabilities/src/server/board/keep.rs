//! Judging machines, and writing down how they stand where that changed.

use std::collections::HashSet;

use yagura_server_kit::{ApiError, Context, Tx};

use super::{Store, counted, days::News, machines::Found, minute};
use crate::{
    count::{Machine, changes},
    finding::{pack, pack_held},
};

/// Machines of one transaction: agents are not held up.
pub(super) const AT_ONCE: usize = 1_000;

/// The machines that are to be judged again because of what is claimed, by their ids.
pub(super) fn concerned(ctx: &Context, units: &HashSet<u32>, found: &Found, more: Vec<String>) -> Vec<String> {
    let counted = ctx.part::<Store>().read();
    let mut ids: HashSet<String> = more.into_iter().collect();
    if !units.is_empty() {
        ids.extend(counted.board.with_any(units).into_iter().map(|at| counted.board.machines[at].id.clone()));
    }
    ids.extend(found.ended.iter().cloned());
    // Those that were read were judged by the same claims.
    for id in &found.read {
        ids.remove(id);
    }
    let mut ids: Vec<String> = ids.into_iter().collect();
    ids.sort_unstable();
    ids
}

/// Machines as they are in memory.
pub(super) fn as_they_are(ctx: &Context, ids: &[String]) -> Vec<Machine> {
    let counted = ctx.part::<Store>().read();
    let place = |id: &String| counted.board.machine(id);
    ids.iter().filter_map(place).map(|at| counted.board.machines[at].clone()).collect()
}

/// A machine, what it suffers from now, and what of that is new and gone.
struct Judged {
    machine: Machine,
    first: bool,
    differs: bool,
    told: bool,
    appeared: Vec<u32>,
    gone: Vec<u32>,
}

/// Judges machines, writes down those that stand differently, and takes them over; how many they are.
pub(super) async fn keep(ctx: &Context, machines: Vec<Machine>, news: &mut News) -> Result<usize, ApiError> {
    let (store, now) = (ctx.part::<Store>(), ctx.now());
    let judged: Vec<Judged> = counted(ctx, move |counted| {
        let judge = |machine: Machine| {
            let kept = counted.board.machine(&machine.id).map(|at| &counted.board.machines[at]);
            let held = counted.board.judge(&machine, minute(now));
            let (appeared, gone) = changes(&machine.held, &held);
            // What a machine has when it is looked at for the first time did not come to it then.
            let first = kept.is_none_or(|kept| kept.read_at == 0);
            let same = |kept: &Machine| {
                kept.units == machine.units && kept.waiting == machine.waiting && kept.kernel == machine.kernel
            };
            let differs = first || held != machine.held || !kept.is_some_and(same);
            let told = kept.is_none_or(|kept| kept.read_at != machine.read_at || kept.led_by != machine.led_by);
            Judged { machine: Machine { held, ..machine }, first, differs, told, appeared, gone }
        };
        machines.into_iter().map(judge).collect()
    })
    .await?;
    let mut tx = ctx.db().write_relaxed().await?;
    for one in &judged {
        write(&mut tx, one, now.micros()).await?;
    }
    tx.commit().await?;
    let mut counted = store.write();
    let mut changed = 0;
    for one in judged {
        if !one.first {
            // What a feed takes back, or calls by another name, nobody has fixed: only a machine that told something has.
            let fixed = if one.told { one.gone.len() } else { 0 };
            news.add(one.machine.group, one.appeared.len(), fixed);
        }
        changed += usize::from(one.differs);
        counted.board.put(one.machine);
    }
    Ok(changed)
}

async fn write(tx: &mut Tx, judged: &Judged, at: i64) -> Result<(), ApiError> {
    let machine = &judged.machine;
    if !judged.differs {
        if !judged.told {
            return Ok(());
        }
        // Read again without anything new: a start after this one need not.
        sqlx::query("UPDATE vulnerabilities_endpoint SET seen_at = $1, led_by = $2 WHERE asset_id = $3")
            .bind(machine.read_at)
            .bind(machine.led_by)
            .bind(&machine.id)
            .execute(tx.on())
            .await?;
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO vulnerabilities_endpoint (asset_id, release, led_by, seen_at, waiting, units, findings, judged_at, kernel)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (asset_id) DO UPDATE SET release = excluded.release,
         led_by = excluded.led_by, seen_at = excluded.seen_at, waiting = excluded.waiting, units = excluded.units,
         findings = excluded.findings, judged_at = excluded.judged_at, kernel = excluded.kernel",
    )
    .bind(&machine.id)
    .bind(&*machine.release)
    .bind(machine.led_by)
    .bind(machine.read_at)
    .bind(machine.waiting.as_ref().map(|waiting| pack(waiting.iter().copied())))
    .bind(pack(machine.units.iter().copied()))
    .bind(pack_held(&machine.held))
    .bind(at)
    .bind(&*machine.kernel)
    .execute(tx.on())
    .await?;
    if !judged.first && (!judged.appeared.is_empty() || !judged.gone.is_empty()) {
        sqlx::query(
            "INSERT INTO vulnerabilities_history (asset_id, at, appeared, gone) VALUES ($1, $2, $3, $4)
             ON CONFLICT (asset_id, at) DO NOTHING",
        )
        .bind(&machine.id)
        .bind(at)
        .bind(pack(judged.appeared.iter().copied()))
        .bind(pack(judged.gone.iter().copied()))
        .execute(tx.on())
        .await?;
    }
    Ok(())
}

/// Forgets machines that are in the ledger no more.
pub(super) async fn forget(ctx: &Context, gone: &[String]) -> Result<(), ApiError> {
    for some in gone.chunks(AT_ONCE) {
        let mut tx = ctx.db().write_relaxed().await?;
        for id in some {
            for sql in [
                "DELETE FROM vulnerabilities_endpoint WHERE asset_id = $1",
                "DELETE FROM vulnerabilities_history WHERE asset_id = $1",
                "DELETE FROM vulnerabilities_runs WHERE asset_id = $1",
            ] {
                sqlx::query(sql).bind(id).execute(tx.on()).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}
