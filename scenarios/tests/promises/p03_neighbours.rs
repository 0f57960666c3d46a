//! P03: a package goes once over the line to a segment, and from neighbour to neighbour there; another segment fetches it by itself; neighbours that
//! give rotten bytes, or stop in the middle, cost time and nothing else.
//!
//! Nothing is installed: the rollout's hours are hours away, and content is fetched before.

mod rogue;

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use yagura_scenarios::{Apart, House, Segment, may_be_apart, may_mount, sees_processes};
use yagura_vocabulary::{Clock as _, SystemClock};

use self::rogue::{Does, Rogue};

const SIZE: usize = 20 << 20;
const OFFICE: [(&str, &str); 3] = [("one", "192.0.2.1/24"), ("two", "192.0.2.2/24"), ("three", "192.0.2.3/24")];
const BRANCH: (&str, &str) = ("far", "198.51.100.1/24");

/// A package of 20 MB that cannot be packed smaller, as `dpkg-deb -Znone` writes it.
fn package(house: &House, version: &str) -> PathBuf {
    let control = format!("Package: large\nVersion: {version}\nArchitecture: all\nDescription: a test\n");
    let mut tar = vec![0; 512];
    tar[..9].copy_from_slice(b"./control");
    tar[124..135].copy_from_slice(format!("{:011o}", control.len()).as_bytes());
    tar.extend_from_slice(control.as_bytes());
    tar.resize(2048, 0);
    let mut next = 88_172_645_463_325_252_u64 ^ version.len() as u64 ^ u64::from(version.as_bytes()[0]);
    let data: Vec<u8> = std::iter::repeat_with(|| {
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        next.to_le_bytes()
    })
    .take(SIZE / 8)
    .flatten()
    .collect();
    let member = |name: &str, content: &[u8]| {
        let head = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len());
        [head.as_bytes(), content].concat()
    };
    let parts = [member("debian-binary", b"2.0\n"), member("control.tar", &tar), member("data.tar", &data)];
    let file = house.path(&format!("large_{version}_all.deb"));
    fs::write(&file, [b"!<arch>\n".as_slice(), &parts.concat()].concat()).unwrap();
    file
}

/// Agents on machines of their own, three on one segment and one on another.
struct Town {
    house: House,
    roads: Vec<(&'static str, Apart)>,
    office: Segment,
    _branch: Segment,
}

async fn town() -> Town {
    let mut house = House::without_agent();
    house.tell_agents("TZ", "UTC");
    let (office, branch) = (house.segment(), house.segment());
    let mut roads = Vec::new();
    for (name, address) in OFFICE.into_iter().chain([BRANCH]) {
        house.enrol(name, &house.url(), &house.authority());
        roads.push((name, house.set_apart(name, name)));
        house.start_agent_in(name);
        house.join(if name == BRANCH.0 { &branch } else { &office }, name, address);
    }
    let town = Town { house, roads, office, _branch: branch };
    town.ids().await;
    town
}

impl Town {
    /// The endpoints by name, once the agents are on line.
    async fn ids(&self) -> Vec<(&'static str, String)> {
        self.house
            .until("all endpoints", "/api/v1/endpoints", |list| {
                let items = list["items"].as_array()?;
                let of = |name: &str| items.iter().find(|one| one["hostname"] == name && one["online"] == true);
                self.roads.iter().map(|(name, _)| Some((*name, of(name)?["id"].as_str()?.to_owned()))).collect()
            })
            .await
    }

    async fn allow(&self) {
        let path = format!("/api/v1/policies/distribution/{}", self.house.root_group().await);
        let neighbours = json!({"mode": "give", "at_once": 2, "bytes_per_second": 0});
        let body = json!({"inherit": "replace", "value": {"allowed": ["install"], "neighbours": neighbours}});
        let (status, answer) = self.house.try_ask("PUT", &path, Some("*"), Some(&body)).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        for (_, id) in self.ids().await {
            self.house
                .until("the policy", &format!("/api/v1/endpoints/{id}/policies"), |page| {
                    let policy = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "distribution")?;
                    (policy["state"] == "applied" && policy["value"]["neighbours"]["mode"] == "give").then_some(())
                })
                .await;
        }
    }

    /// What a rollout of this package is asked for with: hours that are far from now.
    async fn rollout(&self, version: &str, rings: &[Vec<String>]) -> (String, Vec<u8>) {
        let file = package(&self.house, version);
        let item = self.house.hand_in("/api/v1/distribution/packages", &file, 201).await;
        let minute = SystemClock.now().micros() / 60_000_000 % 1440;
        let rings: Vec<Value> = rings
            .iter()
            .enumerate()
            .map(|(at, ids)| json!({"name": format!("ring {at}"), "targets": {"endpoints": ids}, "needs_go": at > 0}))
            .collect();
        let ask = json!({"name": "large", "work": {"kind": "install", "items": [item["id"]]}, "rings": rings,
            "windows": [{"days": [], "from": (minute + 720) % 1440, "minutes": 30}]});
        let begun = self.house.ask("POST", "/api/v1/distribution/rollouts", Some(&ask), 201).await;
        (begun["id"].as_str().unwrap().to_owned(), fs::read(file).unwrap())
    }

