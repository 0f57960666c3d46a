//! What somebody says of an appliance.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, Caller, Context};

use crate::server::api::filter::groups;

/// Letters of a name, a product and a version.
const LONGEST: usize = 200;

/// An appliance, as somebody writes it down.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplianceBody {
    pub name: String,
    pub group_id: String,
    /// The name under which feeds speak of it: `fortinet:fortios`.
    pub product: String,
    /// The version that it runs.
    pub release: String,
    /// The asset that it is, where the ledger has it.
    #[serde(default)]
    pub asset_id: Option<String>,
}

/// The same, of a version that was seen.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ApplianceChange {
    #[serde(flatten)]
    pub body: ApplianceFields,
    /// The row's version that was seen; whoever sends an old one is refused.
    pub version: i64,
}

/// What can be changed.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ApplianceFields {
    pub name: String,
    pub group_id: String,
    pub product: String,
    pub release: String,
    #[serde(default)]
    pub asset_id: Option<String>,
}

impl From<ApplianceFields> for ApplianceBody {
    fn from(fields: ApplianceFields) -> Self {
        let ApplianceFields { name, group_id, product, release, asset_id } = fields;
        Self { name, group_id, product, release, asset_id }
    }
}

impl ApplianceBody {
    /// Checks it for a caller, and takes the blanks around its words away.
    pub(super) async fn checked(mut self, ctx: &Context, caller: &Caller) -> Result<Self, ApiError> {
        for (pointer, text) in
            [("/name", &mut self.name), ("/product", &mut self.product), ("/release", &mut self.release)]
        {
            *text = text.trim().to_owned();
            if text.is_empty() || text.chars().count() > LONGEST {
                return Err(ApiError::invalid(pointer, "required", format!("between 1 and {LONGEST} letters")));
            }
        }
        in_sight(ctx, caller, &self.group_id).await?;
        if let Some(asset) = &self.asset_id {
            let sql = format!(
                "SELECT a.id FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id WHERE a.id = $1 AND {}",
                yagura_endpoints::visible("COALESCE(e.group_id, a.group_id)", 2)
            );
            let known: Option<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(asset)
                .bind(caller.limit())
                .fetch_optional(ctx.db().read())
                .await?;
            known.ok_or_else(|| ApiError::invalid("/asset_id", "unknown", "there is no such asset"))?;
        }
        Ok(self)
    }
}

/// Refuses a group that there is not, or that the caller does not see.
pub(super) async fn in_sight(ctx: &Context, caller: &Caller, group: &str) -> Result<(), ApiError> {
    let unknown = || ApiError::invalid("/group_id", "unknown", "there is no such fixed group");
    let seen = groups(ctx, caller).await?;
    let known: Option<(String,)> = sqlx::query_as("SELECT id FROM endpoints_group WHERE id = $1 AND kind = 'fixed'")
        .bind(group)
        .fetch_optional(ctx.db().read())
        .await?;
    if known.is_none() || seen.is_some_and(|seen| !seen.contains(group)) {
        return Err(unknown());
    }
    Ok(())
}
