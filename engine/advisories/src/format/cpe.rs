//! Names of the Common Platform Enumeration: <https://csrc.nist.gov/pubs/ir/7695/final>.

/// A name, as far as matching needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cpe {
    /// `vendor:product`, or `vendor:product:target` where it is only for one platform or host program.
    pub(super) product: String,
    /// The one version that is named.
    pub(super) version: Option<String>,
    /// The one architecture that is named.
    pub(super) arch: Option<String>,
}

/// Reads a formatted string of 2.3 (`cpe:2.3:a:vendor:product:1.0:…`) or a URI of 2.2 (`cpe:/a:vendor:product:1.0`).
pub(super) fn read(text: &str) -> Option<Cpe> {
    let parts = match (text.strip_prefix("cpe:2.3:"), text.strip_prefix("cpe:/")) {
        (Some(rest), _) => components(rest),
        (None, Some(rest)) => rest.split(':').map(decoded).collect(),
        _ => return None,
    };
    // `*` is any, `-` is none.
    let part = |at: usize| parts.get(at).map(String::as_str).filter(|it| !matches!(*it, "" | "*" | "-"));
    let (vendor, product) = (part(1)?, part(2)?);
    let mut name = format!("{vendor}:{product}").to_lowercase();
    if let Some(target) = part(8) {
        name.push(':');
        name.push_str(&target.to_lowercase());
    }
    // The update belongs to the version: `1.0` `rc1`.
    let version = part(3).map(|version| match part(4) {
        Some(update) => format!("{version} {update}"),
        None => version.to_owned(),
    });
    Some(Cpe { product: name, version, arch: part(9).map(ToOwned::to_owned) })
}

/// Splits at colons without a backslash before them, and takes the backslashes away.
fn components(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for letter in text.chars() {
        match letter {
            '\\' if !is_escaped => {
                is_escaped = true;
                continue;
            }
            ':' if !is_escaped => parts.push(String::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(letter);
                }
            }
        }
        is_escaped = false;
    }
    parts
}

/// Takes the percent signs of a URI away.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, product: &str, version: Option<&str>) {
        let cpe = read(text).unwrap();
        assert_eq!((cpe.product.as_str(), cpe.version.as_deref()), (product, version), "{text}");
    }

    #[test]
    fn a_name_has_vendor_product_and_perhaps_one_version() {
        check("cpe:2.3:a:isc:bind:9.18.0:*:*:*:*:*:*:*", "isc:bind", Some("9.18.0"));
        check("cpe:2.3:a:isc:bind:*:*:*:*:*:*:*:*", "isc:bind", None);
        check("cpe:2.3:a:isc:bind:9.19.0:rc1:*:*:*:*:*:*", "isc:bind", Some("9.19.0 rc1"));
        check("cpe:/a:isc:bind", "isc:bind", None);
        check("cpe:/o:Fortinet:FortiOS:7.2.8", "fortinet:fortios", Some("7.2.8"));
    }

    #[test]
    fn what_is_for_one_host_program_is_another_product() {
        check("cpe:2.3:a:acme:forms:*:*:*:*:*:wordpress:*:*", "acme:forms:wordpress", None);
    }

    #[test]
    fn signs_within_names_are_escaped_in_both_ways() {
        check(r"cpe:2.3:a:acme:c\+\+\:x:1\.0:*:*:*:*:*:*:*", "acme:c++:x", Some("1.0"));
        check("cpe:/a:acme:c%2b%2b:1.0%7erc", "acme:c++", Some("1.0~rc"));
        check("cpe:/a:acme:100%", "acme:100%", None);
    }

    #[test]
    fn what_names_no_product_is_none() {
        for text in ["", "cpe:", "cpe:2.3:a:*:*", "cpe:/a:vendor", "isc:bind", "cpe:2.3:"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
