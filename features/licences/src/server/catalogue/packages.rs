//! Packages that are new, or that newer rules may see differently, get their product.

use std::sync::LazyLock;

use sqlx::FromRow;
use yagura_channel::wire::key::sha256;
use yagura_server_kit::{ApiError, Context};

use crate::{
    Class,
    normalise::{Product, Raw, normalise},
    pattern::folded,
    rules::{TEXT, built_in},
};

/// Packages of one transaction.
const CHUNK: i64 = 500;

/// Which edition of the rules this is: packages that another one judged are judged again.
static EDITION: LazyLock<i64> = LazyLock::new(|| number(&[TEXT, env!("CARGO_PKG_VERSION")]));

#[derive(Debug, FromRow)]
struct Package {
    number: i64,
    name: String,
    version: String,
    publisher: String,
    source: String,
    first_at: i64,
    /// The product it was before.
    product: Option<i64>,
}

/// The first 63 bits of a SHA-256, as assets number their packages.
fn number(words: &[&str]) -> i64 {
    let mut text = Vec::new();
    for word in words {
        text.extend_from_slice(word.as_bytes());
        text.push(0);
    }
    let hash = sha256(&text);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

/// The number of a product.
pub(in crate::server) fn number_of(vendor: &str, name: &str) -> i64 {
    number(&[&folded(vendor), &folded(name)])
}

/// Finds the product of every package that has none yet; says how many there were.
pub(super) async fn normalise_new(ctx: &Context) -> Result<usize, ApiError> {
    let mut count = 0;
    loop {
        let packages: Vec<Package> = sqlx::query_as(
            "SELECT p.number AS number, p.name AS name, p.version AS version, p.publisher AS publisher,
             p.source AS source, p.first_at AS first_at, l.product AS product
             FROM assets_package p LEFT JOIN licences_package l ON l.package = p.number
             WHERE l.package IS NULL OR l.rules <> $1 LIMIT $2",
        )
        .bind(*EDITION)
        .bind(CHUNK)
        .fetch_all(ctx.db().read())
        .await?;
        if packages.is_empty() {
            return Ok(count);
        }
        count += packages.len();
        let of = |package: &Package| {
            let (name, version) = (&package.name, &package.version);
            normalise(built_in(), &Raw { name, version, publisher: &package.publisher, source: &package.source })
        };
        let found: Vec<(&Package, Product)> = packages.iter().map(|package| (package, of(package))).collect();
        write(ctx, &found).await?;
    }
}

async fn write(ctx: &Context, found: &[(&Package, Product)]) -> Result<(), ApiError> {
    let mut tx = ctx.db().write_relaxed().await?;
    for (package, product) in found {
        let number = number_of(&product.vendor, &product.name);
        // The class is what somebody says; what nobody says yet and the rules do not know stays open.
        let class = product.class.as_str();
        sqlx::query(
            "INSERT INTO licences_product (number, vendor, name, folded, rules_class, dictionary_class, person_class, class,
             note, decided_by, machines, packages, aside, first_at, counted_at, stale)
             VALUES ($1, $2, $3, $4, $5, '', '', $5, '', '', 0, 0, 0, $6, 0, 1)
             ON CONFLICT (number) DO UPDATE SET stale = licences_product.stale + 1,
             first_at = CASE WHEN excluded.first_at < licences_product.first_at THEN excluded.first_at
             ELSE licences_product.first_at END,
             rules_class = CASE WHEN $7 = 1 THEN licences_product.rules_class ELSE excluded.rules_class END,
             class = CASE WHEN $7 = 1 OR licences_product.person_class <> '' OR licences_product.dictionary_class <> ''
             THEN licences_product.class ELSE excluded.class END",
        )
        .bind(number)
        .bind(&product.vendor)
        .bind(&product.name)
        .bind(folded(&product.name))
        .bind(class)
        .bind(package.first_at)
        .bind(i64::from(product.class == Class::Unclassified))
        .execute(tx.on())
        .await?;
        sqlx::query(
            "INSERT INTO licences_package (package, product, edition, version, rules) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (package) DO UPDATE SET product = excluded.product, edition = excluded.edition,
             version = excluded.version, rules = excluded.rules",
        )
        .bind(package.number)
        .bind(number)
        .bind(&product.edition)
        .bind(&product.version)
        .bind(*EDITION)
        .execute(tx.on())
        .await?;
        if let Some(before) = package.product.filter(|before| *before != number) {
            sqlx::query("UPDATE licences_product SET stale = stale + 1 WHERE number = $1")
                .bind(before)
                .execute(tx.on())
                .await?;
        }
    }
    Ok(tx.commit().await?)
}
