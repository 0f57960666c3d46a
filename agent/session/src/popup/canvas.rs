//! Pixels in memory, and the few shapes that a pop-up has.

/// A colour, 0xRRGGBB.
pub(crate) type Colour = u32;

/// A picture, 0xRRGGBB each, in rows.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<Colour>,
}

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    pub(crate) fn holds(&self, x: f32, y: f32) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }

    /// The area around it at this distance.
    pub(crate) fn around(&self, distance: f32) -> Self {
        Self {
            x: self.x - distance,
            y: self.y - distance,
            width: self.width + 2.0 * distance,
            height: self.height + 2.0 * distance,
        }
    }
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Lays `colour` over a pixel; what is outside is nothing.
    pub(crate) fn blend(&mut self, x: i32, y: i32, colour: Colour, coverage: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x >= self.width || y >= self.height || coverage <= 0.0 {
            return;
        }
        let pixel = &mut self.pixels[y * self.width + x];
        *pixel = mixed(*pixel, colour, coverage.min(1.0));
    }

    pub(crate) fn fill(&mut self, area: Area, colour: Colour) {
        let (left, top) = (round(area.x), round(area.y));
        for y in top..round(area.y + area.height) {
            for x in left..round(area.x + area.width) {
                self.blend(x, y, colour, 1.0);
            }
        }
    }

    /// The edge of `area`, inside it.
    pub(crate) fn frame(&mut self, area: Area, thick: f32, colour: Colour) {
        self.fill(Area { height: thick, ..area }, colour);
        self.fill(Area { y: area.y + area.height - thick, height: thick, ..area }, colour);
        self.fill(Area { width: thick, ..area }, colour);
        self.fill(Area { x: area.x + area.width - thick, width: thick, ..area }, colour);
    }

    /// A line through `points` with round ends: a pixel is covered by how near its centre is to the line.
    pub(crate) fn stroke(&mut self, points: &[(f32, f32)], thick: f32, colour: Colour) {
        let reach = thick / 2.0 + 1.0;
        let (xs, ys) = (points.iter().map(|point| point.0), points.iter().map(|point| point.1));
        let (left, right) = (xs.clone().fold(f32::MAX, f32::min), xs.fold(f32::MIN, f32::max));
        let (top, bottom) = (ys.clone().fold(f32::MAX, f32::min), ys.fold(f32::MIN, f32::max));
        for y in round(top - reach)..=round(bottom + reach) {
            for x in round(left - reach)..=round(right + reach) {
                let centre = (to_f32(x) + 0.5, to_f32(y) + 0.5);
                let lines = points.windows(2).map(|line| distance(centre, line[0], line[1]));
                let nearest = lines.fold(f32::MAX, f32::min);
                self.blend(x, y, colour, (thick / 2.0 + 0.5 - nearest).clamp(0.0, 1.0));
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "screens are far smaller than an i32")]
pub(crate) fn round(value: f32) -> i32 {
    value.round() as i32
}

#[expect(clippy::cast_precision_loss, reason = "places on a screen are far smaller than 2^24")]
pub(crate) fn to_f32(value: i32) -> f32 {
    value as f32
}

fn distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.mul_add(dx, dy * dy);
    let along = if length == 0.0 { 0.0 } else { ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length };
    let along = along.clamp(0.0, 1.0);
    (point.0 - from.0 - along * dx).hypot(point.1 - from.1 - along * dy)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mix of bytes is a byte")]
fn mixed(under: Colour, over: Colour, coverage: f32) -> Colour {
    let channel = |shift: u32| {
        let [under, over] = [under, over].map(|colour| f32::from(((colour >> shift) & 0xFF) as u8));
        ((over - under).mul_add(coverage, under).round() as u32) << shift
    };
    channel(16) | channel(8) | channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_covered_pixels_are_half_way() {
        assert_eq!(mixed(0x00_0000, 0xFF_FF_FF, 0.5), 0x80_8080);
        assert_eq!(mixed(0x12_3456, 0xAB_CDEF, 1.0), 0xAB_CDEF);
    }

    #[test]
    fn shapes_that_reach_outside_are_cut() {
        let mut canvas = Canvas::new(4, 4, 0);
        canvas.fill(Area { x: -2.0, y: 2.0, width: 4.0, height: 9.0 }, 0xFF);
        assert_eq!(canvas.pixels.iter().filter(|pixel| **pixel == 0xFF).count(), 4);
        canvas.stroke(&[(-5.0, 0.5), (9.0, 0.5)], 1.0, 0xFF00);
        assert_eq!(canvas.pixels[..4], [0xFF00; 4]);
    }
}
