use std::{
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use rustls_pki_types::{PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use yagura_dial::{DialError, NetDial, Proxy, ProxyChoice, Stream, Target};

use super::*;
use crate::server::feeds::{
    http::Limits,
    signature::tests::{key, signed},
};

#[path = "../../../../tests/publisher/mod.rs"]
#[expect(dead_code, reason = "the tests of the other crate use the rest")]
mod publisher;

use publisher::{Answer, Publisher};

/// Names that lead to servers of the test, whose certificate is believed: what the network is to a server.
struct Net {
    tls: Arc<rustls::ClientConfig>,
    acceptor: TlsAcceptor,
    ports: Mutex<Vec<(&'static str, u16)>>,
}

impl Net {
    fn new() -> Arc<Self> {
        let names = ["nvd.example", "mirror.example", "csaf.example"].map(ToOwned::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let acceptor = publisher::tls(vec![made.cert.der().clone()], key);
        let tls = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
        Arc::new(Self { tls, acceptor, ports: Mutex::default() })
    }

    async fn publisher(
        &self,
        name: &'static str,
        answer: impl Fn(&publisher::Asked) -> Answer + Send + Sync + 'static,
    ) -> Publisher {
        let publisher = Publisher::open(Some(self.acceptor.clone()), answer).await;
        self.ports.lock().unwrap().push((name, publisher.port));
        publisher
    }
}

#[async_trait]
impl Dial for Net {
    async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        let port = self.ports.lock().unwrap().iter().find(|(name, _)| *name == target.host).map(|(_, port)| *port);
        let none = || DialError::Connect(target.clone(), io::Error::from(io::ErrorKind::NotFound));
        let stream = TcpStream::connect(("127.0.0.1", port.ok_or_else(none)?)).await.unwrap();
        let name = ServerName::try_from(target.host.clone()).unwrap();
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await;
        Ok(Box::new(stream.map_err(|error| DialError::Tls(target.clone(), error))?))
    }
}

/// Writes down for how long was waited, and waits not.
#[derive(Default)]
struct Waited(Mutex<Vec<u64>>);

#[async_trait]
impl Pass for Waited {
    async fn pass(&self, time: Duration) {
        self.0.lock().unwrap().push(time.as_secs());
    }
}

impl Waited {
    fn seconds(&self) -> Vec<u64> {
        self.0.lock().unwrap().clone()
    }
}

fn feed(format: Format, url: &str, api_key: &str) -> Row {
    let id = "feed".to_owned();
    Row {
        name: id.clone(),
        id,
        format: format.as_str().to_owned(),
        url: url.to_owned(),
        every_s: 3600,
        enabled: 1,
        built_in: 0,
        licence: String::new(),
        public_key: String::new(),
        api_key: api_key.to_owned(),
        good_at: None,
        records: 0,
        dated_at: None,
        etag: String::new(),
        last_modified: String::new(),
        known_until: None,
        failed_at: None,
        failure: String::new(),
        skipped: 0,
        next_at: 0,
        version: 1,
        running_at: None,
    }
}

const NOW: &str = "2026-11-30T00:00:00Z";

struct Fetch {
    dial: Arc<dyn Dial>,
    dir: tempfile::TempDir,
    waited: Waited,
    stop: CancellationToken,
}

impl Fetch {
    fn over(dial: Arc<dyn Dial>) -> Self {
        let (dir, stop) = (tempfile::tempdir().unwrap(), CancellationToken::new());
        Self { dial, dir, waited: Waited::default(), stop }
    }

    async fn find(&self, feed: &Row) -> Result<Option<Found>, FetchingError> {
        let road = Road { dial: &self.dial, dir: self.dir.path(), stop: &self.stop, time: &self.waited };
        find(&road, feed, NOW.parse().unwrap()).await
    }

    async fn fails(&self, feed: &Row) -> String {
        let failed = super::super::run::chain(&self.find(feed).await.unwrap_err());
        assert_eq!(std::fs::read_dir(self.dir.path()).unwrap().count(), 0, "what was not taken is gone");
        failed
    }

    async fn limited(&self, url: &str, limits: Limits) -> String {
        let mut client =
            Client::new(&self.dial, self.dir.path(), &self.waited, NOW.parse().unwrap()).with_limits(limits);
        client.fetch(url, &Last::default()).await.unwrap_err().to_string()
    }
}

fn texts(found: &Found) -> Vec<String> {
    found.files.iter().map(|file| std::fs::read_to_string(file.path()).unwrap()).collect()
}

/// Pages of the NVD with so many results in all, of which each page has at most `most`.
fn page(asked: &publisher::Asked, total: u64, most: u64) -> Answer {
    let start: u64 = asked.query("startIndex").unwrap().parse().unwrap();
    let count = most.min(total - start);
    Answer::ok(format!(
        r#"{{"resultsPerPage":{count},"startIndex":{start},"totalResults":{total},"format":"NVD_CVE","vulnerabilities":[]}}"#
    ))
}

#[tokio::test]
async fn the_nvd_is_read_page_by_page_with_the_key_and_the_pauses_that_it_asks_for() {
    let net = Net::new();
    let nvd = net.publisher("nvd.example", |asked| page(asked, 4500, 2000)).await;
    let fetch = Fetch::over(net);
    let mut row = feed(Format::Nvd, "https://nvd.example/rest/json/cves/2.0", "0b5c-11aa");
    let found = fetch.find(&row).await.unwrap().unwrap();
    assert_eq!((found.files.len(), found.whole), (3, true));
    let starts: Vec<_> = nvd.asked().iter().map(|asked| asked.query("startIndex").unwrap().to_owned()).collect();
    assert_eq!(starts, ["0", "2000", "4000"]);
    for asked in nvd.asked() {
        assert_eq!((asked.header("apikey"), asked.header("host")), ("0b5c-11aa", "nvd.example"));
        assert_eq!((asked.query("resultsPerPage"), asked.query("lastModStartDate")), (Some("2000"), None));
        assert!(asked.header("user-agent").starts_with("yagura/"));
    }
    assert_eq!(fetch.waited.seconds(), [1, 1]);
    // Then only what changed since, and without a key more slowly.
    row.known_until = found.known_until.map(|at| at - 130 * 86_400_000_000);
    row.api_key = String::new();
    let found = fetch.find(&row).await.unwrap().unwrap();
    assert!(!found.whole && found.known_until == Some(NOW.parse::<Time>().unwrap().micros()));
    let asked = &nvd.asked()[3..];
    assert_eq!(asked.len(), 6, "two spans of three pages");
    assert_eq!(asked[0].query("lastModStartDate"), Some("2026-07-22T22:00:00.000Z"));
    assert_eq!(asked[0].query("lastModEndDate"), asked[3].query("lastModStartDate"));
    assert_eq!(asked[5].query("lastModEndDate"), Some("2026-11-30T00:00:00.000Z"));
    assert!(asked.iter().all(|asked| asked.header("apikey").is_empty()));
    assert_eq!(fetch.waited.seconds()[2..], [6, 6, 6, 6, 6]);
}

#[tokio::test]
async fn a_server_that_gives_smaller_pages_is_read_to_its_end() {
    let net = Net::new();
    let nvd = net.publisher("nvd.example", |asked| page(asked, 700, 300)).await;
    let fetch = Fetch::over(net);
    let found = fetch.find(&feed(Format::Nvd, "https://nvd.example/", "")).await.unwrap().unwrap();
    assert_eq!((found.files.len(), nvd.asked().len()), (3, 3));
}

#[tokio::test]
async fn who_is_asked_too_often_is_waited_for_as_long_as_it_says() {
    let net = Net::new();
    let turn = AtomicUsize::new(0);
    net.publisher("nvd.example", move |asked| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::of(429).with("retry-after", "17"),
        1 => Answer::of(503).with("retry-after", "Mon, 30 Nov 2026 00:00:40 GMT"),
        // The NVD's way of saying it.
        2 => Answer::of(403),
        _ => page(asked, 10, 2000),
    })
    .await;
    let fetch = Fetch::over(net);
    let found = fetch.find(&feed(Format::Nvd, "https://nvd.example/", "")).await.unwrap().unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(fetch.waited.seconds(), [17, 40, 270]);
}

#[tokio::test]
async fn who_wants_to_be_left_alone_for_long_is_and_the_feed_says_so() {
    let net = Net::new();
    let nvd = net.publisher("nvd.example", |_| Answer::of(429).with("retry-after", "7200")).await;
    let fetch = Fetch::over(net);
    let row = feed(Format::Nvd, "https://nvd.example/", "");
    let error = fetch.find(&row).await.unwrap_err();
    assert_eq!(error.leave_alone(), Some(Duration::from_secs(7200)));
    assert!(error.to_string().contains("429") && error.to_string().contains("later by itself"), "{error}");
    assert_eq!((nvd.asked().len(), fetch.waited.seconds().len()), (1, 0));
}

#[tokio::test]
async fn a_page_that_breaks_off_is_asked_for_again_and_one_that_stays_broken_fails_all() {
    let net = Net::new();
    let turn = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&turn);
    net.publisher("nvd.example", move |asked| match (asked.query("startIndex"), own.fetch_add(1, Ordering::Relaxed)) {
        (Some("2000"), 1 | 2) => Answer::ok(r#"{"resultsPerPage":"#).cut(),
        (_, 0..100) => page(asked, 3000, 2000),
        (Some("2000"), _) => Answer::ok(r#"{"resultsPerPage":2000,"totalResults":3000,"vulnera"#),
        _ => page(asked, 3000, 2000),
    })
    .await;
    let fetch = Fetch::over(net);
    let row = feed(Format::Nvd, "https://nvd.example/", "");
    assert_eq!(fetch.find(&row).await.unwrap().unwrap().files.len(), 2);
    assert_eq!(fetch.waited.seconds(), [6, 30, 90]);
    turn.store(100, Ordering::Relaxed);
    let failed = fetch.fails(&row).await;
    assert!(failed.contains("startIndex=2000") && failed.contains("what was known stays"), "{failed}");
}

#[tokio::test]
async fn a_wrong_key_is_told_in_the_nvds_own_words() {
    let net = Net::new();
    net.publisher("nvd.example", |_| Answer::of(404).with("message", "Invalid apiKey.")).await;
    let failed = Fetch::over(net).fails(&feed(Format::Nvd, "https://nvd.example/", "x")).await;
    assert!(failed.contains("404") && failed.contains("Invalid apiKey."), "{failed}");
}

#[tokio::test]
async fn a_redirect_to_another_host_does_not_get_the_key() {
    let net = Net::new();
    let mirror = net.publisher("mirror.example", |_| Answer::ok("{}")).await;
    let first = net
        .publisher("csaf.example", |asked| match asked.path.as_str() {
            "/feed" => Answer::to("/moved"),
            _ => Answer::to("https://mirror.example/feed"),
        })
        .await;
    let fetch = Fetch::over(net);
    let mut row = feed(Format::Osv, "https://csaf.example/feed", "0b5c-11aa");
    row.etag = "\"a\"".to_owned();
    let found = fetch.find(&row).await.unwrap().unwrap();
    assert_eq!(texts(&found), ["{}"]);
    assert_eq!(first.paths(), ["/feed", "/moved"]);
    for asked in first.asked() {
        assert_eq!((asked.header("authorization"), asked.header("if-none-match")), ("Bearer 0b5c-11aa", "\"a\""));
    }
    assert_eq!(mirror.asked()[0].header("authorization"), "");
}

#[tokio::test]
async fn a_redirect_leads_to_https_only_and_not_in_a_circle() {
    let net = Net::new();
    net.publisher("csaf.example", |asked| match asked.path.as_str() {
        "/clear" => Answer::to("http://csaf.example/feed"),
        "/here" => Answer::to("http://127.0.0.1:8080/admin"),
        "/file" => Answer::to("file:///etc/passwd"),
        "/nowhere" => Answer::of(302),
        "/moved" => Answer::of(300),
        _ => Answer::to("/circle"),
    })
    .await;
    let fetch = Fetch::over(net);
    for (path, wanted) in [
        ("clear", "which is not https"),
        ("here", "which is not https"),
        ("file", "which is not https"),
        ("nowhere", "does not say where to go on"),
        ("moved", "300"),
        ("circle", "in a circle"),
    ] {
        let failed = fetch.fails(&feed(Format::Osv, &format!("https://csaf.example/{path}"), "")).await;
        assert!(failed.contains(wanted), "{path}: {failed}");
    }
    assert!(fetch.waited.seconds().is_empty(), "none of them is asked for again");
}

#[tokio::test]
async fn what_is_too_large_too_slow_or_cut_is_not_kept() {
    let net = Net::new();
    net.publisher("csaf.example", |asked| match asked.path.as_str() {
        "/large" => Answer::ok(vec![b' '; 2000]),
        "/slow" => Answer::ok("{").then_silence(),
        _ => Answer::ok("{").cut(),
    })
    .await;
    let fetch = Fetch::over(net);
    let (piece, whole) = (Duration::from_millis(50), Duration::from_secs(60));
    let limits = Limits { piece, whole, bytes: 1000 };
    let check = async |path: &str, limits, wanted: &str| {
        let failed = fetch.limited(&format!("https://csaf.example/{path}"), limits).await;
        assert!(failed.contains(wanted), "{path}: {failed}");
        assert_eq!(std::fs::read_dir(fetch.dir.path()).unwrap().count(), 0, "{path}");
    };
    check("large", limits, "more than 1000 bytes").await;
    assert!(fetch.waited.seconds().is_empty());
    check("slow", limits, "did not answer in time").await;
    check("slow", Limits { whole: piece, piece: whole, ..limits }, "did not answer in time").await;
    check("cut", Limits { piece: whole, ..limits }, "broke off before the end").await;
    assert_eq!(fetch.waited.seconds(), [30, 90, 270].repeat(3));
}

#[tokio::test]
async fn an_unknown_authority_and_a_host_that_is_not_there_are_told_with_what_to_do() {
    let (net, other) = (Net::new(), Net::new());
    let stranger = other.publisher("csaf.example", |_| Answer::ok("{}")).await;
    net.ports.lock().unwrap().push(("csaf.example", stranger.port));
    let fetch = Fetch::over(net);
    let failed = fetch.fails(&feed(Format::Osv, "https://csaf.example/a", "")).await;
    assert!(failed.contains("UnknownIssuer") || failed.contains("certificate"), "{failed}");
    assert!(failed.contains("authority must be among the system's"), "{failed}");
    let failed = fetch.fails(&feed(Format::Osv, "https://nowhere.example/a", "")).await;
    assert!(failed.contains("check that this server reaches it"), "{failed}");
}

#[tokio::test]
async fn a_proxy_is_asked_to_connect_and_its_refusal_is_told() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let refuses = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 512];
        let count = stream.read(&mut bytes).await.unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    });
    let tls = Arc::clone(&Net::new().tls);
    let fetch = Fetch::over(Arc::new(NetDial::new(tls, ProxyChoice::Explicit(proxy))));
    let failed = fetch.fails(&feed(Format::Osv, "https://csaf.example/a", "")).await;
    assert!(failed.contains("refused to connect") && failed.contains("HTTPS_PROXY"), "{failed}");
    assert!(refuses.await.unwrap().starts_with("CONNECT csaf.example:443 HTTP/1.1"));
}

