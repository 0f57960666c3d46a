//! The journal as the server gives it, link by link.

use serde_json::Value;
use yagura_channel::wire::{
    journal_key::JournalKey,
    key_set::{Keys, Purpose, TrustedKeys},
    sealed::Sealed,
};
use yagura_events::embedded::{Chain, Expected, Signatures, Verification};
use yagura_vocabulary::{Clock as _, SystemClock};

use super::verify::{Given, Verify, report};
use crate::{api::Api, error::CliError, output::Output, query::Query};

const PATH: &str = "/api/v1/events/evidence/journal";
/// Manifests of a page.
const PAGE: u32 = 1_000;
/// How many manifests lie between two words of progress.
const TOLD_EVERY: u64 = 20_000;

/// Asks for the whole journal and checks it.
pub(crate) async fn verify(api: &Api, output: &Output, args: &Verify) -> Result<(), CliError> {
    let Given { heads, mut keys } = args.given()?;
    let page = |after: u64| {
        let query = Query::new(PATH).with("after", Some(after)).with("limit", Some(PAGE));
        async move { api.get(&query).await }
    };
    let mut part = page(0).await?;
    if let Some(root) = &args.root_key {
        keys.push(vouched(&part, root)?);
    }
    let believed = !keys.is_empty();
    let signatures = if believed { Signatures::By(keys) } else { Signatures::Any };
    let expected = Expected { heads, signatures };
    let mut chain = Chain::new(&expected);
    loop {
        let items = part["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(last) = items.last().and_then(|item| item["number"].as_u64()) else { break };
        items.iter().try_for_each(|item| add(&mut chain, item))?;
        // A server that gives the same again would keep us here for ever.
        if chain.len() < last || items.len() < PAGE as usize {
            break;
        }
        if last.is_multiple_of(TOLD_EVERY) {
            output.note(&format!("{last} of {} manifests", part["head_number"]));
        }
        part = page(last).await?;
    }
    chain.end();
    if !believed {
        output.note(
            "no key is known: each manifest was believed by the key that it names; give --head, --key or --root-key",
        );
    }
    let found = Verification {
        manifests: chain.len(),
        files: 0,
        head: chain.head(),
        keys: chain.keys().to_vec(),
        faults: chain.faults().to_vec(),
    };
    if args.root_key.is_none()
        && let Ok(keys) = serde_json::from_value::<Keys>(part["keys"].clone())
    {
        output.note(&format!("the server's root key, to be written down: --root-key {}", hex(&keys.root.sha256())));
    }
    report(output, &found, &expected, None)
}

fn add(chain: &mut Chain<'_>, item: &Value) -> Result<(), CliError> {
    let bad = || CliError::Failed(format!("the server's answer is no journal: {item}"));
    let (number, entry) = item["number"].as_u64().zip(item["entry"].as_str()).ok_or_else(bad)?;
    let hash = item["hash"].as_str().and_then(unhex).ok_or_else(bad)?;
    let signature = match &item["signature"] {
        Value::Null => None,
        text => Some(text.as_str().and_then(unhex).ok_or_else(bad)?),
    };
    chain.next(number, entry, &hash, signature.as_deref());
    Ok(())
}

/// The key that a server with this root says signs its journal.
fn vouched(part: &Value, root: &str) -> Result<String, CliError> {
    let root: [u8; 32] = unhex(root)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| CliError::Usage(format!("`{root}` is no SHA-256 of a key: 64 hex digits are")))?;
    let failed = |error: &dyn std::fmt::Display| {
        CliError::Faulty(format!("the server does not prove its journal's key: {error}"))
    };
    let keys: Keys = serde_json::from_value(part["keys"].clone()).map_err(|error| failed(&error))?;
    let trusted = TrustedKeys::first(&keys, &root).map_err(|error| failed(&error))?;
    let sealed: Sealed<JournalKey> = serde_json::from_value(part["vouched"].clone()).map_err(|error| failed(&error))?;
    let key = trusted.open(&sealed, Purpose::Response, SystemClock.now()).map_err(|error| failed(&error))?;
    if key.server != trusted.set.server {
        return Err(failed(&"it is the key of another server"));
    }
    Ok(key.key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    digits.then(|| (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_it_is_written() {
        assert_eq!(unhex(&hex(&[0, 1, 171, 255])), Some(vec![0, 1, 171, 255]));
        for wrong in ["0", "0g", "ああ"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }
}
