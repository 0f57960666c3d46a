//! The organisation's own dictionary: what products are to it, as a list that it keeps in a spreadsheet.
//!
//! A line names a product, or several by a pattern ([`pattern`](crate::pattern)), perhaps its vendor, and says its class. The first of
//! these that fits counts: a line with the product's exact name before one with a pattern, one with a vendor before one without.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    Class,
    pattern::{Pattern, folded, squeezed},
};

/// Longest text of a cell, in characters.
const LONGEST: usize = 500;
/// What stands above the columns, as it is written, and what else is understood there.
const TITLES: [(&str, &[&str]); 5] = [
    ("製品", &["製品", "製品名", "ソフトウェア", "ソフトウェア名", "名称", "名前", "product", "name", "software"]),
    ("メーカー", &["メーカー", "発行元", "ベンダー", "会社", "開発元", "vendor", "publisher", "maker"]),
    ("分類", &["分類", "区分", "種別", "class", "classification", "license", "licence"]),
    ("備考", &["備考", "メモ", "note", "notes", "comment"]),
    ("プログラム", &["プログラム", "実行ファイル", "program", "programs", "executable", "executables"]),
];

/// A line of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = DictionaryEntry))]
pub struct Entry {
    /// The product's name, or a pattern for several.
    pub product: String,
    /// Its vendor, or a pattern; empty for any.
    pub vendor: String,
    /// `paid`, `free`, `not_permitted`, `system`, `unclassified`.
    #[cfg_attr(feature = "server", schema(value_type = String))]
    pub class: Class,
    /// What people should know.
    pub note: String,
    /// Its programs, as patterns for paths with `/` between folders, parted by `|`.
    pub programs: String,
}

/// Why a line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which column, from 0 in the order of the titles that are written; none for the whole line.
    pub column: Option<usize>,
    /// `required`, `too_long`, `unknown_class`, `duplicate`, `too_broad`.
    pub code: &'static str,
    /// What stands there.
    pub value: String,
}

impl Entry {
    /// By what a line that is imported again is known.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}\t{}", folded(&self.product), folded(&self.vendor))
    }

    /// Its cells, in the order of the titles.
    #[must_use]
    pub fn cells(&self) -> [String; 5] {
        let class = match self.class {
            Class::Paid => "有償",
            Class::Free => "無償",
            Class::NotPermitted => "禁止",
            Class::System => "システム",
            Class::Unclassified => "未分類",
        };
        [self.product.clone(), self.vendor.clone(), class.to_owned(), self.note.clone(), self.programs.clone()]
    }
}

/// What stands above the columns of the list that is written.
#[must_use]
pub fn titles() -> [String; 5] {
    TITLES.map(|(title, _)| title.to_owned())
}

/// Which column of a file is which of ours, by its title; `None` for those that it lacks.
#[must_use]
pub fn columns(found: &[String]) -> [Option<usize>; 5] {
    TITLES.map(|(_, known)| {
        found.iter().position(|title| {
            let plain: String = folded(title).chars().filter(|letter| !letter.is_whitespace()).collect();
            known.contains(&plain.as_str())
        })
    })
}

/// Makes an entry of a line.
///
/// # Errors
/// Says why it cannot be used.
pub fn entry(columns: &[Option<usize>; 5], cells: &[String]) -> Result<Entry, Fault> {
    let cell = |at: usize| {
        let text = columns[at].and_then(|column| cells.get(column)).map(|cell| squeezed(cell)).unwrap_or_default();
        // So that no spreadsheet takes a name for a formula, the list that is written has an apostrophe before it.
        let quoted = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
        match quoted {
            Some(name) => name.to_owned(),
            None => text,
        }
    };
    let fault = |column: usize, code: &'static str, value: String| Fault { column: Some(column), code, value };
    for at in 0..TITLES.len() {
        if cell(at).chars().count() > LONGEST {
            return Err(fault(at, "too_long", cell(at)));
        }
    }
    let product = cell(0);
    if product.is_empty() {
        return Err(fault(0, "required", product));
    }
    if folded(&product).chars().all(|letter| "*# |".contains(letter)) {
        return Err(fault(0, "too_broad", product));
    }
    let class = Class::read(&cell(2)).ok_or_else(|| fault(2, "unknown_class", cell(2)))?;
    Ok(Entry { product, vendor: cell(1), class, note: cell(3), programs: cell(4) })
}

