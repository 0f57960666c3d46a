//! What the organisation's dictionary says, laid over the products.

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context};

use crate::{
    Class,
    dictionary::{Dictionary, Entry},
    rules::built_in,
};

/// Products of one transaction.
const CHUNK: usize = 500;

#[derive(Debug, FromRow)]
struct Line {
    product: String,
    vendor: String,
    class: String,
    note: String,
    programs: String,
}

/// The organisation's dictionary.
pub(in crate::server) async fn dictionary(ctx: &Context) -> Result<Vec<Entry>, ApiError> {
    let lines: Vec<Line> =
        sqlx::query_as("SELECT product, vendor, class, note, programs FROM licences_entry ORDER BY entry_key")
            .fetch_all(ctx.db().read())
            .await?;
    let entry = |line: Line| {
        let class = line.class.parse().unwrap_or(Class::Unclassified);
        Entry { product: line.product, vendor: line.vendor, class, note: line.note, programs: line.programs }
    };
    Ok(lines.into_iter().map(entry).collect())
}

#[derive(Debug, FromRow)]
struct Product {
    number: i64,
    vendor: String,
    name: String,
    rules_class: String,
    dictionary_class: String,
    person_class: String,
}

/// Compares all products with the dictionary if it changed, else those that are new with it.
pub(super) async fn apply(ctx: &Context) -> Result<(), ApiError> {
    let (edition, applied): (i64, i64) = sqlx::query_as("SELECT dictionary, applied FROM licences_state WHERE one = 1")
        .fetch_one(ctx.db().read())
        .await?;
    // What was never counted is new.
    let which = if edition == applied { "WHERE counted_at = 0" } else { "" };
    let sql = format!(
        "SELECT number, vendor, name, rules_class, dictionary_class, person_class FROM licences_product {which}"
    );
    let products: Vec<Product> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(ctx.db().read()).await?;
    if products.is_empty() && edition == applied {
        return Ok(());
    }
    let entries = dictionary(ctx).await?;
    // Thousands of products with thousands of patterns: too long for a thread that answers others.
    let compared = tokio::task::spawn_blocking(move || {
        let dictionary = Dictionary::new(entries);
        let word = |product: &Product| {
            dictionary.find(&product.vendor, &product.name).map_or("", |entry| entry.class.as_str())
        };
        let differs = |product: Product| {
            let word = word(&product);
            (word != product.dictionary_class).then_some((product, word))
        };
        products.into_iter().filter_map(differs).collect::<Vec<_>>()
    });
    let compared = compared.await.map_err(|error| ApiError::unavailable(&error))?;
    for chunk in compared.chunks(CHUNK) {
        let mut tx = ctx.db().write_relaxed().await?;
        for (product, word) in chunk {
            let class = Class::strongest(
                product.person_class.parse().ok(),
                word.parse().ok(),
                product.rules_class.parse().unwrap_or(Class::Unclassified),
            );
            sqlx::query("UPDATE licences_product SET dictionary_class = $1, class = CASE WHEN person_class = '' THEN $2 ELSE person_class END, stale = stale + 1 WHERE number = $3")
                .bind(*word)
                .bind(class.as_str())
                .bind(product.number)
                .execute(tx.on())
                .await?;
        }
        tx.commit().await?;
    }
    if edition != applied {
        let mut tx = ctx.db().write_relaxed().await?;
        sqlx::query("UPDATE licences_state SET applied = $1 WHERE one = 1").bind(edition).execute(tx.on()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether the programs of a product are known, so that its use can be.
pub(in crate::server) async fn is_followed(ctx: &Context, product: i64) -> Result<bool, ApiError> {
    let (vendor, name): (String, String) =
        sqlx::query_as("SELECT vendor, name FROM licences_product WHERE number = $1")
            .bind(product)
            .fetch_one(ctx.db().read())
            .await?;
    if built_in().named(&vendor, &name).is_some_and(|rule| rule.programs.is_some()) {
        return Ok(true);
    }
    let dictionary = Dictionary::new(dictionary(ctx).await?);
    Ok(dictionary.find(&vendor, &name).is_some_and(|entry| !entry.programs.is_empty()))
}
