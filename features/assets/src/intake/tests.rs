use std::io::Write as _;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use proptest::prelude::*;

use super::*;

const FUSION: &str = include_str!("../../golden/intake/fusioninventory-2.6.xml");
const OCS: &str = include_str!("../../golden/intake/ocsinventory-2.10.xml");
const GLPI: &str = include_str!("../../golden/intake/glpi-agent.json");
const WINDOWS: &str = include_str!("../../golden/intake/windows.xml");

const NOW: i64 = 1_795_400_000;

fn read_as(agent: &str, body: &[u8]) -> Result<Message, IntakeError> {
    read(body, agent, Time::from_seconds(NOW))
}

fn told(agent: &str, body: &[u8]) -> Told {
    match read_as(agent, body).unwrap() {
        Message::Inventory(told) => *told,
        other @ Message::Question(_) => panic!("{other:?}"),
    }
}

/// Compares what is made of a message with the file beside it; with `YAGURA_UPDATE_GOLDEN` the file is written anew.
fn check(name: &str, agent: &str, body: &[u8], family: Family, device: &str) {
    let told = told(agent, body);
    assert_eq!((told.family, told.device.as_str()), (family, device));
    let file = format!("{}/golden/intake/{name}.assets.json", env!("CARGO_MANIFEST_DIR"));
    let now = serde_json::to_string_pretty(&told.assets).unwrap() + "\n";
    if std::env::var_os("YAGURA_UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    assert_eq!(now, std::fs::read_to_string(&file).unwrap_or_default(), "{file}");
}

#[test]
fn what_debian_s_fusioninventory_sends_is_read() {
    check(
        "fusioninventory-2.6",
        "FusionInventory-Agent_v2.6-3",
        FUSION.as_bytes(),
        Family::Fusion,
        "keiri-12-2026-11-29-13-21-26",
    );
}

#[test]
fn what_debian_s_ocs_inventory_sends_is_read() {
    check(
        "ocsinventory-2.10",
        "OCS-NG_unified_unix_agent_v2.10.0",
        OCS.as_bytes(),
        Family::Ocs,
        "keiri-12-2026-11-29-13-21-09",
    );
}

#[test]
fn glpi_agent_s_json_is_read() {
    check("glpi-agent", "GLPI-Agent_v1.7", GLPI.as_bytes(), Family::Glpi, "soumu-04-2026-04-01-09-12-44");
}

#[test]
fn a_japanese_windows_in_its_own_code_page_is_read() {
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(WINDOWS);
    check("windows", "FusionInventory-Agent_v2.6", &bytes, Family::Fusion, "EIGYO-07-2025-10-20-10-30-00");
}

#[test]
fn both_agents_tell_the_same_of_one_machine() {
    let (fusion, ocs) = (told("FusionInventory", FUSION.as_bytes()).assets, told("OCS-NG", OCS.as_bytes()).assets);
    assert_eq!(fusion.os.hostname, ocs.os.hostname);
    assert_eq!(fusion.hardware.cpu, ocs.hardware.cpu);
    assert_eq!(fusion.hardware.memory_bytes, ocs.hardware.memory_bytes);
    let macs =
        |assets: &Assets| assets.network.iter().map(|one| (one.name.clone(), one.mac.clone())).collect::<Vec<_>>();
    assert_eq!(macs(&fusion), macs(&ocs));
    let names =
        |assets: &Assets| assets.software.iter().map(|one| (one.name.clone(), one.version.clone())).collect::<Vec<_>>();
    assert_eq!(names(&fusion), names(&ocs));
}

#[test]
fn command_lines_product_keys_and_environments_are_not_kept() {
    for (agent, body) in [("", GLPI.as_bytes()), ("", WINDOWS.as_bytes()), ("", FUSION.as_bytes())] {
        let kept = serde_json::to_string(&told(agent, body).assets).unwrap();
        for secret in ["himitsu", "AAAAA-BBBBB", "/usr/bin:/bin"] {
            assert!(!kept.contains(secret), "{secret}");
        }
    }
}

#[test]
fn every_packing_is_taken_off() {
    let plain = told("", FUSION.as_bytes());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(FUSION.as_bytes()).unwrap();
    gzip.write_all(FUSION.as_bytes()).unwrap();
    raw.write_all(FUSION.as_bytes()).unwrap();
    for body in [zlib.finish().unwrap(), gzip.finish().unwrap(), raw.finish().unwrap()] {
        assert_eq!(told("", &body), plain);
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..31 {
        zlib.write_all(&blanks).unwrap();
    }
    let body = zlib.finish().unwrap();
    assert!(body.len() < 64 << 10, "{} bytes", body.len());
    assert_eq!(read_as("", &body), Err(IntakeError::TooLarge));
}

#[test]
fn a_question_is_known_in_either_language() {
    let prolog = b"<REQUEST><DEVICEID>a</DEVICEID><QUERY>PROLOG</QUERY><TOKEN>12345678</TOKEN></REQUEST>";
    assert_eq!(read_as("OCS-NG_unified_unix_agent_v2.10.0", prolog), Ok(Message::Question(Family::Ocs)));
    assert_eq!(read_as("FusionInventory-Agent_v2.6-3", prolog), Ok(Message::Question(Family::Fusion)));
    let contact = br#"{"action":"contact","deviceid":"a","name":"GLPI-Agent","installed-tasks":["inventory"]}"#;
    assert_eq!(read_as("GLPI-Agent_v1.7", contact), Ok(Message::Question(Family::Glpi)));
}

fn refused(body: &str, with: &str) {
    let error = read_as("", body.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(with), "`{error}` does not say `{with}`");
}

#[test]
fn what_no_agent_sends_is_refused_with_a_reason() {
    refused("", "cannot be unpacked");
    refused("<html><body>proxy error</body></html>", "messages of the kind ``");
    refused("<REQUEST><QUERY>INVENTORY</QUERY><DEVICEID>a</DEVICEID></REQUEST>", "no content");
    refused("<REQUEST><QUERY>INVENTORY</QUERY><CONTENT><A/></CONTENT></REQUEST>", "DEVICEID");
    refused("<REQUEST><QUERY>SNMPQUERY</QUERY></REQUEST>", "`snmpquery`");
    refused("<REQUEST><QUERY>INVENTORY", "XML");
    refused("{\"action\": \"inventory\"", "JSON");
    refused("{\"deviceid\": \"a\", \"partial\": true, \"content\": {\"cpus\": []}}", "partial");
    refused("<REQUEST></OTHER>", "XML");
}

#[test]
fn a_document_type_and_entities_of_ones_own_are_not_taken() {
    refused(
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><REQUEST><QUERY>&b;</QUERY></REQUEST>",
        "document types",
    );
    let body = "<REQUEST><QUERY>INVENTORY</QUERY><DEVICEID>R&amp;D &#x31; &lol; A&B</DEVICEID><CONTENT><A/></CONTENT></REQUEST>";
    assert_eq!(told("", body.as_bytes()).device, "R&D 1 &lol; A&B");
}

#[test]
fn more_or_deeper_elements_than_any_inventory_has_are_refused() {
    let deep = |open: &str, close: &str, levels| open.repeat(levels) + &close.repeat(levels);
    refused(&deep("<a>", "</a>", 100_000), "deeper than 16");
    refused(&format!("<REQUEST>{}</REQUEST>", "<a/>".repeat(500_001)), "500000 elements");
    refused(&format!("{{\"a\":[{}0]}}", "0,".repeat(500_001)), "500000 elements");
    refused(&format!("{{\"a\":{}}}", deep("[", "]", 100)), "deeper than 16");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        drop(read_as("", &body));
    }

    #[test]
    fn any_text_in_any_field_is_read(text in any::<String>(), field in "(SSN|MEMORY|NAME|DISKSIZE|TOTAL|MACADDR|IPADDRESS|SPEED|INSTALLDATE|OFFSET|CORE)") {
        let escaped = quick_xml::escape::escape(&*text);
        let body = ["HARDWARE", "BIOS", "CPUS", "DRIVES", "STORAGES", "NETWORKS", "SOFTWARES", "MEMORIES"].iter().fold(String::new(), |body, section| {
            body + &format!("<{section}><NAME>n</NAME><DESCRIPTION>d</DESCRIPTION><TYPE>/</TYPE><{field}>{escaped}</{field}></{section}>")
        });
        let whole = format!("<REQUEST><CONTENT>{body}</CONTENT><DEVICEID>a</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>");
        let assets = told("", whole.as_bytes()).assets;
        // What comes of it can be stored and read again.
        let stored = serde_json::to_string(&assets).unwrap();
        prop_assert_eq!(serde_json::from_str::<Assets>(&stored).unwrap(), assets);
    }

    #[test]
    fn a_message_that_breaks_off_is_refused_and_never_half_read(end in 1..1000_usize) {
        let cut = FUSION.len() * end / 1001;
        let cut = (0..=cut).rev().find(|at| FUSION.is_char_boundary(*at)).unwrap();
        prop_assert!(read_as("", &FUSION.as_bytes()[..cut]).is_err());
    }
}