/// The dictionary, made ready to be asked.
#[derive(Debug, Default)]
pub struct Dictionary {
    entries: Vec<Entry>,
    exact: HashMap<String, Vec<usize>>,
    /// Those with patterns, with a vendor before those without.
    patterns: Vec<(Pattern, usize)>,
}

impl Dictionary {
    /// Makes entries ready.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut dictionary = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            if entry.product.contains(['*', '#', '|', '{']) {
                dictionary.patterns.push((Pattern::new(&entry.product), at));
            } else {
                dictionary.exact.entry(folded(&entry.product)).or_default().push(at);
            }
        }
        let without_vendor = |at: &usize| entries[*at].vendor.is_empty();
        dictionary.patterns.sort_by_key(|(_, at)| (without_vendor(at), *at));
        for list in dictionary.exact.values_mut() {
            list.sort_by_key(|at| (without_vendor(at), *at));
        }
        dictionary.entries = entries;
        dictionary
    }

    /// What it says of a product.
    #[must_use]
    pub fn find(&self, vendor: &str, product: &str) -> Option<&Entry> {
        let by = |at: usize| {
            let wanted = &self.entries[at].vendor;
            (wanted.is_empty() || Pattern::new(wanted).fits(vendor)).then(|| &self.entries[at])
        };
        let exact = self.exact.get(&folded(product)).and_then(|list| list.iter().find_map(|at| by(*at)));
        exact.or_else(|| self.patterns.iter().filter(|(pattern, _)| pattern.fits(product)).find_map(|(_, at)| by(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(product: &str, vendor: &str, class: Class) -> Entry {
        Entry {
            product: product.to_owned(),
            vendor: vendor.to_owned(),
            class,
            note: String::new(),
            programs: String::new(),
        }
    }

    #[test]
    fn the_exact_name_counts_before_a_pattern_and_a_vendor_before_none() {
        let dictionary = Dictionary::new(vec![
            line("*zip*", "", Class::NotPermitted),
            line("7-Zip", "", Class::Free),
            line("7-Zip", "Somebody*", Class::NotPermitted),
        ]);
        let class = |vendor, product| dictionary.find(vendor, product).map(|entry| entry.class);
        assert_eq!(class("Igor Pavlov", "7-ZIP"), Some(Class::Free));
        assert_eq!(class("Somebody else", "7-Zip"), Some(Class::NotPermitted));
        assert_eq!(class("Corel", "WinZip"), Some(Class::NotPermitted));
        assert_eq!(class("Corel", "Draw"), None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let columns = columns(&titles());
        for class in Class::ALL {
            let one = Entry {
                note: "第1営業部のみ".to_owned(),
                programs: "*/a.exe".to_owned(),
                ..line("弥生会計", "弥生", *class)
            };
            assert_eq!(entry(&columns, &one.cells()), Ok(one));
        }
    }

    #[test]
    fn a_name_that_looks_like_a_formula_is_read_as_it_was() {
        let cells = ["'@angular/cli", "", "無償", "", ""].map(str::to_owned);
        assert_eq!(entry(&columns(&titles()), &cells).unwrap().product, "@angular/cli");
    }

    #[test]
    fn titles_are_known_in_both_languages_and_any_order() {
        let titles = ["Note", "Class", "製品 名", "色"].map(str::to_owned);
        assert_eq!(columns(&titles), [Some(2), None, Some(1), Some(0), None]);
    }

    #[test]
    fn a_line_that_cannot_be_used_says_why() {
        let columns = columns(&titles());
        let code = |cells: [&str; 5]| entry(&columns, &cells.map(str::to_owned)).unwrap_err().code;
        assert_eq!(code(["", "a", "無償", "", ""]), "required");
        assert_eq!(code(["x", "a", "たぶん", "", ""]), "unknown_class");
        assert_eq!(code(["*", "a", "禁止", "", ""]), "too_broad");
        assert_eq!(code([&"長".repeat(600), "a", "禁止", "", ""]), "too_long");
    }
}
