//! Which server, whom to believe, and with which token: from flags, the environment, or what `login` has kept.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use yagura_dial::Target;

use crate::error::CliError;

/// What is needed to talk to the server.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The address as it was given, without a slash at its end.
    pub url: String,
    /// The same, read.
    pub target: Target,
    /// A file with further certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// The file that holds the token.
    pub token_file: PathBuf,
    /// The folder of what is kept; none when the user has no home.
    folder: Option<PathBuf>,
}

/// What `login` keeps beside the token.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    url: Option<String>,
    ca_file: Option<PathBuf>,
}

impl Settings {
    /// Puts the settings together.
    pub(crate) fn find(
        url: Option<String>,
        ca_file: Option<PathBuf>,
        token_file: Option<PathBuf>,
    ) -> Result<Self, CliError> {
        Self::find_in(folder(), url, ca_file, token_file)
    }

    fn find_in(
        folder: Option<PathBuf>,
        url: Option<String>,
        ca_file: Option<PathBuf>,
        token_file: Option<PathBuf>,
    ) -> Result<Self, CliError> {
        let kept = folder.as_deref().map(kept).transpose()?.unwrap_or_default();
        let given = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let url = url.filter(|url| !url.is_empty()).or(kept.url).ok_or_else(|| {
            CliError::Usage("which server? Give --url or YAGURA_URL, or sign in once with `yaguractl login`".to_owned())
        })?;
        let url = url.trim_end_matches('/').to_owned();
        let target = Target::parse(&url).map_err(|error| CliError::Usage(error.to_string()))?;
        let token_file = given(token_file).or_else(|| folder.as_deref().map(|folder| folder.join("token")));
        let token_file = token_file
            .ok_or_else(|| CliError::Usage("where is the token? Give --token-file or YAGURA_TOKEN_FILE".to_owned()))?;
        Ok(Self { url, target, ca_file: given(ca_file).or(kept.ca_file), token_file, folder })
    }

    /// The certificate authorities to believe besides the system's, PEM.
    pub(crate) fn authorities(&self) -> Result<String, CliError> {
        match &self.ca_file {
            None => Ok(String::new()),
            Some(path) => fs::read_to_string(path)
                .map_err(|error| CliError::Usage(format!("failed to read the CA file {}: {error}", path.display()))),
        }
    }

    /// The token.
    pub(crate) fn token(&self) -> Result<String, CliError> {
        let path = self.token_file.display();
        let text = fs::read_to_string(&self.token_file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                CliError::Usage(format!("there is no token in {path}; sign in first: yaguractl login"))
            }
            _ => CliError::Usage(format!("failed to read the token in {path}: {error}")),
        })?;
        Ok(text.trim().to_owned())
    }

    /// Keeps a token, readable by its owner only, and where it is good.
    pub(crate) fn keep(&self, token: &str) -> Result<(), CliError> {
        let failed =
            |error| CliError::Failed(format!("failed to keep the token in {}: {error}", self.token_file.display()));
        write_private(&self.token_file, format!("{token}\n").as_bytes()).map_err(failed)?;
        let Some(folder) = &self.folder else { return Ok(()) };
        let ca_file = self.ca_file.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
        let kept = Kept { url: Some(self.url.clone()), ca_file };
        let text = serde_json::to_vec_pretty(&kept).unwrap_or_default();
        write_private(&folder.join("server.json"), &text).map_err(failed)
    }
}

fn kept(folder: &Path) -> Result<Kept, CliError> {
    let path = folder.join("server.json");
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| CliError::Usage(format!("failed to read {}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
        Err(error) => Err(CliError::Usage(format!("failed to read {}: {error}", path.display()))),
    }
}

/// The user's folder for our settings, by the custom of Windows, else by the XDG Base Directory Specification.
fn folder() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        variable("APPDATA")
    } else {
        variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")))
    };
    base.map(|base| base.join("yaguractl"))
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| drop(fs::remove_file(&temporary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(folder: &Path, url: Option<&str>) -> Result<Settings, CliError> {
        Settings::find_in(Some(folder.to_owned()), url.map(str::to_owned), None, None)
    }

    #[test]
    fn what_login_kept_is_used_until_something_else_is_said() {
        let folder = tempfile::tempdir().unwrap();
        find(folder.path(), Some("https://yagura.example/")).unwrap().keep("ygt_secret").unwrap();
        let kept = find(folder.path(), None).unwrap();
        assert_eq!((kept.url.as_str(), kept.token().unwrap().as_str()), ("https://yagura.example", "ygt_secret"));
        assert_eq!(find(folder.path(), Some("https://other.example")).unwrap().url, "https://other.example");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_token() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let settings = find(folder.path(), Some("https://yagura.example")).unwrap();
        settings.keep("first").unwrap();
        settings.keep("second").unwrap();
        assert_eq!(fs::metadata(&settings.token_file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(settings.token().unwrap(), "second");
    }

    #[test]
    fn without_a_server_or_a_token_the_usage_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(folder.path(), None).unwrap_err().status(), 2);
        assert_eq!(find(folder.path(), Some("yagura.example")).unwrap_err().status(), 2);
        assert_eq!(find(folder.path(), Some("https://yagura.example")).unwrap().token().unwrap_err().status(), 2);
    }
}