    /// Waits until an endpoint has all that it needs and waits for its hour, and looks at its file.
    async fn until_there(&self, rollout: &str, (name, id): &(&'static str, String), content: &[u8]) {
        let path = format!("/api/v1/distribution/rollouts/{rollout}/endpoints/{id}");
        let found = self.house.until("the content", &path, |part| {
            let state = part["state"].as_str()?;
            assert!(!["failed", "refused", "expired"].contains(&state), "{part}");
            (state == "window").then_some(())
        });
        found.await;
        let folder = self.house.path(name).join("distribution/work").join(format!("{rollout}-1/files"));
        let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        assert!(fs::read(file).unwrap() == content, "{name} has the right file");
    }

    /// Takes a rollout back, and gives what each endpoint had from the server and from neighbours.
    async fn fetched(&self, rollout: &str) -> Vec<(String, u64, u64)> {
        self.house.ask("POST", &format!("/api/v1/distribution/rollouts/{rollout}/take-back"), None, 200).await;
        let path = format!("/api/v1/distribution/parts?rollout={rollout}");
        self.house
            .until("what came from where", &path, |page| {
                let items = page["items"].as_array()?;
                let over = items.iter().all(|one| one["state"] == "recalled" || one["state"] == "done");
                let part = |one: &Value| {
                    let bytes = |name: &str| one[name].as_u64();
                    Some((one["hostname"].as_str()?.to_owned(), bytes("from_server")?, bytes("from_neighbours")?))
                };
                over.then(|| items.iter().map(part).collect::<Option<Vec<_>>>())?
            })
            .await
    }

    /// Bytes that came over the lines of these machines so far.
    fn down(&self, office: bool) -> u64 {
        self.roads.iter().filter(|(name, _)| (*name != BRANCH.0) == office).map(|(_, road)| road.down()).sum()
    }
}

fn may(promise: &str) -> bool {
    sees_processes(promise) && may_mount(promise) && may_be_apart(promise)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_crosses_the_line_of_a_segment_once() {
    if !may("P03: content from neighbours") {
        return;
    }
    let town = town().await;
    town.allow().await;
    let ids = town.ids().await;
    let (before, before_branch) = (town.down(true), town.down(false));
    let all: Vec<String> = ids.iter().map(|(_, id)| id.clone()).collect();
    let (rollout, content) = town.rollout("1.0", &[all]).await;
    for endpoint in &ids {
        town.until_there(&rollout, endpoint, &content).await;
    }
    let (office, branch) = (town.down(true) - before, town.down(false) - before_branch);
    let size = content.len() as u64;
    // TLS, the manifest and whatever else is said meanwhile have some room.
    assert!((size..size + size / 4).contains(&office), "{office} bytes of {size} for three; {}", town.house.log("two"));
    assert!((size..size + size / 4).contains(&branch), "{branch} bytes of {size} for the other segment");
    let fetched = town.fetched(&rollout).await;
    let of = |name: &str| fetched.iter().find(|one| one.0 == name).map(|one| (one.1, one.2)).unwrap();
    assert_eq!(of(BRANCH.0), (size, 0), "{fetched:?}");
    let mut office = OFFICE.map(|(name, _)| of(name));
    office.sort_unstable();
    assert_eq!(office, [(0, size), (0, size), (size, 0)], "{fetched:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_that_lie_or_stop_in_the_middle_cost_nothing_but_time() {
    if !may("P03: neighbours that lie") {
        return;
    }
    let mut town = town().await;
    town.allow().await;
    let mut ids = town.ids().await;
    ids.retain(|(name, _)| *name != BRANCH.0);
    let liar = Rogue::enrol(&mut town.house, "liar").await;
    let stops = Rogue::enrol(&mut town.house, "stops").await;
    let rings = [vec![liar.id(), stops.id()], ids.iter().map(|(_, id)| id.clone()).collect()];
    let (rollout, content) = town.rollout("2.0", &rings).await;
    let liar = liar.give(&mut town.office, &town.house, "192.0.2.66", (&rollout, &content), Does::Lie).await;
    let stops = stops.give(&mut town.office, &town.house, "192.0.2.67", (&rollout, &content), Does::Stop).await;
    let path = format!("/api/v1/distribution/rollouts/{rollout}");
    town.house
        .until("that the second ring waits", &path, |one| (one["rings"][1]["state"] == "held").then_some(()))
        .await;
    town.house.ask("POST", &format!("{path}/go-on"), None, 200).await;
    for endpoint in &ids {
        town.until_there(&rollout, endpoint, &content).await;
    }
    assert!(liar.asked() > 0 && stops.asked() > 0, "{} {}; {}", liar.asked(), stops.asked(), town.house.log("one"));
    let fetched = town.fetched(&rollout).await;
    let size = content.len() as u64;
    for (name, server, neighbours) in fetched.into_iter().filter(|one| OFFICE.iter().any(|(name, _)| *name == one.0)) {
        assert_eq!(server + neighbours, size, "{name}: {server} from the server, {neighbours} from neighbours");
    }
}
