//! Which packages something new is said of.

use sqlx::AnyConnection;
use yagura_server_kit::{ApiError, Context};

/// Names that are looked at in one transaction.
const CHUNK: i64 = 500;

/// Marks packages of which feeds say something new as to be judged.
pub(super) async fn mark(ctx: &Context) -> Result<(), ApiError> {
    let mut after = (String::new(), String::new());
    loop {
        let due: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT ecosystem, package, turn FROM vulnerabilities_due WHERE ecosystem > $1 OR (ecosystem = $1 AND package > $2)
             ORDER BY ecosystem, package LIMIT $3",
        )
        .bind(&after.0)
        .bind(&after.1)
        .bind(CHUNK)
        .fetch_all(ctx.db().read())
        .await?;
        let Some((ecosystem, package, _)) = due.last() else { return Ok(()) };
        after = (ecosystem.clone(), package.clone());
        let mut tx = ctx.db().write_relaxed().await?;
        for (ecosystem, package, turn) in &due {
            again(tx.on(), ecosystem, package).await?;
            // What came meanwhile has another turn, and stays.
            sqlx::query("DELETE FROM vulnerabilities_due WHERE ecosystem = $1 AND package = $2 AND turn = $3")
                .bind(ecosystem)
                .bind(package)
                .bind(*turn)
                .execute(tx.on())
                .await?;
        }
        tx.commit().await?;
    }
}

/// Marks the packages that have a name as to be judged.
pub(super) async fn again(connection: &mut AnyConnection, ecosystem: &str, name: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE vulnerabilities_judged SET edition = 0 WHERE EXISTS (SELECT 1 FROM vulnerabilities_name n
         WHERE n.package = vulnerabilities_judged.package AND n.release = vulnerabilities_judged.release
         AND n.ecosystem = $1 AND n.name = $2) AND package IN (SELECT package FROM vulnerabilities_name
         WHERE ecosystem = $1 AND name = $2)",
    )
    .bind(ecosystem)
    .bind(name)
    .execute(connection)
    .await?;
    Ok(())
}
