//! The words that announce a secret, and the programs that take one by a short option.

/// Endings of names whose value is secret, in lower case and without `-`, `_` and `.`.
const SECRET_ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "accountkey",
    "sharedkey",
    "encryptionkey",
    "credential",
    "credentials",
    "passin",
    "passout",
    "sharedaccesssignature",
];
/// Names that are secret only when they stand alone or after a separator: `DB_PASS`, but not `compass`.
const SECRET_WORDS: &[&str] = &["pass", "pw", "psk", "auth", "sig"];

/// Whether a value with this name is a secret: `--db-password`, `PGPASSWORD`, `api_key`.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.trim_start_matches(['-', '/']);
    // The shell's name for the working directory.
    if name.is_empty() || matches!(name, "PWD" | "OLDPWD") {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['-', '_', '.']).next().unwrap_or_default();
    let joined: String = lower.chars().filter(|letter| !matches!(letter, '-' | '_' | '.')).collect();
    SECRET_WORDS.contains(&last) || SECRET_ENDINGS.iter().any(|ending| joined.ends_with(ending))
}

/// How an option carries its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `-pSECRET`; `-p` alone asks the person.
    Attached,
    /// `-w SECRET`.
    Next,
    /// Both of them.
    Either,
    /// `-u name:SECRET`, with this separator.
    Pair(char),
}

const OPTIONS: &[(&[&str], &str, Form)] = &[
    (
        &["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "mariadb-admin"],
        "-p",
        Form::Attached,
    ),
    (&["7z", "7za", "7zr", "rar", "unrar"], "-p", Form::Attached),
    (&["rar", "unrar"], "-hp", Form::Attached),
    (&["xfreerdp", "wlfreerdp"], "/p:", Form::Attached),
    (&["sshpass", "plink", "pscp"], "-p", Form::Either),
    (&["plink", "pscp", "psftp"], "-pw", Form::Next),
    (
        &["mongo", "mongosh", "mongodump", "docker", "podman", "useradd", "usermod", "sqlplus", "rdesktop"],
        "-p",
        Form::Either,
    ),
    (&["zip", "unzip", "sqlcmd", "bcp"], "-P", Form::Either),
    (&["redis-cli"], "-a", Form::Either),
    (&["ldapsearch", "ldapmodify", "ldapadd", "ldappasswd", "ldapwhoami"], "-w", Form::Either),
    (&["ldappasswd"], "-s", Form::Either),
    (&["snmpwalk", "snmpget", "snmpset"], "-A", Form::Either),
    (&["snmpwalk", "snmpget", "snmpset"], "-X", Form::Either),
    (&["curl"], "-u", Form::Pair(':')),
    (&["curl"], "-U", Form::Pair(':')),
    (&["smbclient", "rpcclient", "net"], "-U", Form::Pair('%')),
];

/// Whether short options of this program may carry secrets.
pub(super) fn is_tool(name: &str) -> bool {
    OPTIONS.iter().any(|(tools, ..)| tools.contains(&name))
}

/// The secret option of `tool` that `word` begins with, the longest if several fit.
pub(super) fn short_option(tool: &str, word: &str) -> Option<(&'static str, Form)> {
    OPTIONS
        .iter()
        .filter(|(tools, option, _)| tools.contains(&tool) && word.starts_with(option))
        .max_by_key(|(_, option, _)| option.len())
        .map(|&(_, option, form)| (option, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in ["password", "--db-password", "PGPASSWORD", "api_key", "X-Api-Key", "DB_PASS", "client.secret"] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_resemble_them_are_not() {
        for name in ["PWD", "OLDPWD", "compass", "--password-file", "tokenizer", "passwords.txt", "bypass", "author"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
