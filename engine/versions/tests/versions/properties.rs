use proptest::prelude::*;
use yagura_versions::Scheme;

use crate::pairs::texts;

proptest! {
    #[test]
    fn the_order_is_one(
        (scheme, a, b, c) in prop::sample::select(Scheme::ALL.to_vec())
            .prop_flat_map(|scheme| (Just(scheme), texts(scheme), texts(scheme), texts(scheme)))
    ) {
        let (Ok(a), Ok(b), Ok(c)) = (scheme.read(&a), scheme.read(&b), scheme.read(&c)) else { return Ok(()) };
        prop_assert_eq!(&a, &a);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        if a == b {
            prop_assert_eq!(a.cmp(&c), b.cmp(&c));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), ascii in "[ -~]{0,40}") {
        for scheme in Scheme::ALL {
            for text in [&text, &ascii] {
                if let Ok(version) = scheme.read(text) {
                    prop_assert_eq!(scheme.compare(text, text), Ok(std::cmp::Ordering::Equal));
                    prop_assert_eq!(version.scheme(), scheme);
                }
            }
        }
    }
}
