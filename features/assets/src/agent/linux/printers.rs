//! Printers that are set up, from CUPS's printers.conf(5).

use super::Root;
use crate::{known::known, model::Printer};

const FILE: &str = "/etc/cups/printers.conf";
/// A print server has hundreds.
const MOST: usize = 1000;

/// The printers by name, and what could not be read.
pub(super) fn read(root: &Root) -> (Vec<Printer>, Option<String>) {
    match root.bytes(FILE) {
        Some(bytes) => (parse(&String::from_utf8_lossy(&bytes)), None),
        None if root.exists(FILE) => (Vec::new(), Some("the list of printers may not be read".to_owned())),
        None => (Vec::new(), None),
    }
}

fn parse(text: &str) -> Vec<Printer> {
    let mut found: Vec<Printer> = Vec::new();
    let mut current: Option<Printer> = None;
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('<').and_then(|line| line.strip_suffix('>')) {
            found.extend(current.take());
            let named = head.strip_prefix("Printer ").map(|name| (name, false));
            let named = named.or_else(|| head.strip_prefix("DefaultPrinter ").map(|name| (name, true)));
            current = named.map(|(name, default)| Printer { name: name.to_owned(), default, ..Printer::default() });
            continue;
        }
        let (Some(printer), Some((word, value))) = (&mut current, line.split_once(' ')) else { continue };
        let value = known(value).map(str::to_owned);
        match word {
            "Info" => printer.info = value,
            "Location" => printer.location = value,
            "MakeModel" => printer.model = value,
            "DeviceURI" => printer.uri = value.map(|uri| without_password(&uri)),
            _ => {}
        }
    }
    found.extend(current);
    found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    found.truncate(MOST);
    found
}

/// The URI without who signs in there: Windows' printers often have name and password in it.
fn without_password(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printers_are_read_without_passwords() {
        let text = "# made by cupsd\nNextPrinterId 3\n<Printer b>\nDeviceURI smb://tanaka:p@ss@ad/files/b\nInfo\n</Printer>\n\
                    <DefaultPrinter a>\nInfo 営業2階\nMakeModel RICOH IM C3000\nDeviceURI usb://RICOH/IM\n</DefaultPrinter>\n<Class c>\nInfo x\n</Class>\n";
        let found = parse(text);
        assert_eq!(
            found.iter().map(|one| (one.name.as_str(), one.default)).collect::<Vec<_>>(),
            [("a", true), ("b", false)]
        );
        assert_eq!((found[0].info.as_deref(), found[1].info.as_deref()), (Some("営業2階"), None));
        assert_eq!(found[1].uri.as_deref(), Some("smb://ad/files/b"));
        assert_eq!(without_password("socket://10.0.0.5"), "socket://10.0.0.5");
        assert_eq!(without_password("ipp://u:p@host"), "ipp://host");
    }
}