#[tokio::test]
async fn what_a_csaf_provider_changed_is_fetched_the_oldest_first_over_one_list() {
    let net = Net::new();
    let provider = net
        .publisher("csaf.example", |asked| match asked.path.as_str() {
            "/csaf/changes.csv" if asked.header("if-none-match") == "\"7\"" => Answer::of(304),
            "/csaf/changes.csv" => Answer::ok(
                "\"2026/c.json\",\"2026-11-03T00:00:00Z\"\n\"2026/b.json\",\"2026-11-02T00:00:00+09:00\"\n\"2026/a.json\",\"2026-11-01T00:00:00Z\"\n",
            )
            .with("etag", "\"7\""),
            "/csaf/2026/b.json" => Answer::of(404),
            path => Answer::ok(path),
        })
        .await;
    let fetch = Fetch::over(net);
    let mut row = feed(Format::MsrcCsaf, "https://csaf.example/csaf/changes.csv", "");
    let found = fetch.find(&row).await.unwrap().unwrap();
    assert_eq!(texts(&found), ["/csaf/2026/a.json", "/csaf/2026/c.json"]);
    assert_eq!(found.known_until, Some("2026-11-03T00:00:00Z".parse::<Time>().unwrap().micros()));
    assert!(!found.whole && !found.more && found.last.etag == "\"7\"");
    // One that is listed and not there is named, and costs no other.
    assert_eq!((found.faults.len(), found.faults[0].at.as_str()), (1, "2026/b.json"));
    row.known_until = Some("2026-11-02T00:00:00Z".parse::<Time>().unwrap().micros());
    assert_eq!(texts(&fetch.find(&row).await.unwrap().unwrap()), ["/csaf/2026/c.json"]);
    row.known_until = found.known_until;
    assert!(fetch.find(&row).await.unwrap().is_none(), "nothing is new");
    row.etag = found.last.etag;
    assert!(fetch.find(&row).await.unwrap().is_none(), "the list is as it was");
    assert_eq!(provider.paths().iter().filter(|path| path.ends_with("changes.csv")).count(), 4);
}

