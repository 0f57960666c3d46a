//! What changed: the history of an asset, and its alarms.

use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::Id;

use super::{Asset, Sighting, packages::Moved};
use crate::{
    Assets,
    changes::{changes_but_software, software_changes},
    server::watch,
};

/// The kind of ids of changes.
enum Kept {}

/// Longest value that is kept, in bytes.
const MOST_VALUE: usize = 1000;

/// Writes down what changed in the leading source's words.
pub(super) async fn write(
    ctx: &Context,
    tx: &mut Tx,
    asset: Id<Asset>,
    before: &Assets,
    packages: &Moved<'_>,
    sighting: &Sighting,
) -> Result<(), ApiError> {
    let mut found = changes_but_software(before, &sighting.assets);
    if !packages.first {
        found.extend(software_changes(&packages.went, &packages.came, &sighting.assets.software));
    }
    for change in &found {
        sqlx::query(
            "INSERT INTO assets_change (id, asset_id, at, source, part, name, before_value, after_value)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(Id::<Kept>::new().to_string())
        .bind(asset.to_string())
        .bind(sighting.assets.collected_at.min(ctx.now()).micros())
        .bind(sighting.source.as_str())
        .bind(change.part.as_str())
        .bind(&change.name)
        .bind(change.before.as_deref().map(cut))
        .bind(change.after.as_deref().map(cut))
        .execute(tx.on())
        .await?;
    }
    watch::tell(ctx, tx, asset, sighting, &found).await
}

fn cut(text: &str) -> &str {
    let end =
        text.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= MOST_VALUE).last();
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_between_letters() {
        assert_eq!(cut("メモリ"), "メモリ");
        assert_eq!(cut(&"あ".repeat(400)).chars().count(), 333);
        assert_eq!(cut(""), "");
    }
}
