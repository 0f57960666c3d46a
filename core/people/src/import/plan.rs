//! What an import changes. Pure.

use std::collections::HashMap;

use sqlx::FromRow;

use super::read::Entry;

/// A person as they are known, or as they will be.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Known {
    pub employee_number: String,
    pub name: String,
    pub kana: String,
    pub email: Option<String>,
    pub department: Option<String>,
}

/// What is to be written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub create: Vec<Known>,
    pub update: Vec<Known>,
    pub unchanged: u64,
}

/// Compares the file with what is known, by employee number. People whom the file does not name stay as they are.
pub(crate) fn plan(known: &HashMap<String, Known>, entries: Vec<Entry>) -> Plan {
    let mut plan = Plan::default();
    for entry in entries {
        let before = known.get(&entry.employee_number);
        let keep = |cell: Option<String>, old: fn(&Known) -> Option<&String>| match cell {
            Some(text) => Some(text).filter(|text| !text.is_empty()),
            None => before.and_then(old).cloned(),
        };
        let after = Known {
            kana: keep(entry.kana, |known| Some(&known.kana)).unwrap_or_default(),
            email: keep(entry.email, |known| known.email.as_ref()),
            department: keep(entry.department, |known| known.department.as_ref()),
            employee_number: entry.employee_number,
            name: entry.name,
        };
        match before {
            None => plan.create.push(after),
            Some(before) if *before == after => plan.unchanged += 1,
            Some(_) => plan.update.push(after),
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            employee_number: "1001".into(),
            name: "田中".into(),
            kana: "タナカ".into(),
            email: Some("t@example.jp".into()),
            department: Some("経理部".into()),
        }
    }

    fn check(entry: Entry) -> Plan {
        plan(&HashMap::from([("1001".to_owned(), known())]), vec![entry])
    }

    fn entry() -> Entry {
        Entry { employee_number: "1001".into(), name: "田中".into(), kana: None, email: None, department: None }
    }

    #[test]
    fn a_column_that_the_file_lacks_leaves_what_is_known() {
        assert_eq!(check(entry()), Plan { unchanged: 1, ..Plan::default() });
    }

    #[test]
    fn an_empty_cell_clears_what_is_known() {
        let plan = check(Entry { email: Some(String::new()), ..entry() });
        assert_eq!(plan.update, [Known { email: None, ..known() }]);
    }

    #[test]
    fn a_new_number_is_a_new_person() {
        let plan = check(Entry { employee_number: "1002".into(), ..entry() });
        assert_eq!(plan.create.len(), 1);
        assert_eq!(plan.create[0].email, None);
    }
}
