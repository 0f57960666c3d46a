//! What holds: for an endpoint as such, and for single accounts to whom something was granted.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::id::GrantId;

/// What holds for somebody, and the grants that made it so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Held<T> {
    /// What holds.
    pub value: T,
    /// The grants laid over the policy, in order. Empty where the policy alone holds.
    pub grants: Vec<GrantId>,
}

/// A feature's policy as it holds at one moment. Another moment, as when a grant begins or ends, has another of these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InForce<T> {
    policy: T,
    endpoint: Option<Held<T>>,
    accounts: BTreeMap<String, Held<T>>,
}

impl<T> InForce<T> {
    /// A policy without grants.
    #[must_use]
    pub const fn of(policy: T) -> Self {
        Self { policy, endpoint: None, accounts: BTreeMap::new() }
    }

    /// The policy alone, as if nothing were granted.
    #[must_use]
    pub fn policy(&self) -> &T {
        &self.policy
    }

    /// What holds for the endpoint as such.
    #[must_use]
    pub fn endpoint(&self) -> &T {
        self.endpoint.as_ref().map_or(&self.policy, |held| &held.value)
    }

    /// What holds for an account (its uid or SID); for one that is not known, what holds for the endpoint.
    #[must_use]
    pub fn for_account(&self, account: Option<&str>) -> &T {
        self.granted(account).map_or(&self.policy, |held| &held.value)
    }

    /// The grants that count for an account, in the order in which they are laid over the policy.
    #[must_use]
    pub fn grants(&self, account: Option<&str>) -> &[GrantId] {
        self.granted(account).map_or(&[], |held| &held.grants)
    }

    /// Whether something else holds for some accounts than for the endpoint.
    #[must_use]
    pub fn differs_by_account(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Whether something holds for anybody.
    pub fn any(&self, is: impl Fn(&T) -> bool) -> bool {
        is(self.endpoint()) || self.accounts.values().any(|held| is(&held.value))
    }

    /// The same with each value made into another one, for the same accounts by the same grants.
    ///
    /// # Errors
    /// The first that cannot be made.
    pub fn try_map<U, E>(&self, make: impl Fn(&T) -> Result<U, E>) -> Result<InForce<U>, E> {
        let held = |held: &Held<T>| Ok(Held { value: make(&held.value)?, grants: held.grants.clone() });
        let account = |(account, value): (&String, &Held<T>)| Ok((account.clone(), held(value)?));
        Ok(InForce {
            policy: make(&self.policy)?,
            endpoint: self.endpoint.as_ref().map(held).transpose()?,
            accounts: self.accounts.iter().map(account).collect::<Result<_, E>>()?,
        })
    }

    fn granted(&self, account: Option<&str>) -> Option<&Held<T>> {
        account.and_then(|account| self.accounts.get(account)).or(self.endpoint.as_ref())
    }
}

/// A policy's value and the grants that count now, before anybody has looked whether they fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layers {
    /// The policy.
    pub policy: Value,
    /// What is laid over it, in order.
    pub grants: Vec<Layer>,
}

/// What one grant lays over a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The grant.
    pub grant: GrantId,
    /// Only for this account (uid or SID); for everybody where absent.
    pub account: Option<String>,
    /// What is laid over (RFC 7396 merge patch).
    pub value: Value,
}

/// A grant that does not fit on its policy, and why. It grants nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut<E> {
    /// The grant.
    pub grant: GrantId,
    /// What is wrong with the policy once the grant is laid over it.
    pub error: E,
}

impl Layers {
    /// A policy without grants.
    #[must_use]
    pub const fn of(policy: Value) -> Self {
        Self { policy, grants: Vec::new() }
    }

    /// Lays the grants over the policy. `read` turns a value into what a feature understands.
    ///
    /// A grant that does not fit is left out, for those for whom it does not: neither the policy nor anybody else's
    /// grant depends on it.
    ///
    /// # Errors
    /// When the policy itself does not fit.
    pub fn read<T, E>(&self, read: impl Fn(&Value) -> Result<T, E>) -> Result<(InForce<T>, Vec<LeftOut<E>>), E> {
        let mut in_force = InForce::of(read(&self.policy)?);
        let mut left_out: Vec<LeftOut<E>> = Vec::new();
        let mut lay = |account: Option<&str>| {
            let mut value = self.policy.clone();
            let mut held: Option<Held<T>> = None;
            for layer in &self.grants {
                if layer.account.as_deref().is_some_and(|wanted| account != Some(wanted)) {
                    continue;
                }
                let mut more = value.clone();
                merge(&mut more, &layer.value);
                match read(&more) {
                    Ok(read) => {
                        value = more;
                        let mut grants = held.take().map(|held| held.grants).unwrap_or_default();
                        grants.push(layer.grant);
                        held = Some(Held { value: read, grants });
                    }
                    Err(_) if left_out.iter().any(|known| known.grant == layer.grant) => {}
                    Err(error) => left_out.push(LeftOut { grant: layer.grant, error }),
                }
            }
            held
        };
        in_force.endpoint = lay(None);
        let accounts = self.grants.iter().filter_map(|layer| layer.account.as_deref());
        for account in accounts {
            if let Some(held) = lay(Some(account)) {
                in_force.accounts.insert(account.to_owned(), held);
            }
        }
        Ok((in_force, left_out))
    }
}

