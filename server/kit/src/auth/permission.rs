//! Roles and what each may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! permissions {
    // The word is a `tt`: a `literal` reaches the derive in an invisible group, in which it does not see the rename.
    ($($(#[$doc:meta])* $variant:ident = $word:tt),+ $(,)?) => {
        /// One thing that a caller may do. API tokens carry a list of these as their scopes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission { $($(#[$doc])* #[serde(rename = $word)] $variant),+ }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word, as in the OpenAPI description and in tokens.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

permissions! {
    /// See endpoints and groups.
    EndpointsRead = "endpoints.read",
    /// Move, approve and retire endpoints.
    EndpointsWrite = "endpoints.write",
    /// Make and revoke enrolment tokens.
    EnrolmentWrite = "enrolment.write",
    /// Make, move and remove groups.
    GroupsWrite = "groups.write",
    /// See people and accounts.
    PeopleRead = "people.read",
    /// Import people, map accounts.
    PeopleWrite = "people.write",
    /// See policies and grants.
    PoliciesRead = "policies.read",
    /// Change policies and give grants.
    PoliciesWrite = "policies.write",
    /// See commands.
    CommandsRead = "commands.read",
    /// Give commands to endpoints.
    CommandsRun = "commands.run",
    /// Restart, shut down and wake endpoints.
    PowerRun = "power.run",
    /// Send notices to people.
    NoticesWrite = "notices.write",
    /// See surveys and what was answered.
    SurveysRead = "surveys.read",
    /// Make and send surveys.
    SurveysWrite = "surveys.write",
    /// Read people's logs.
    EventsRead = "events.read",
    /// See alarms.
    AlarmsRead = "alarms.read",
    /// Deal with alarms.
    AlarmsWrite = "alarms.write",
    /// See inventories.
    AssetsRead = "assets.read",
    /// Write down what people know of assets, lay them together, say which alarms they raise.
    AssetsWrite = "assets.write",
    /// See what is weak, and where.
    VulnerabilitiesRead = "vulnerabilities.read",
    /// Say where that is known from, what is excepted and how fast it is to be mended.
    VulnerabilitiesWrite = "vulnerabilities.write",
    /// See packages, scripts, rollouts and how they went.
    DistributionRead = "distribution.read",
    /// Hand in packages and scripts, roll them and updates out.
    DistributionWrite = "distribution.write",
    /// Read the audit log.
    AuditRead = "audit.read",
    /// Make and change administrators.
    AdminsWrite = "admins.write",
    /// Make and revoke API tokens.
    TokensWrite = "tokens.write",
    /// See settings and system health.
    SettingsRead = "settings.read",
    /// Change settings.
    SettingsWrite = "settings.write",
    /// One's own: session, password, history, what is recorded.
    OwnRead = "own.read",
}

impl Permission {
    /// Whether it concerns the whole organisation, so that it cannot be limited to groups: whoever sees only some groups
    /// does not have it. An administrator of one group could otherwise lift his own limit.
    #[must_use]
    pub const fn is_for_all(self) -> bool {
        matches!(
            self,
            Self::AdminsWrite | Self::TokensWrite | Self::AuditRead | Self::SettingsWrite | Self::PeopleWrite
        )
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What somebody is in the organisation, as far as Yagura is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Administrator,
    /// Runs the daily business: endpoints, commands, notices; cannot read logs or change rules.
    Operator,
    /// Decides on requests.
    Approver,
    /// Reads everything, logs and audit included; changes nothing.
    Auditor,
    /// Sees their own portal only.
    Employee,
}

impl Role {
    /// Every role.
    pub const ALL: &'static [Self] =
        &[Self::Administrator, Self::Operator, Self::Approver, Self::Auditor, Self::Employee];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Employee => "employee",
        }
    }

    /// The role with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == word)
    }

    /// Whether the role includes the permission.
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Administrator => true,
            Self::Operator => matches!(
                permission,
                P::EndpointsRead
                    | P::EndpointsWrite
                    | P::EnrolmentWrite
                    | P::PeopleRead
                    | P::PoliciesRead
                    | P::CommandsRead
                    | P::CommandsRun
                    | P::PowerRun
                    | P::NoticesWrite
                    | P::SurveysRead
                    | P::SurveysWrite
                    | P::AlarmsRead
                    | P::AlarmsWrite
                    | P::AssetsRead
                    | P::AssetsWrite
                    | P::VulnerabilitiesRead
                    | P::VulnerabilitiesWrite
                    | P::DistributionRead
                    | P::DistributionWrite
                    | P::SettingsRead
                    | P::OwnRead
            ),
            Self::Approver => matches!(
                permission,
                P::EndpointsRead
                    | P::PeopleRead
                    | P::PoliciesRead
                    | P::CommandsRead
                    | P::AssetsRead
                    | P::VulnerabilitiesRead
                    | P::DistributionRead
                    | P::OwnRead
            ),
            Self::Auditor => matches!(
                permission,
                P::EndpointsRead
                    | P::PeopleRead
                    | P::PoliciesRead
                    | P::CommandsRead
                    | P::SurveysRead
                    | P::EventsRead
                    | P::AlarmsRead
                    | P::AssetsRead
                    | P::VulnerabilitiesRead
                    | P::DistributionRead
                    | P::AuditRead
                    | P::SettingsRead
                    | P::OwnRead
            ),
            Self::Employee => matches!(permission, P::OwnRead),
        }
    }

    /// All that the role includes.
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|permission| self.may(*permission)).collect()
    }

    /// All that it includes for somebody who may be limited to some groups.
    #[must_use]
    pub fn permissions_within(self, limited: bool) -> Vec<Permission> {
        self.permissions().into_iter().filter(|permission| !limited || !permission.is_for_all()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_administrator_changes_administrators() {
        let who: Vec<_> = Role::ALL.iter().filter(|role| role.may(Permission::AdminsWrite)).collect();
        assert_eq!(who, [&Role::Administrator]);
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for permission in Role::Auditor.permissions() {
            assert!(permission.as_str().ends_with(".read"), "{permission}");
        }
    }

    #[test]
    fn an_employee_sees_nothing_but_their_own() {
        assert_eq!(Role::Employee.permissions(), [Permission::OwnRead]);
    }
}
