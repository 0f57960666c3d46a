//! What an organisation decided to live with for a while.

/// For which machines an exception holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// A group with all below it, by its `id_path`.
    Group(String),
    /// One machine, by its id.
    Machine(String),
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// The weakness.
    pub weakness: String,
    /// Only what is called this; empty for all that have the weakness.
    pub subject: String,
    /// Where.
    pub scope: Scope,
    /// The minute at which it ends, counted from 1970.
    pub until: u32,
}

impl Exception {
    /// Whether it is about a finding of this weakness and subject, and not over.
    #[must_use]
    pub fn is_about(&self, weakness: &str, subject: &str, now: u32) -> bool {
        now < self.until && self.weakness == weakness && (self.subject.is_empty() || self.subject == subject)
    }

    /// Whether it holds for a machine, whose group has this `id_path`.
    #[must_use]
    pub fn holds_for(&self, machine: &str, group: &str) -> bool {
        match &self.scope {
            Scope::All => true,
            Scope::Group(path) => group.starts_with(path.as_str()),
            Scope::Machine(id) => id == machine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(scope: Scope) -> Exception {
        Exception { id: "x".to_owned(), weakness: "CVE-2026-1".to_owned(), subject: String::new(), scope, until: 100 }
    }

    #[test]
    fn an_exception_ends_by_itself() {
        let one = exception(Scope::All);
        assert!(one.is_about("CVE-2026-1", "openssl", 99));
        assert!(!one.is_about("CVE-2026-1", "openssl", 100));
        assert!(!one.is_about("CVE-2026-2", "openssl", 99));
    }

    #[test]
    fn an_exception_of_one_subject_leaves_the_others() {
        let one = Exception { subject: "openssl".to_owned(), ..exception(Scope::All) };
        assert!(one.is_about("CVE-2026-1", "openssl", 0));
        assert!(!one.is_about("CVE-2026-1", "nodejs", 0));
    }

    #[test]
    fn a_group_holds_for_those_below_it_and_no_others() {
        let one = exception(Scope::Group("/root/sales/".to_owned()));
        assert!(one.holds_for("m", "/root/sales/east/"));
        assert!(!one.holds_for("m", "/root/sale/"));
        assert!(exception(Scope::Machine("m".to_owned())).holds_for("m", "/"));
        assert!(!exception(Scope::Machine("m".to_owned())).holds_for("n", "/"));
    }
}