/// Lays `patch` over `value`: JSON Merge Patch (RFC 7396).
pub fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = value else { return };
    for (name, change) in patch {
        if change.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TANAKA: Option<&str> = Some("1000");
    const SATO: Option<&str> = Some("1001");

    fn layer(account: Option<&str>, value: Value) -> Layer {
        Layer { grant: GrantId::new(), account: account.map(str::to_owned), value }
    }

    /// Whatever has a `wrong` member does not fit.
    fn read(value: &Value) -> Result<Value, String> {
        value.get("wrong").map_or_else(|| Ok(value.clone()), |wrong| Err(wrong.to_string()))
    }

    fn laid(grants: &[Layer]) -> (InForce<Value>, Vec<LeftOut<String>>) {
        Layers { policy: json!({"usb": "deny", "cd": "read"}), grants: grants.to_vec() }.read(read).unwrap()
    }

    #[test]
    fn without_grants_the_policy_holds_for_everybody() {
        let (in_force, _) = laid(&[]);
        assert_eq!(in_force, InForce::of(json!({"usb": "deny", "cd": "read"})));
        assert_eq!(in_force.for_account(TANAKA), in_force.endpoint());
        assert_eq!(in_force.grants(TANAKA), []);
    }

    #[test]
    fn a_grant_for_one_account_changes_nothing_for_another() {
        let grant = layer(TANAKA, json!({"usb": "write"}));
        let (in_force, left_out) = laid(std::slice::from_ref(&grant));
        assert_eq!(in_force.for_account(TANAKA), &json!({"usb": "write", "cd": "read"}));
        assert_eq!(in_force.grants(TANAKA), [grant.grant]);
        for other in [SATO, None] {
            assert_eq!(in_force.for_account(other), in_force.policy());
            assert_eq!(in_force.grants(other), []);
        }
        assert_eq!(left_out, []);
        assert!(in_force.any(|value| value["usb"] == "write") && in_force.endpoint()["usb"] == "deny");
    }

    #[test]
    fn what_is_granted_to_everybody_and_to_one_is_laid_in_order() {
        let (all, one) = (layer(None, json!({"usb": "read", "cd": null})), layer(TANAKA, json!({"usb": "write"})));
        let (in_force, _) = laid(&[all.clone(), one.clone()]);
        assert_eq!(in_force.for_account(SATO), &json!({"usb": "read"}));
        assert_eq!(in_force.for_account(TANAKA), &json!({"usb": "write"}));
        assert_eq!(in_force.grants(TANAKA), [all.grant, one.grant]);
        assert_eq!(laid(&[one, all]).0.for_account(TANAKA), &json!({"usb": "read"}));
    }

    #[test]
    fn a_grant_that_does_not_fit_grants_nothing_and_harms_nobody() {
        let (wrong, right) = (layer(TANAKA, json!({"wrong": 1})), layer(SATO, json!({"usb": "write"})));
        let (in_force, left_out) = laid(&[wrong.clone(), right]);
        assert_eq!(in_force.for_account(TANAKA), in_force.policy());
        assert_eq!(in_force.for_account(SATO)["usb"], "write");
        assert_eq!(left_out, [LeftOut { grant: wrong.grant, error: "1".to_owned() }]);
        assert!(Layers::of(json!({"wrong": 2})).read(read).is_err());
    }

    #[test]
    fn a_merge_patch_changes_what_it_names_and_removes_nulls() {
        let mut value = json!({"a": {"b": 1, "c": 2}, "d": [1]});
        merge(&mut value, &json!({"a": {"b": null, "e": 3}, "d": [2]}));
        assert_eq!(value, json!({"a": {"c": 2, "e": 3}, "d": [2]}));
    }
}
