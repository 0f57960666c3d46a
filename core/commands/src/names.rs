//! The closed set of commands that the server gives.

/// Make a new key for the endpoint and put it in place of the old one. Arguments: `{}`.
pub use yagura_channel::wire::command::KEY_RENEW;

/// Tell the inventory anew. Arguments: `{}`.
pub const INVENTORY_REFRESH: &str = "inventory.refresh";
/// Show a notice to whoever sits there. Arguments: `{notice_id, title, text}`; where it leads to a page of the person's own,
/// `action: {page, ja, en}`; where it is for some accounts only, `accounts`; where it is not to be shown for ever, `until`.
pub const NOTICE_SHOW: &str = "notice.show";

/// The names of all commands; a part of the context, so that features add theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandNames(pub Vec<&'static str>);

impl CommandNames {
    /// Those of core, and these.
    #[must_use]
    pub fn with(more: &[&'static str]) -> Self {
        Self([INVENTORY_REFRESH, NOTICE_SHOW, KEY_RENEW].iter().chain(more).copied().collect())
    }

    /// Whether there is such a command.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_add_to_the_names_of_core() {
        let names = CommandNames::with(&["disk.scan"]);
        assert!(names.contains("inventory.refresh") && names.contains("disk.scan"));
        assert!(!names.contains("disk.format"));
    }
}
