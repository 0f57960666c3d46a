//! Where the labels are on a sheet, in millimetres.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::words;

words! {
    /// Paper that labels are printed on.
    Layout {
        /// A4, 24 faces of 70 x 33.9 mm without gaps.
        A4x24 = "a4_24",
        /// A4, 65 faces of 38.1 x 21.2 mm, 2.5 mm between columns.
        A4x65 = "a4_65",
        /// One label of 62 x 29 mm a page, for label printers.
        Single = "single_62x29",
    }
}

/// The measures of a layout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Size {
    pub page: (f32, f32),
    pub label: (f32, f32),
    pub columns: usize,
    pub rows: usize,
    /// From the left and from the top to the first label.
    pub margin: (f32, f32),
    /// From the left edge of a label to that of the next.
    pub pitch: f32,
}

impl Layout {
    /// Its measures.
    pub(crate) const fn size(self) -> Size {
        const A4: (f32, f32) = (210.0, 297.0);
        match self {
            Self::A4x24 => {
                Size { page: A4, label: (70.0, 33.9), columns: 3, rows: 8, margin: (0.0, 12.9), pitch: 70.0 }
            }
            Self::A4x65 => {
                Size { page: A4, label: (38.1, 21.2), columns: 5, rows: 13, margin: (4.75, 10.7), pitch: 40.6 }
            }
            Self::Single => {
                Size { page: (62.0, 29.0), label: (62.0, 29.0), columns: 1, rows: 1, margin: (0.0, 0.0), pitch: 62.0 }
            }
        }
    }
}

impl Size {
    /// How many labels a sheet has.
    pub(crate) const fn faces(&self) -> usize {
        self.columns * self.rows
    }

    /// The left upper corner of a face, counted from 0 along the rows.
    #[expect(clippy::cast_precision_loss, reason = "a sheet has a few dozen faces")]
    pub(crate) fn corner(&self, face: usize) -> (f32, f32) {
        let (column, row) = (face % self.columns, face / self.columns);
        (self.margin.0 + column as f32 * self.pitch, self.margin.1 + row as f32 * self.label.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_on_its_sheet_and_the_edges_left_and_right_are_alike() {
        for layout in Layout::ALL {
            let size = layout.size();
            let (left, top) = size.corner(0);
            let (x, y) = size.corner(size.faces() - 1);
            let right = size.page.0 - x - size.label.0;
            let bottom = size.page.1 - y - size.label.1;
            assert!((left - right).abs() < 0.01, "{layout}: {left} {right}");
            assert!(bottom > -0.01 && (top - bottom).abs() < 0.1, "{layout}: {top} {bottom}");
        }
    }
}
