//! Until when a finding is to be mended: days for each severity, counted from when it was found.

use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// Minutes of a day.
pub const DAY: u32 = 24 * 60;

/// Days in which findings are to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessDays))]
pub struct Days {
    /// Known to be exploited, whatever its severity.
    pub exploited: u32,
    /// Critical.
    pub critical: u32,
    /// High.
    pub high: u32,
    /// Medium, and what nobody has rated.
    pub medium: u32,
    /// Low.
    pub low: u32,
}

impl Default for Days {
    fn default() -> Self {
        Self { exploited: 3, critical: 7, high: 30, medium: 90, low: 180 }
    }
}

impl Days {
    /// How many days there are.
    #[must_use]
    pub fn of(&self, severity: Severity, exploited: bool) -> u32 {
        let days = match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium | Severity::Unknown => self.medium,
            Severity::Low => self.low,
        };
        if exploited { days.min(self.exploited) } else { days }
    }

    /// What makes no sense, with its place.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            ("/days/exploited", self.exploited),
            ("/days/critical", self.critical),
            ("/days/high", self.high),
            ("/days/medium", self.medium),
            ("/days/low", self.low),
        ];
        all.into_iter()
            .filter(|(_, days)| !(1..=3650).contains(days))
            .map(|(place, _)| (place, "between 1 and 3650 days"))
            .collect()
    }
}

/// The minute at which what is known since `since` is overdue. Whoever was given three days has three whole ones.
#[must_use]
pub fn due(since: u32, days: u32) -> u32 {
    since.saturating_add(days.saturating_mul(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exploited_has_its_own_days_unless_it_has_fewer_already() {
        let days = Days { critical: 2, ..Days::default() };
        assert_eq!(days.of(Severity::Low, true), 3);
        assert_eq!(days.of(Severity::Critical, true), 2);
        assert_eq!(days.of(Severity::Unknown, false), days.medium);
    }

    #[test]
    fn a_finding_is_overdue_when_its_last_day_is_over() {
        let since = 29_900_000;
        assert_eq!(due(since, 3) - since, 3 * 1440);
        assert_eq!(due(u32::MAX - 1, 3), u32::MAX);
    }

    #[test]
    fn no_days_and_ten_years_are_refused() {
        assert!(Days::default().faults().is_empty());
        let wrong = Days { high: 0, low: 3651, ..Days::default() };
        assert_eq!(wrong.faults().iter().map(|(place, _)| *place).collect::<Vec<_>>(), ["/days/high", "/days/low"]);
    }
}
