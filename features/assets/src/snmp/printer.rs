//! What printers say of themselves (RFC 3805, RFC 2790).

use super::{
    Answers, Value, bytes_text, column, number,
    objects::{
        HR_DEVICE_DESCR, HR_DEVICE_TYPE, HR_PRINTER_ERRORS, HR_PRINTER_STATUS, HR_TYPE_PRINTER, PRT_COLORANT,
        PRT_LIFE_COUNT, PRT_NAME, PRT_SERIAL, PRT_SUPPLY_COLORANT, PRT_SUPPLY_DESCR, PRT_SUPPLY_LEVEL, PRT_SUPPLY_MAX,
        PRT_SUPPLY_TYPE, PRT_SUPPLY_UNIT,
    },
};
use crate::model::{PrinterState, Supply};

/// Supplies that are kept.
const MOST: usize = 64;
/// What a level can be beside a number: `-3` is "some", `-2` "not known", `-1` "without a limit".
const SOME: i64 = -3;
/// The unit of supplies that are told in percent.
const PERCENT: i64 = 19;

/// The bits of `hrPrinterDetectedErrorState`, the highest first.
const ERRORS: [&str; 15] = [
    "low_paper",
    "no_paper",
    "low_toner",
    "no_toner",
    "door_open",
    "jammed",
    "offline",
    "service_requested",
    "input_tray_missing",
    "output_tray_missing",
    "supply_missing",
    "output_near_full",
    "output_full",
    "input_tray_empty",
    "maintenance_overdue",
];

/// How the printer is; `None` for what is no printer. A server at which printers are set up has their status, but nothing of the
/// Printer-MIB.
pub(super) fn read(answers: &Answers) -> Option<PrinterState> {
    let supplies = supplies(answers);
    let pages = column(answers, PRT_LIFE_COUNT).find_map(|(_, value)| count(value));
    if supplies.is_empty() && !prints(answers) {
        return None;
    }
    let status = column(answers, HR_PRINTER_STATUS).find_map(|(_, value)| match value {
        Value::Number(3) => Some("idle"),
        Value::Number(4) => Some("printing"),
        Value::Number(5) => Some("warming_up"),
        Value::Number(1) => Some("other"),
        _ => None,
    });
    let errors = column(answers, HR_PRINTER_ERRORS).find_map(|(_, value)| match value {
        Value::Bytes(bytes) => Some(errors(bytes)),
        _ => None,
    });
    Some(PrinterState {
        name: column(answers, PRT_NAME).find_map(|(_, value)| bytes_text(value)),
        status: status.map(str::to_owned),
        errors: errors.unwrap_or_default(),
        pages,
        supplies,
    })
}

/// Whether it has the Printer-MIB.
#[must_use]
pub fn prints(answers: &Answers) -> bool {
    [PRT_SERIAL, PRT_LIFE_COUNT].iter().any(|one| column(answers, one).next().is_some())
}

/// The model, as the device that prints is described.
pub(super) fn model(answers: &Answers) -> Option<String> {
    let printers = column(answers, HR_DEVICE_TYPE)
        .filter(|(_, kind)| matches!(kind, Value::Name(name) if name == HR_TYPE_PRINTER));
    printers.filter_map(|(at, _)| answers.get(&[HR_DEVICE_DESCR, at].concat())).find_map(bytes_text)
}

fn count(value: &Value) -> Option<u64> {
    if let Value::Number(number) = value { u64::try_from(*number).ok() } else { None }
}

fn errors(bytes: &[u8]) -> Vec<String> {
    let is_set = |bit: usize| bytes.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
    ERRORS.iter().enumerate().filter(|(bit, _)| is_set(*bit)).map(|(_, word)| (*word).to_owned()).collect()
}

fn supplies(answers: &Answers) -> Vec<Supply> {
    let rows = column(answers, PRT_SUPPLY_LEVEL).take(MOST);
    rows.filter_map(|(at, level)| {
        let Value::Number(level) = level else { return None };
        let of = |column: &[u32]| [column, at].concat();
        let kind = kind(number(answers, &of(PRT_SUPPLY_TYPE)).unwrap_or_default());
        let color = number(answers, &of(PRT_SUPPLY_COLORANT)).and_then(|colorant| {
            let device = *at.first()?;
            let colorant = u32::try_from(colorant).ok().filter(|number| *number > 0)?;
            answers.get(&[PRT_COLORANT, &[device, colorant]].concat()).and_then(bytes_text)
        });
        let name = answers.get(&of(PRT_SUPPLY_DESCR)).and_then(bytes_text);
        let max = number(answers, &of(PRT_SUPPLY_MAX)).unwrap_or(-2);
        let in_percent = number(answers, &of(PRT_SUPPLY_UNIT)) == Some(PERCENT);
        Some(Supply {
            name: name
                .or_else(|| color.clone())
                .unwrap_or_else(|| format!("#{}", at.last().copied().unwrap_or_default())),
            kind: kind.to_owned(),
            color,
            percent: percent(*level, max, in_percent),
            some: *level == SOME,
        })
    })
    .collect()
}

/// How much is left; `None` where the printer does not say how much that is.
fn percent(level: i64, max: i64, in_percent: bool) -> Option<u8> {
    let max = match (max > 0, in_percent) {
        (true, _) => max,
        (false, true) => 100,
        (false, false) => return None,
    };
    if level < 0 {
        return None;
    }
    // Some have more in a new cartridge than its size.
    u8::try_from((i128::from(level) * 100 / i128::from(max)).min(100)).ok()
}

/// `prtMarkerSuppliesType` in a few words.
const fn kind(number: i64) -> &'static str {
    match number {
        3 | 21 => "toner",
        5..=7 => "ink",
        4 | 8 | 14 => "waste",
        9 | 10 => "drum",
        15 | 22 => "fuser",
        20 => "transfer",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_share_of_the_whole_or_nothing_at_all() {
        assert_eq!(percent(750, 1000, false), Some(75));
        assert_eq!(percent(1200, 1000, false), Some(100));
        assert_eq!(percent(0, 1000, false), Some(0));
        assert_eq!(percent(40, -2, true), Some(40));
        for unknown in
            [percent(-3, 1000, false), percent(-2, 1000, false), percent(40, -2, false), percent(40, 0, false)]
        {
            assert_eq!(unknown, None);
        }
        assert_eq!(percent(i64::MAX, 1, false), Some(100));
    }

    #[test]
    fn errors_are_counted_from_the_highest_bit() {
        assert_eq!(errors(&[0b0100_1000, 0b0000_1000]), ["no_paper", "door_open", "output_full"]);
        assert!(errors(&[0, 0]).is_empty() && errors(&[]).is_empty());
    }
}
