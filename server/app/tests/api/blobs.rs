//! Large content, between a whole server and the endpoint's own client.

use std::{fs, path::Path};

use yagura_channel::{
    agent::{
        blobs::{BlobDir, BlobError, hand_in},
        client::ClientError,
    },
    wire::blob::{BlobHash, BlobPurpose, CHUNK_BYTES, Content, Offer},
};
use yagura_server_kit::{Audit, Change, Object, metrics::Answered};

use crate::{
    harness::{House, on_both},
    machine::Machine,
};

/// Two whole chunks and a bit, none like another.
fn content() -> Vec<u8> {
    let chunk = usize::try_from(CHUNK_BYTES).unwrap();
    (0..2 * chunk + 7).map(|at| u8::try_from((at / 3 + at / chunk * 50) % 251).unwrap()).collect()
}

async fn publish(house: &House, file: &Path) -> BlobHash {
    let ctx = house.server.context();
    let mut change = Change::begin_as(ctx, "test", None, "blob.publish").await.unwrap();
    let hash = yagura_blobs::publish(ctx, &mut change, "rules", BlobPurpose::RulePack, file).await.unwrap();
    change.commit(Audit::created(Object::new("blob", &hash, "rules"), &"rules")).await.unwrap();
    hash
}

/// How often a route was answered so.
fn answered(house: &House, route: &str, status: u16) -> u64 {
    house.server.context().metrics().requests.get_or_create(&Answered { route: route.to_owned(), status }).get()
}

const BYTES: &str = "/agent/v1/blobs/{hash}";
const CHUNK: &str = "/agent/v1/blobs/{hash}/chunks/{chunk}";

#[test]
fn a_blob_that_was_cut_or_damaged_on_the_way_goes_on_from_what_is_right() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "pc-1").await;
        let (client, dir) = (&machine.client, tempfile::tempdir().unwrap());
        let file = dir.path().join("file");
        fs::write(&file, content()).unwrap();
        let hash = publish(&house, &file).await;
        let blobs = BlobDir::open(&dir.path().join("blobs"), 64 << 20).unwrap();
        let fetched = blobs.fetch(client, hash, BlobPurpose::RulePack).await.unwrap();
        assert_eq!(fs::read(&fetched).unwrap(), content());
        assert_eq!(answered(&house, BYTES, 206), 3);
        // One chunk whole, one damaged, the last not there: as after a cut.
        let mut part = content();
        part.truncate(usize::try_from(CHUNK_BYTES).unwrap() * 2);
        *part.last_mut().unwrap() ^= 1;
        fs::remove_file(&fetched).unwrap();
        fs::write(fetched.with_extension("part"), part).unwrap();
        assert_eq!(blobs.fetch(client, hash, BlobPurpose::RulePack).await.unwrap(), fetched);
        assert_eq!(fs::read(&fetched).unwrap(), content());
        assert_eq!(answered(&house, BYTES, 206), 5);
        // What is there is not asked for again.
        blobs.fetch(client, hash, BlobPurpose::RulePack).await.unwrap();
        assert_eq!(answered(&house, BYTES, 206), 5);
    });
}

#[test]
fn a_blob_for_something_else_too_large_or_unknown_is_not_fetched() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "pc-1").await;
        let (client, dir) = (&machine.client, tempfile::tempdir().unwrap());
        let file = dir.path().join("file");
        fs::write(&file, content()).unwrap();
        let hash = publish(&house, &file).await;
        let small = BlobDir::open(&dir.path().join("small"), CHUNK_BYTES).unwrap();
        let result = small.fetch(client, hash, BlobPurpose::RulePack).await;
        assert!(matches!(result, Err(BlobError::Quota { .. })), "{result:?}");
        let result = small.fetch(client, hash, BlobPurpose::Update).await;
        assert!(matches!(result, Err(BlobError::Purpose { .. })), "{result:?}");
        let result = small.fetch(client, BlobHash::of(b"?"), BlobPurpose::RulePack).await;
        assert!(matches!(result, Err(BlobError::Client(_))), "{result:?}");
        assert_eq!(answered(&house, BYTES, 206), 0);
    });
}

#[test]
fn a_file_is_handed_in_once_and_given_to_no_other_endpoint() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "pc-1").await;
        let (client, dir) = (&machine.client, tempfile::tempdir().unwrap());
        let file = dir.path().join("file");
        fs::write(&file, content()).unwrap();
        let described = Content::of(&content()[..]).unwrap();
        // Begun before, and cut after the second chunk.
        let offer = Offer { name: "見積.xlsx".into(), purpose: BlobPurpose::Collected, content: described.clone() };
        assert_eq!(client.offer_blob(&offer).await.unwrap().missing, [0, 1, 2]);
        let range = described.range(1).unwrap();
        let second = content()[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec();
        client.put_chunk(described.hash(), 1, second.clone().into()).await.unwrap();
        assert!(client.put_chunk(described.hash(), 0, second.into()).await.is_err(), "a chunk in the wrong place");
        let hash = hand_in(client, &file, "見積.xlsx", BlobPurpose::Collected).await.unwrap();
        assert_eq!((hash, answered(&house, CHUNK, 204)), (described.hash(), 3));
        hand_in(client, &file, "見積.xlsx", BlobPurpose::Collected).await.unwrap();
        assert_eq!(answered(&house, CHUNK, 204), 3);
        let other = Machine::enrol(&house, "pc-2").await.client;
        let blobs = BlobDir::open(&dir.path().join("blobs"), 64 << 20).unwrap();
        let result = blobs.fetch(&other, hash, BlobPurpose::Collected).await;
        assert!(matches!(result, Err(BlobError::Client(_))), "{result:?}");
    });
}

#[test]
fn an_endpoint_hands_in_no_more_than_its_quota_whatever_it_hands_in() {
    on_both(|house| async move {
        let machine = Machine::enrol(&house, "pc-1").await;
        let client = &machine.client;
        let offer = |bytes: &[u8]| Offer {
            name: "記録.bin".into(),
            purpose: BlobPurpose::Collected,
            content: Content::of(bytes).unwrap(),
        };
        client.offer_blob(&offer(b"within")).await.unwrap();
        // As if it had handed in four gigabytes already.
        let mut tx = house.server.context().db().write().await.unwrap();
        sqlx::query("UPDATE blobs_collected SET size = $1").bind(4_i64 << 30).execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let result = client.offer_blob(&offer(b"beyond")).await;
        assert!(matches!(result, Err(ClientError::Status { status: 413, .. })), "{result:?}");
        client.offer_blob(&offer(b"within")).await.unwrap();
        let other = Machine::enrol(&house, "pc-2").await.client;
        other.offer_blob(&offer(b"beyond")).await.unwrap();
    });
}
