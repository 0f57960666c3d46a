//! Text as it is compared: NFKC (UAX #15), then lower case, then NFKC again.
use unicode_normalization::UnicodeNormalization;

/// The form in which texts are compared.
#[must_use]
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}
