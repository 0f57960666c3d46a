//! The fields: what each is called, what it may be compared with, and where in the event it stands.

use crate::{Column, text::fold};

/// What values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Words: `:` means that they are contained. A wildcard pattern is about the whole.
    Text,
    /// Words in which `?` is an ordinary character: addresses, commands, titles.
    Free,
    /// A path: a pattern without a separator is about the last part of it.
    Path,
    /// A code: `:` means that it is the whole.
    Code,
    /// A kind of event, or a family of them.
    Kind,
    /// A level.
    Level,
    /// A number; `missing` is what an event without it counts as.
    Number {
        /// What an event without one counts as.
        missing: Option<u64>,
    },
    /// A time or a period.
    Time,
    /// Not before it.
    Since,
    /// Not after it.
    Until,
    /// The hour of the day.
    Hour,
    /// The day of the week.
    Weekday,
    /// An endpoint by its name or id.
    Endpoint,
    /// Endpoints by their group.
    Group,
    /// A person by name.
    Person,
    /// The id of a process.
    Process,
    /// An address or a network.
    Address,
}

pub(crate) struct Definition {
    pub(crate) name: &'static str,
    /// Japanese first; all in the form in which texts are compared.
    pub(crate) others: &'static [&'static str],
    pub(crate) shape: Shape,
    /// Any of these holds the value.
    pub(crate) columns: &'static [Column],
    /// Only in events of these families, where not empty.
    pub(crate) families: &'static [&'static str],
    /// The member of the body that may hold it too.
    pub(crate) body: Option<&'static str>,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal [$($other:literal),+] $shape:expr, [$($column:ident),*]
        $(in [$($family:literal),+])? $(or $body:literal)?;)+) => {
        /// What a condition can be about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field { $($(#[$doc])* $variant),+ }

        impl Field {
            /// Every field, the ones people need most often first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const fn definition(self) -> &'static Definition {
                match self {
                    $(Self::$variant => &const { Definition {
                        name: $name,
                        others: &[$($other),+],
                        shape: $shape,
                        columns: &[$(Column::$column),*],
                        families: &[$($($family),+)?],
                        body: fields!(@body $($body)?),
                    } }),+
                }
            }
        }
    };
    (@body $body:literal) => { Some($body) };
    (@body) => { None };
}

