//! The API's description is reviewed: a change of the API shows as a change of `openapi.json`.

use crate::harness::on_both;

#[test]
fn the_description_is_the_reviewed_one() {
    on_both(|house| async move {
        let described = house.ask("GET", "/api/openapi.json", &[], None).await.expect(200);
        let text = serde_json::to_string_pretty(&described).unwrap() + "\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("YAGURA_UPDATE_GOLDEN").is_some() {
            std::fs::write(file, &text).unwrap();
        }
        let reviewed = std::fs::read_to_string(file).unwrap_or_default();
        assert!(
            reviewed == text,
            "the API has changed: run this test with YAGURA_UPDATE_GOLDEN=1 and review openapi.json"
        );
    });
}
