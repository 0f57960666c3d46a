//! A product's name as the CPE dictionary may have it. A guess, and always marked as one. Pure.

use std::sync::LazyLock;

use crate::judge::Installed;

/// Products whose names in the dictionary are not the ones that people know them by.
const TEXT: &str = include_str!("../data/cpe.txt");

static KNOWN: LazyLock<Vec<[&str; 4]>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split('|').map(str::trim).collect::<Vec<_>>().try_into().ok()).collect()
});

/// `vendor:product`, as far as both are known: a product's name alone is shared by too many.
pub(crate) fn names(installed: &Installed) -> Vec<String> {
    let Some((vendor, product)) = installed.product.as_ref().filter(|(vendor, _)| !vendor.is_empty()) else {
        return Vec::new();
    };
    let (vendor, product) = (folded(vendor), folded(product));
    let known = KNOWN.iter().filter(|[its_vendor, its_product, ..]| *its_vendor == vendor && *its_product == product);
    let known: Vec<String> = known.map(|[_, _, vendor, product]| format!("{vendor}:{product}")).collect();
    let mut names = if known.is_empty() { vec![format!("{vendor}:{product}")] } else { known };
    if installed.system == "registry" {
        // Names for one platform alone stand under their own key.
        let on_windows: Vec<String> = names.iter().map(|name| format!("{name}:windows")).collect();
        names.extend(on_windows);
    }
    names
}

/// Small letters, with lines for spaces, as the dictionary writes them.
fn folded(text: &str) -> String {
    text.trim().to_lowercase().split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(vendor: &str, product: &str, wanted: &[&str]) {
        let product = Some((vendor.to_owned(), product.to_owned()));
        assert_eq!(names(&Installed { product, ..Installed::default() }), wanted);
    }

    #[test]
    fn a_product_is_named_by_its_vendor_and_its_name() {
        check("Google", "Chrome", &["google:chrome"]);
        check("Mozilla", "Firefox", &["mozilla:firefox"]);
        check("VideoLAN", "VLC media player", &["videolan:vlc_media_player"]);
    }

    #[test]
    fn where_the_dictionary_has_another_name_that_is_taken() {
        check("Igor Pavlov", "7-Zip", &["7-zip:7-zip"]);
        check("Adobe", "Acrobat Reader", &["adobe:acrobat_reader_dc", "adobe:acrobat_reader"]);
    }

    #[test]
    fn on_windows_the_names_for_windows_alone_are_meant_too() {
        let product = Some(("Zoom".to_owned(), "Zoom".to_owned()));
        let found = names(&Installed { product, system: "registry".to_owned(), ..Installed::default() });
        assert_eq!(found, ["zoom:zoom", "zoom:zoom:windows"]);
    }

    #[test]
    fn without_a_vendor_nothing_is_guessed() {
        check("", "Reader", &[]);
        assert_eq!(names(&Installed::default()), Vec::<String>::new());
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = TEXT.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        assert_eq!(KNOWN.len(), lines.count());
        for [vendor, product, ..] in KNOWN.iter() {
            assert_eq!((folded(vendor), folded(product)), ((*vendor).to_owned(), (*product).to_owned()));
        }
    }
}