#[tokio::test]
async fn beside_an_index_the_list_of_changes_is_read_and_without_one_all_that_it_names() {
    let net = Net::new();
    let provider = net
        .publisher("csaf.example", |asked| match asked.path.as_str() {
            "/with/changes.csv" => Answer::ok("a.json,2026-11-01T00:00:00Z\n"),
            "/without/index.txt" => Answer::ok("a.json\nb.json\n"),
            path if path.ends_with(".json") => Answer::ok(path),
            _ => Answer::of(404),
        })
        .await;
    let fetch = Fetch::over(net);
    let found = fetch.find(&feed(Format::MsrcCsaf, "https://csaf.example/with/index.txt", "")).await.unwrap().unwrap();
    assert_eq!((texts(&found), found.known_until.is_some()), (vec!["/with/a.json".to_owned()], true));
    // Its files are there as long as it is.
    drop(found);
    let found =
        fetch.find(&feed(Format::MsrcCsaf, "https://csaf.example/without/index.txt", "")).await.unwrap().unwrap();
    assert_eq!((texts(&found).len(), found.known_until), (2, None));
    drop(found);
    let failed = fetch.fails(&feed(Format::MsrcCsaf, "https://csaf.example/none/index.txt", "")).await;
    assert!(failed.contains("404") && failed.contains("/none/index.txt"), "{failed}");
    assert!(!provider.paths().contains(&"/with/index.txt".to_owned()));
}

