//! The JSON of the API: kinds are numbers, in the order of CVRF's lists of words.

use std::io::BufRead;

use serde::Deserialize;

use super::{Fix, Products, Updates, Weak, each_once, records};
use crate::{
    ReadError,
    source::{Feed, Json, Wrong, need, typed},
};

const KNOWN_AFFECTED: u8 = 3;
const KNOWN_NOT_AFFECTED: u8 = 4;
const EXPLOIT_STATUS: u8 = 1;
const SEVERITY: u8 = 3;
const VENDOR_FIX: u8 = 2;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Tree {
    branch: Vec<Branch>,
    full_product_name: Vec<Product>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Branch {
    items: Vec<Branch>,
    #[serde(rename = "ProductID")]
    product_id: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Product {
    #[serde(rename = "ProductID")]
    product_id: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Text {
    value: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Vulnerability {
    #[serde(rename = "CVE")]
    cve: Option<String>,
    #[serde(rename = "CWE")]
    cwe: Option<Vec<Weakness>>,
    title: Option<Text>,
    notes: Vec<Note>,
    product_statuses: Vec<Kind>,
    threats: Vec<Kind>,
    #[serde(rename = "CVSSScoreSets")]
    scores: Vec<Score>,
    remediations: Vec<Remediation>,
    revision_history: Vec<Revision>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Weakness {
    #[serde(rename = "ID")]
    id: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Note {
    title: String,
    value: String,
}

/// A state of products, or what threatens them.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Kind {
    #[serde(rename = "ProductID")]
    product_id: Option<Vec<String>>,
    description: Option<Text>,
    r#type: Option<u8>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Score {
    base_score: Option<f64>,
    vector: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Remediation {
    description: Option<Text>,
    #[serde(rename = "URL")]
    url: Option<String>,
    supercedence: Option<String>,
    #[serde(rename = "ProductID")]
    product_id: Option<Vec<String>>,
    r#type: Option<u8>,
    sub_type: Option<String>,
    fixed_build: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Revision {
    date: String,
}

pub(super) fn read(input: impl BufRead, feed: &mut Feed<'_>, updates: &mut Updates) -> Result<u64, ReadError> {
    let mut json = Json::new(input, feed);
    let mut products = Products::new();
    let mut has_weaknesses = false;
    json.object(|json, name| match name {
        "ProductTree" => {
            let at = json.at();
            match typed::<Tree>(json.value()?) {
                Ok(tree) => gather(tree, &mut products),
                Err(wrong) => feed.skip(at, wrong)?,
            }
            Ok(())
        }
        "Vulnerability" if products.is_empty() => {
            Err(json.unexpected("`ProductTree` with products before `Vulnerability`"))
        }
        "Vulnerability" => {
            has_weaknesses = true;
            json.array(|json| {
                let at = json.at();
                let read = typed(json.value()?).and_then(weak).and_then(|weak| records(&weak, &products, updates));
                feed.entry(at, read)
            })
        }
        _ => json.skip(),
    })?;
    json.end()?;
    if has_weaknesses { Ok(json.at()) } else { Err(feed.changed("Vulnerability")) }
}

/// Branches have the products once more, and serde has bounded their depth.
fn gather(tree: Tree, products: &mut Products) {
    let mut open = tree.branch;
    while let Some(branch) = open.pop() {
        if let Some((number, name)) = branch.product_id.zip(branch.value).filter(|(_, name)| !name.trim().is_empty()) {
            products.insert(number, name.trim().to_owned());
        }
        open.extend(branch.items);
    }
    let named = tree.full_product_name.into_iter().filter(|it| !it.value.trim().is_empty());
    products.extend(named.map(|it| (it.product_id, it.value.trim().to_owned())));
}

fn weak(it: Vulnerability) -> Result<Weak, Wrong> {
    let text = |text: Option<Text>| text.unwrap_or_default().value;
    let of = |kinds: &[Kind], kind: u8, default: Option<u8>| {
        let numbers = kinds.iter().filter(|it| it.r#type.or(default) == Some(kind));
        each_once(numbers.flat_map(|it| it.product_id.clone().unwrap_or_default()))
    };
    let threats = |kind: u8| {
        let threats = it.threats.iter().filter(move |it| it.r#type == Some(kind));
        threats.filter_map(|it| it.description.as_ref()).map(|it| it.value.clone()).collect::<Vec<_>>()
    };
    let fix = |it: Remediation| Fix {
        description: text(it.description),
        url: it.url.unwrap_or_default(),
        supercedence: it.supercedence.unwrap_or_default(),
        build: it.fixed_build.unwrap_or_default(),
        kind: it.sub_type.unwrap_or_default(),
        products: it.product_id.unwrap_or_default(),
    };
    Ok(Weak {
        severities: threats(SEVERITY),
        exploit_status: threats(EXPLOIT_STATUS).join(";"),
        affected: of(&it.product_statuses, KNOWN_AFFECTED, Some(KNOWN_AFFECTED)),
        not_affected: of(&it.product_statuses, KNOWN_NOT_AFFECTED, None),
        id: need("Vulnerability[].CVE", it.cve)?,
        title: text(it.title),
        description: it.notes.into_iter().find(|it| it.title == "Description").unwrap_or_default().value,
        cwe: each_once(it.cwe.unwrap_or_default().into_iter().map(|it| it.id).filter(|it| it.starts_with("CWE-"))),
        scores: it.scores.into_iter().filter_map(|it| Some((it.vector?, it.base_score))).collect(),
        fixes: it.remediations.into_iter().filter(|it| it.r#type == Some(VENDOR_FIX)).map(fix).collect(),
        dates: it.revision_history.into_iter().map(|it| it.date).collect(),
    })
}
