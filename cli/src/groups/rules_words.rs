//! Why a rule does not answer, in words. Pure.

use yagura_rules::{Hours, Rule, When, Where, book::Place, matcher::Unmet};
use yagura_vocabulary::{Event, RuleLevel};

use crate::language::Language;

/// The first condition that is not met.
pub(crate) fn unmet(unmet: Unmet, rule: &Rule, event: &Event, language: Language) -> String {
    let When { kinds, texts, program, accounts, from, to, bytes_at_least, hours, .. } = &rule.when;
    let say = |japanese: String, english: String| language.pick(japanese, english);
    let unknown = language.pick("不明", "not known");
    match unmet {
        Unmet::Kind => {
            let (kinds, kind) = (list(kinds), &event.kind);
            say(
                format!("操作が {kind} で、この規則は {kinds} についてのもの"),
                format!("it is about {kinds}, and this is {kind}"),
            )
        }
        Unmet::Texts(number) => {
            let Some(texts) = texts.get(number) else { return unknown.to_owned() };
            let place = place(texts.place, language);
            let (any, none) = (list(&texts.any_of), list(&texts.none_of));
            match (any.is_empty(), none.is_empty()) {
                (false, true) => say(format!("{place}に {any} のどれもない"), format!("{place} has none of {any}")),
                (true, _) => say(
                    format!("{place}に {none} のどれかがあるか、{place}がない"),
                    format!("{place} has one of {none}, or is not there"),
                ),
                (false, false) => say(
                    format!("{place}に {any} のどれもないか、{none} のどれかがある"),
                    format!("{place} has none of {any}, or one of {none}"),
                ),
            }
        }
        Unmet::Program => {
            let program = program.clone().unwrap_or_default();
            let all = [program.names, program.paths, program.sha256, program.signers].concat();
            let (all, image) = (list(&all), event.image.as_deref().unwrap_or(unknown));
            say(format!("プログラムが {image} で、{all} ではない"), format!("the program is {image}, and not {all}"))
        }
        Unmet::Account => {
            let name = event.account.as_ref().map_or(unknown, |account| account.name.as_str());
            let all = list(accounts);
            say(format!("アカウントが {name} で、{all} ではない"), format!("the account is {name}, and not {all}"))
        }
        Unmet::From => {
            let places = places(from, language);
            say(format!("元の場所が{places}ではない"), format!("it did not begin on {places}"))
        }
        Unmet::To => {
            let places = places(to, language);
            say(format!("先の場所が{places}ではない"), format!("it did not end up on {places}"))
        }
        Unmet::Bytes => {
            let least = bytes_at_least.unwrap_or_default();
            let moved = event.bytes.map_or(unknown.to_owned(), |bytes| bytes.to_string());
            say(
                format!("大きさが {moved} バイトで、{least} バイトに届かない"),
                format!("its size is {moved} bytes, and {least} are asked for"),
            )
        }
        Unmet::Hours => {
            let when = match hours {
                Some(Hours::OutsideBusiness) => language.pick("業務時間外", "outside of business hours"),
                Some(Hours::Business) => language.pick("業務時間内", "within business hours"),
                Some(Hours::Within(_)) | None => language.pick("決められた時間帯", "within the hours of the rule"),
            };
            let at = event.occurred_at;
            say(format!("{at} は{when}ではない"), format!("{at} is not {when}"))
        }
        Unmet::FirstSeen => language
            .pick("初めて見たプログラムかどうかは、ここではわからない", "whether the program is new is not known here")
            .to_owned(),
        Unmet::Exception(number) => {
            let reason = rule.except.get(number).map_or(unknown, |exception| exception.reason.as_str());
            say(format!("例外「{reason}」が通す"), format!("the exception “{reason}” lets it through"))
        }
    }
}

/// What a rule that answers still waits for; nothing where it does not wait.
pub(crate) fn amount(rule: &Rule, language: Language) -> String {
    let Some(amount) = &rule.at_least else { return String::new() };
    let parts = [
        amount.count.map(|count| language.pick(format!("{count} 回"), format!("{count} of them"))),
        amount.bytes.map(|bytes| language.pick(format!("{bytes} バイト"), format!("{bytes} bytes"))),
    ];
    let all: Vec<_> = parts.into_iter().flatten().collect();
    let (all, within) = (all.join(language.pick("か ", " or ")), amount.within_s);
    language.pick(format!("{within} 秒のうちに {all}になってから"), format!("from {all} within {within} s on"))
}

/// What would come of the event, were it the only one.
pub(crate) fn verdict(strongest: Option<&Rule>, language: Language) -> String {
    let Some(Rule { level, id, .. }) = strongest else {
        return language
            .pick("この一件だけで働く規則はありません。", "No rule answers to this event alone.")
            .to_owned();
    };
    let level = match level {
        RuleLevel::Log => language.pick("記録", "log"),
        RuleLevel::Alarm => language.pick("警告", "alarm"),
        RuleLevel::Prohibit => language.pick("禁止", "prohibit"),
    };
    language.pick(format!("{id} が働きます（{level}）。"), format!("{id} answers: {level}."))
}

fn list(all: &[String]) -> String {
    all.join(", ")
}

fn places(all: &[Place], language: Language) -> String {
    let word = |place: &Place| match place {
        Place::Fixed => language.pick("内蔵ディスク", "a built-in disk"),
        Place::Removable => language.pick("外部記憶装置", "a portable device"),
        Place::Network => language.pick("共有フォルダー", "a network share"),
        Place::Memory => language.pick("メモリー", "memory"),
        Place::Optical => language.pick("光学ディスク", "an optical disc"),
    };
    all.iter().map(word).collect::<Vec<_>>().join(language.pick("か", " or "))
}

const fn place(place: Where, language: Language) -> &'static str {
    let words = match place {
        Where::Name => ("名前", "the name"),
        Where::Path => ("パス", "the path"),
        Where::Title => ("タイトル", "the title"),
        Where::Url => ("アドレス", "the address"),
        Where::Command => ("コマンド", "the command line"),
        Where::Host => ("接続先", "the other machine's name"),
        Where::Device => ("機器", "the device"),
        Where::Any => ("どの文字列", "any text"),
    };
    match language {
        Language::Japanese => words.0,
        Language::English => words.1,
    }
}
