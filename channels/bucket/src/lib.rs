//! Files in a bucket of Amazon S3, or of what speaks its language. A file is put there over HTTPS with a signed address
//! (Signature Version 4), whole or not at all.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Request, Uri, header};
use ring::digest::{SHA256, digest};
use rusty_s3::{Credentials, S3Action as _, UrlStyle, actions::PutObject};
use yagura_dial::{HttpClient, HttpError, NetDial, ProxyChoice, Target, Trust, client_config};

/// How long a signed address works.
const SIGNED_FOR: Duration = Duration::from_secs(900);
/// What the bucket checks the file against. A bucket whose files cannot be changed for a time (object lock) takes none without.
const CHECKSUM: &str = "x-amz-checksum-sha256";

/// What opens a bucket.
#[derive(Clone)]
pub struct Key {
    /// The name of the key.
    pub id: String,
    /// The key.
    pub secret: String,
    /// What goes with a key that was lent for a time.
    pub token: Option<String>,
}

impl Key {
    /// The key in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, if it is there.
    #[must_use]
    pub fn from_environment() -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (id, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
        Some(Self { id, secret, token: variable("AWS_SESSION_TOKEN") })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where a bucket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts<'a> {
    /// The address of the service; Amazon's in this region, if none is given.
    pub endpoint: Option<&'a str>,
    /// The region, which is part of every signature.
    pub region: &'a str,
    /// The name of the bucket.
    pub name: &'a str,
    /// What the names of files begin with, as a folder; may be empty.
    pub prefix: &'a str,
}

/// A bucket cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// The address of the service cannot be read.
    #[error("`{0}` is no address of a service: {1}")]
    Address(String, String),
    /// There can be no bucket of this name.
    #[error("a bucket cannot be called `{0}`")]
    Name(String),
    /// What is believed cannot be read.
    #[error("the certificate authorities cannot be used: {0}")]
    Trust(#[from] yagura_dial::TlsError),
    /// Nothing was answered.
    #[error("failed to put {key} into the bucket {bucket}: {source}")]
    Away {
        /// The name of the file.
        key: String,
        /// The bucket.
        bucket: String,
        /// Why.
        source: Box<HttpError>,
    },
    /// The bucket said no.
    #[error("failed to put {key} into the bucket {bucket}: {status}: {reason}")]
    Refused {
        /// The name of the file.
        key: String,
        /// The bucket.
        bucket: String,
        /// Status of the answer.
        status: http::StatusCode,
        /// Code and message of the answer, in the words of the bucket.
        reason: String,
    },
}

/// A bucket, and what opens it.
pub struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    prefix: String,
    client: HttpClient,
}

