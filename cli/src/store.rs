//! Where files are put: a folder, or a bucket of S3 or of what speaks its language.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle, actions::PutObject};
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};

use crate::error::CliError;

/// How long a signed address works.
const SIGNED_FOR: Duration = Duration::from_secs(900);

/// A place for files.
pub(crate) enum Store {
    /// A folder, which is made.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Box<S3>),
}

/// A bucket, and what opens it.
pub(crate) struct S3 {
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
    client: HttpClient,
}

impl Store {
    /// The place of this name: `s3://BUCKET[/PREFIX]`, or else a folder.
    pub(crate) fn open(name: &str, region: &str, patience: Duration) -> Result<Self, CliError> {
        match name.strip_prefix("s3://") {
            Some(bucket) => Ok(Self::Bucket(Box::new(S3::open(bucket, region, patience)?))),
            None => Ok(Self::Folder(PathBuf::from(name))),
        }
    }

    /// Puts a file there, over the one of the same name. It is there whole or not at all.
    pub(crate) async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), CliError> {
        match self {
            Self::Folder(folder) => write(&folder.join(path), &bytes),
            Self::Bucket(s3) => s3.put(path, bytes.into()).await,
        }
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |error| CliError::Failed(format!("failed to write {}: {error}", file.display()));
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let new = file.with_extension("new");
    std::fs::write(&new, bytes).map_err(failed)?;
    std::fs::rename(&new, file).map_err(failed)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl S3 {
    fn open(name: &str, region: &str, patience: Duration) -> Result<Self, CliError> {
        let usage = |text: String| CliError::Usage(text);
        let (bucket, prefix) = name.split_once('/').unwrap_or((name, ""));
        let own = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
        // Only Amazon has a host name for each bucket.
        let style = if own.is_some() { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = own.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let address = endpoint.parse().map_err(|error| usage(format!("`{endpoint}` is no address: {error}")))?;
        let bucket = Bucket::new(address, style, bucket.to_owned(), region.to_owned())
            .map_err(|error| usage(format!("s3://{name} cannot be used: {error}")))?;
        let credentials = Credentials::from_env()
            .ok_or_else(|| usage("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".to_owned()))?;
        let origin = bucket.base_url().origin().ascii_serialization();
        let target = Target::parse(&origin).map_err(|error| usage(error.to_string()))?;
        let pem = match variable("AWS_CA_BUNDLE") {
            Some(file) => std::fs::read_to_string(&file)
                .map_err(|error| usage(format!("failed to read {file} (AWS_CA_BUNDLE): {error}")))?,
            None => String::new(),
        };
        let tls = client_config(&Trust::Authorities { pem, system: true }).map_err(|error| usage(error.to_string()))?;
        let dial = NetDial::new(tls, ProxyChoice::Environment);
        let client = HttpClient::new(Arc::new(dial), target).with_patience(patience);
        let prefix = prefix.trim_end_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { bucket, credentials, prefix, client })
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), CliError> {
        let key = format!("{}{path}", self.prefix);
        let failed = |why: String| CliError::Failed(format!("failed to put {key} into {}: {why}", self.bucket.name()));
        let url = PutObject::new(&self.bucket, Some(&self.credentials), &key).sign(SIGNED_FOR);
        let host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let uri: Uri = url[url::Position::BeforePath..].parse().map_err(|error| failed(format!("{error}")))?;
        let build = || {
            let mut request = Request::new(bytes.clone());
            *request.method_mut() = Method::PUT;
            *request.uri_mut() = uri.clone();
            if let Ok(host) = host.parse() {
                // As it was signed: without the port that the scheme implies.
                request.headers_mut().insert(header::HOST, host);
            }
            request
        };
        let answer = self.client.send(build).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(failed(format!("{}: {}", answer.status, reason(&String::from_utf8_lossy(&answer.body)))))
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

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_bucket() {
        let body =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>The bucket is not there</Message></Error>";
        assert_eq!(reason(body), "NoSuchBucket: The bucket is not there");
        assert_eq!(reason("<html>proxy</html>"), "<html>proxy</html>");
    }

    #[test]
    fn a_file_in_a_folder_takes_the_place_of_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ext/a/file.parquet");
        for text in ["one", "two"] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