fields! {
    /// The account's name.
    User = "user" ["ユーザー", "アカウント", "ユーザ", "account", "username"] Shape::Text, [AccountName];
    /// The person.
    Person = "person" ["利用者", "人", "氏名", "社員"] Shape::Person, [Person];
    /// The endpoint.
    Endpoint = "endpoint" ["端末", "ホスト", "pc", "host", "hostname"] Shape::Endpoint, [Endpoint];
    /// The endpoint's group.
    Group = "group" ["グループ", "部署"] Shape::Group, [Endpoint];
    /// The kind of event.
    Kind = "kind" ["種類", "操作", "event"] Shape::Kind, [Kind];
    /// What came of the rules.
    Level = "level" ["レベル", "重さ"] Shape::Level, [Level];
    /// Files and folders.
    File = "file" ["ファイル", "フォルダー", "フォルダ", "path", "folder"] Shape::Path, [Subject, Target]
        in ["file", "folder", "share", "drive", "medium", "disc", "print", "mail", "cloud", "web.download", "web.upload"];
    /// The title of a window.
    Title = "title" ["題名", "タイトル", "ウィンドウ", "window"] Shape::Free, [Subject] in ["window", "app", "print"] or "title";
    /// An address in the web.
    Url = "url" ["アドレス", "サイト", "site"] Shape::Free, [Subject, Target] in ["web", "cloud"] or "url";
    /// The program.
    Exe = "exe" ["プログラム", "実行ファイル", "アプリ", "image", "program", "app"] Shape::Path, [Image];
    /// The program that started it.
    Parent = "parent" ["親", "親プログラム"] Shape::Path, [ParentImage];
    /// The command line.
    Command = "command" ["コマンド", "cmd", "command_line"] Shape::Free, [CommandLine];
    /// The main text, whatever it is.
    Subject = "subject" ["対象"] Shape::Free, [Subject];
    /// The second text, or where it went.
    Target = "target" ["移動先", "先", "to"] Shape::Path, [Target];
    /// From then on.
    Since = "since" ["から", "以降", "from"] Shape::Since, [OccurredAt];
    /// Until then.
    Until = "until" ["まで", "以前"] Shape::Until, [OccurredAt];
    /// When it happened.
    Time = "time" ["日時", "発生", "occurred", "date"] Shape::Time, [OccurredAt];
    /// When the server got it.
    Received = "received" ["受信"] Shape::Time, [ReceivedAt];
    /// The hour of the day at which it happened.
    Hour = "hour" ["時刻", "時間帯", "時"] Shape::Hour, [OccurredAt];
    /// The day of the week on which it happened.
    Weekday = "weekday" ["曜日"] Shape::Weekday, [OccurredAt];
    /// The size of what was moved.
    Bytes = "bytes" ["サイズ", "大きさ", "バイト", "size"] Shape::Number { missing: None }, [Bytes];
    /// How many equal happenings the row stands for.
    Count = "count" ["回数", "件数"] Shape::Number { missing: Some(1) }, [Count];
    /// Printed pages.
    Pages = "pages" ["ページ", "枚数"] Shape::Number { missing: None }, [] or "pages";
    /// The SHA-256 of the file.
    Hash = "hash" ["ハッシュ", "sha256", "hash_sha256"] Shape::Code, [HashSha256];
    /// Who signed the file.
    Signer = "signer" ["署名者", "署名"] Shape::Text, [Signer];
    /// The other side's address.
    Ip = "ip" ["ipアドレス", "remote_ip"] Shape::Address, [RemoteIp];
    /// The other side's port.
    Port = "port" ["ポート", "remote_port"] Shape::Number { missing: None }, [RemotePort];
    /// The other side's name.
    Remote = "remote" ["接続先", "通信先", "remote_host"] Shape::Text, [RemoteHost];
    /// The serial number of the device.
    Serial = "serial" ["シリアル", "シリアル番号", "device_serial"] Shape::Code, [DeviceSerial];
    /// The device.
    Device = "device" ["機器", "デバイス", "媒体"] Shape::Text, [Subject] in ["device", "medium", "drive"] or "device";
    /// The rule that answered.
    Rule = "rule" ["ルール", "決まり", "規則"] Shape::Text, [Rule];
    /// The class of that rule.
    Class = "class" ["区分", "分類"] Shape::Code, [Class];
    /// The feature that recorded it.
    Feature = "feature" ["機能"] Shape::Code, [Feature];
    /// A process and what it started.
    Process = "process" ["プロセス", "process_guid"] Shape::Process, [ProcessGuid, ParentGuid];
    /// The process id.
    Pid = "pid" ["プロセスid"] Shape::Number { missing: None }, [Pid];
    /// The uid or SID of the account.
    UserId = "user_id" ["ユーザーid", "uid", "sid"] Shape::Code, [AccountId];
    /// The logon session.
    Session = "session" ["セッション", "logon_session"] Shape::Code, [LogonSession];
}

impl Field {
    /// Its name in canonical text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.definition().name
    }

    /// Its first Japanese name.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        self.definition().others[0]
    }

    /// What its values are.
    #[must_use]
    pub const fn shape(self) -> Shape {
        self.definition().shape
    }

    /// Every name it goes by.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let definition = self.definition();
        std::iter::once(definition.name).chain(definition.others.iter().copied())
    }

    /// The field with this name, in whatever width and case it is written.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let wanted = fold(name);
        Self::ALL.iter().copied().find(|field| field.names().any(|name| name == wanted))
    }

    /// The name that was probably meant by one that is not known.
    pub(crate) fn meant(name: &str) -> Option<&'static str> {
        crate::near::nearest(&fold(name), Self::ALL.iter().flat_map(|field| field.names()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_fields_share_a_name_and_each_name_is_in_the_form_that_is_compared() {
        let mut seen = HashSet::new();
        for field in Field::ALL {
            for name in field.names() {
                assert!(seen.insert(name), "{name} stands for two fields");
                assert_eq!(fold(name), name, "{name} would never be found");
                assert_eq!(Field::parse(name), Some(*field));
            }
        }
    }

    #[test]
    fn width_and_case_of_a_name_play_no_part() {
        for name in ["ｕｓｅｒ", "USER", "ﾕｰｻﾞｰ", "ユーザー"] {
            assert_eq!(Field::parse(name), Some(Field::User), "{name}");
        }
    }
}