impl Bucket {
    /// A bucket. `authorities` (PEM, may be empty) are believed beside the system's; a proxy in the environment is used; one
    /// answer may take `patience`. Nothing is asked yet.
    ///
    /// # Errors
    /// When there can be no such bucket, or the authorities cannot be read.
    pub fn open(at: &Whereabouts<'_>, key: Key, authorities: &str, patience: Duration) -> Result<Self, BucketError> {
        // Only Amazon has a host name for each bucket.
        let style = if at.endpoint.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = at.endpoint.map_or_else(|| format!("https://s3.{}.amazonaws.com", at.region), str::to_owned);
        let no_address = |error: &dyn fmt::Display| BucketError::Address(endpoint.clone(), error.to_string());
        let address = endpoint.parse().map_err(|error: url::ParseError| no_address(&error))?;
        let bucket = rusty_s3::Bucket::new(address, style, at.name.to_owned(), at.region.to_owned())
            .map_err(|_| BucketError::Name(at.name.to_owned()))?;
        let origin = bucket.base_url().origin().ascii_serialization();
        let target = Target::parse(&origin).map_err(|error| no_address(&error))?;
        let tls = client_config(&Trust::Authorities { pem: authorities.to_owned(), system: true })?;
        let dial = NetDial::new(tls, ProxyChoice::Environment);
        let client = HttpClient::new(Arc::new(dial), target).with_patience(patience);
        let credentials = match key.token {
            Some(token) => Credentials::new_with_token(key.id, key.secret, token),
            None => Credentials::new(key.id, key.secret),
        };
        let prefix = at.prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { bucket, credentials, prefix, client })
    }

    /// Puts a file there, over one of the same name. It is there whole or not at all.
    ///
    /// # Errors
    /// When the bucket is not reached or says no.
    pub async fn put(&self, path: &str, bytes: Bytes) -> Result<(), BucketError> {
        let key = format!("{}{path}", self.prefix);
        let checksum = STANDARD.encode(digest(&SHA256, &bytes));
        let mut action = PutObject::new(&self.bucket, Some(&self.credentials), &key);
        action.headers_mut().insert(CHECKSUM, checksum.clone());
        let url = action.sign(SIGNED_FOR);
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let bucket = self.bucket.name().to_owned();
        let uri: Uri = url[url::Position::BeforePath..]
            .parse()
            .map_err(|error: http::uri::InvalidUri| BucketError::Address(url.to_string(), error.to_string()))?;
        let build = || {
            let mut request = Request::new(bytes.clone());
            *request.method_mut() = Method::PUT;
            *request.uri_mut() = uri.clone();
            if let Ok(host) = host.parse() {
                // As it was signed: without the port that the scheme implies.
                request.headers_mut().insert(header::HOST, host);
            }
            if let Ok(checksum) = checksum.parse() {
                request.headers_mut().insert(CHECKSUM, checksum);
            }
            request
        };
        match self.client.send(build).await {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) => {
                let reason = reason(&String::from_utf8_lossy(&answer.body));
                Err(BucketError::Refused { key, bucket, status: answer.status, reason })
            }
            Err(source) => Err(BucketError::Away { key, bucket, source: Box::new(source) }),
        }
    }
}

/// What S3 says went wrong: code and message of its XML answer, or its beginning.
fn reason(body: &str) -> String {
    let part = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    };
    match (part("Code"), part("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => body.chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Whereabouts<'_> =
        Whereabouts { endpoint: None, region: "ap-northeast-1", name: "shoko", prefix: "/yagura/" };

    fn key() -> Key {
        Key { id: "AKIA".to_owned(), secret: "hunter2".to_owned(), token: None }
    }

    fn open(at: &Whereabouts<'_>) -> Result<Bucket, String> {
        Bucket::open(at, key(), "", Duration::from_secs(1)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_bucket() {
        let body =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>The bucket is not there</Message></Error>";
        assert_eq!(reason(body), "NoSuchBucket: The bucket is not there");
        assert_eq!(reason("<html>proxy</html>"), "<html>proxy</html>");
    }

    #[test]
    fn a_bucket_of_amazon_has_its_own_host_and_one_elsewhere_a_path() {
        let amazon = open(&AT).unwrap();
        assert_eq!(amazon.bucket.base_url().as_str(), "https://shoko.s3.ap-northeast-1.amazonaws.com/");
        assert_eq!(amazon.prefix, "yagura/");
        let own = open(&Whereabouts { endpoint: Some("https://s3.minato.example:9000"), ..AT }).unwrap();
        assert_eq!(own.bucket.base_url().as_str(), "https://s3.minato.example:9000/shoko/");
    }

    #[test]
    fn what_can_be_no_bucket_is_said_by_name() {
        let nowhere = open(&Whereabouts { endpoint: Some("s3.minato.example"), ..AT }).err().unwrap();
        assert!(nowhere.contains("s3.minato.example"), "{nowhere}");
    }

    #[test]
    fn a_key_never_shows_its_secret() {
        assert_eq!(format!("{:?}", key()), "Key { id: \"AKIA\", .. }");
    }
}
