//! Whether a person did more of something on a day than they usually do. Pure.
//!
//! The modified z-score of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (ASQC Basic References in Quality Control 16,
//! 1993): `0.6745 (x - median) / MAD`, an outlier above 3.5. Median and MAD (the median of the distances from the median) do not move
//! when one of the days was unusual itself. Where more than half of the days are alike the MAD is nothing, and the mean distance takes
//! its place: `(x - median) / (1.253314 mean distance)`.

/// Fewer days of past say nothing about what is usual.
pub(crate) const FEWEST_DAYS: u32 = 10;
/// So many days are looked back.
pub(crate) const DAYS_BACK: i64 = 28;
/// Above this a value is an outlier.
const OUTLIER: f64 = 3.5;
/// The MAD of normally distributed values, in standard deviations.
const MAD_OF_NORMAL: f64 = 0.6745;
/// A standard deviation of normally distributed values, in mean distances.
const MEAN_TO_DEVIATION: f64 = 1.253_314;

/// What a person did on the days before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past<'p> {
    /// How many days their past goes back, at most [`DAYS_BACK`].
    pub(crate) days: u32,
    /// The amounts of those among them that are of the same kind as the day in question (working or free), zeros too.
    pub(crate) amounts: &'p [u64],
}

/// From when on it is worth telling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Worth {
    /// From this amount on,
    pub(crate) floor: u64,
    /// if it is so many times the usual one.
    pub(crate) times: u64,
}

/// It was more than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unusual {
    /// The median of the past.
    pub(crate) usual: f64,
    /// The smallest amount that would have been unusual.
    pub(crate) from: u64,
}

/// Whether `amount` on one day is unusual by a past, and worth telling. Nothing is said before [`FEWEST_DAYS`] of past.
pub(crate) fn decide(amount: u64, past: Past<'_>, worth: Worth) -> Option<Unusual> {
    if past.days < FEWEST_DAYS || past.amounts.is_empty() {
        return None;
    }
    let amounts: Vec<_> = past.amounts.iter().map(|amount| number(*amount)).collect();
    let usual = median(amounts.clone());
    let distances: Vec<_> = amounts.iter().map(|amount| (amount - usual).abs()).collect();
    let mean = distances.iter().sum::<f64>() / number(distances.len() as u64);
    let mad = median(distances);
    let deviation = if mad > 0.0 { mad / MAD_OF_NORMAL } else { mean * MEAN_TO_DEVIATION };
    let outlier = whole((usual + OUTLIER * deviation).floor()) + 1;
    let from = outlier.max(worth.floor).max(whole((usual * number(worth.times)).ceil()));
    (amount >= from).then_some(Unusual { usual, from })
}

/// The middle one, or the mean of the two in the middle; there is at least one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[expect(clippy::cast_precision_loss, reason = "amounts of a day are far below 2^53")]
const fn number(amount: u64) -> f64 {
    amount as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts are no less than nothing; a cast saturates"
)]
const fn whole(amount: f64) -> u64 {
    amount as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORTH: Worth = Worth { floor: 30, times: 3 };

    #[track_caller]
    fn check(amounts: &[u64], amount: u64, expected: Option<(f64, u64)>) {
        let found = decide(amount, Past { days: 28, amounts }, WORTH);
        assert_eq!(found.map(|found| (found.usual, found.from)), expected, "{amount} after {amounts:?}");
    }

    #[test]
    fn more_than_usual_is_told_with_what_is_usual_and_from_when_on_it_would_have_been_told() {
        // Median 10, MAD 2: 10 + 3.5 * 2 / 0.6745 = 20.4; but 30 is three times as much, and the floor.
        let steady = [8, 9, 10, 10, 11, 12, 14, 6, 10, 12, 8];
        check(&steady, 29, None);
        check(&steady, 30, Some((10.0, 30)));
        // Whoever copies very differently from day to day has to do a lot more: median 100, MAD 50.
        let changing = [100, 50, 150, 20, 200, 100, 50, 150, 300, 100];
        check(&changing, 359, None);
        check(&changing, 360, Some((100.0, 360)));
    }

    #[test]
    fn three_instead_of_one_is_nothing() {
        check(&[1; 20], 3, None);
        check(&[0; 20], 29, None);
        check(&[0; 20], 30, Some((0.0, 30)));
    }

    #[test]
    fn one_wild_day_in_the_past_does_not_hide_the_next_one() {
        let mut amounts = [10; 19];
        amounts[7] = 5_000;
        assert!(decide(5_000, Past { days: 28, amounts: &amounts }, WORTH).is_some());
    }

    #[test]
    fn nothing_is_said_before_ten_days_of_past() {
        let past = |days| Past { days, amounts: &[1, 1, 1, 1, 1, 1] };
        assert_eq!(decide(1_000_000, past(9), WORTH), None);
        assert!(decide(1_000_000, past(10), WORTH).is_some());
        assert_eq!(decide(1_000_000, Past { days: 28, amounts: &[] }, WORTH), None, "no day of this kind yet");
    }

    proptest! {
        #[test]
        fn what_is_told_is_worth_it_and_more_of_it_too(
            mut amounts in proptest::collection::vec(0_u64..100_000, 1..28),
            amount in 0_u64..1_000_000,
            floor in 1_u64..1_000,
            times in 1_u64..10,
        ) {
            let worth = Worth { floor, times };
            let told = |amount: u64, amounts: &[u64]| decide(amount, Past { days: 28, amounts }, worth);
            let found = told(amount, &amounts);
            if let Some(Unusual { usual, from }) = found {
                prop_assert!(from <= amount && floor <= from && usual * number(times) <= number(amount));
                prop_assert!(told(from, &amounts).is_some());
                prop_assert!(told(from - 1, &amounts).is_none());
                prop_assert!(told(amount + 1, &amounts).is_some());
            }
            amounts.reverse();
            prop_assert_eq!(told(amount, &amounts), found, "order plays no part");
        }
    }
}
