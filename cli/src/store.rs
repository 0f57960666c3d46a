//! Where files are put: a folder, or a bucket of S3 or of what speaks its language.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use yagura_bucket::{Bucket, Key, Whereabouts};

use crate::error::CliError;

/// A place for files.
pub(crate) enum Store {
    /// A folder, which is made.
    Folder(PathBuf),
    /// A bucket.
    Bucket(Box<Bucket>),
}

impl Store {
    /// The place of this name: `s3://BUCKET[/PREFIX]`, or else a folder.
    pub(crate) fn open(name: &str, region: &str, patience: Duration) -> Result<Self, CliError> {
        match name.strip_prefix("s3://") {
            Some(bucket) => Ok(Self::Bucket(Box::new(bucket_of(bucket, region, patience)?))),
            None => Ok(Self::Folder(PathBuf::from(name))),
        }
    }

    /// Puts a file there, over the one of the same name. It is there whole or not at all.
    pub(crate) async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), CliError> {
        match self {
            Self::Folder(folder) => write(&folder.join(path), &bytes),
            Self::Bucket(bucket) => {
                bucket.put(path, bytes.into()).await.map_err(|error| CliError::Failed(error.to_string()))
            }
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

fn bucket_of(name: &str, region: &str, patience: Duration) -> Result<Bucket, CliError> {
    let (name, prefix) = name.split_once('/').unwrap_or((name, ""));
    let endpoint = variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL"));
    let key = Key::from_environment()
        .ok_or_else(|| CliError::Usage("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set".to_owned()))?;
    let pem = match variable("AWS_CA_BUNDLE") {
        Some(file) => std::fs::read_to_string(&file)
            .map_err(|error| CliError::Usage(format!("failed to read {file} (AWS_CA_BUNDLE): {error}")))?,
        None => String::new(),
    };
    let at = Whereabouts { endpoint: endpoint.as_deref(), region, name, prefix };
    Bucket::open(&at, key, &pem, patience).map_err(|error| CliError::Usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