#[tokio::test]
async fn an_answer_of_no_change_to_whoever_did_not_ask_for_one_is_no_good_news() {
    let net = Net::new();
    net.publisher("csaf.example", |_| Answer::of(304)).await;
    let failed = Fetch::over(net).fails(&feed(Format::Osv, "https://csaf.example/a", "")).await;
    assert!(failed.contains("304"), "{failed}");
}

#[tokio::test]
async fn a_server_that_stops_ends_a_fetch_between_two_pages() {
    let net = Net::new();
    let stop = CancellationToken::new();
    let own = stop.clone();
    let nvd = net
        .publisher("nvd.example", move |asked| {
            own.cancel();
            page(asked, 9000, 2000)
        })
        .await;
    let fetch = Fetch { stop, ..Fetch::over(net) };
    let failed = fetch.fails(&feed(Format::Nvd, "https://nvd.example/", "")).await;
    assert_eq!((failed.as_str(), nvd.asked().len()), ("the server stops", 1));
}

#[tokio::test]
async fn a_feed_with_a_public_key_is_believed_with_its_publishers_signature_alone() {
    let net = Net::new();
    let (publisher, public) = key(1);
    let (stranger, _) = key(2);
    let (right, wrong) = (signed(&publisher, b"feed", b"ED"), signed(&stranger, b"feed", b"ED"));
    net.publisher("csaf.example", move |asked| match asked.path.as_str() {
        "/right.minisig" | "/changed.minisig" => Answer::ok(right.as_str()),
        "/wrong.minisig" => Answer::ok(wrong.as_str()),
        "/large.minisig" => Answer::ok(vec![b'x'; 100 << 10]),
        "/binary.minisig" => Answer::ok(vec![0xff; 100]),
        "/changed" => Answer::ok("food"),
        path if path.ends_with(".minisig") => Answer::of(404),
        _ => Answer::ok("feed"),
    })
    .await;
    let fetch = Fetch::over(net);
    let signed_feed = |path: &str| {
        let mut row = feed(Format::Kev, &format!("https://csaf.example/{path}"), "");
        row.public_key.clone_from(&public);
        row
    };
    assert_eq!(texts(&fetch.find(&signed_feed("right")).await.unwrap().unwrap()), ["feed"]);
    for (path, wanted) in [
        ("changed", "the file is not the one that was signed"),
        ("wrong", "the signature is wrong"),
        ("none", "a signature must stand at https://csaf.example/none.minisig"),
        ("large", "more than 65536 bytes"),
        ("binary", "no signature of minisign"),
    ] {
        let failed = fetch.fails(&signed_feed(path)).await;
        assert!(failed.contains(wanted), "{path}: {failed}");
    }
    // Pages and lists are signed nowhere.
    for (format, path) in [(Format::Nvd, ""), (Format::MsrcCsaf, "changes.csv")] {
        let row = Row { format: format.as_str().to_owned(), ..signed_feed(path) };
        assert!(fetch.fails(&row).await.contains("take the key away"));
    }
}
