//! A picture of a glass, and what can be read from its pixels.

use image::RgbImage;

use super::Outcome;

/// What was on a glass.
#[derive(Debug, Clone)]
pub struct Glass(pub RgbImage);

/// A colour a test item is painted in, far from every other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Pure red.
    pub const RED: Self = Self([220, 20, 20]);
    /// Pure green.
    pub const GREEN: Self = Self([20, 200, 40]);
    /// Pure blue.
    pub const BLUE: Self = Self([30, 40, 220]);
    /// Magenta.
    pub const MAGENTA: Self = Self([220, 30, 220]);

    /// A PNG of nothing but this colour.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn png(self, width: u32, height: u32) -> Outcome<Vec<u8>> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::from_pixel(width, height, image::Rgb(self.0)).write_to(&mut bytes, image::ImageFormat::Png)?;
        Ok(bytes.into_inner())
    }

    /// How far two colours are apart, channel by channel.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| u32::from(a.abs_diff(b))).sum()
    }
}

/// A PNG of noise of one seed: no smaller than its pixels.
///
/// # Errors
/// When it cannot be written.
pub fn noise_png(width: u32, height: u32, mut seed: u32) -> Outcome<Vec<u8>> {
    let noise = RgbImage::from_fn(width, height, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [red, green, blue, _] = seed.rotate_left(13).to_be_bytes();
        image::Rgb([red, green, blue])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

impl Glass {
    /// The share of the glass that shows a colour, 0 to 1, with a tolerance for scaling and blending.
    #[must_use]
    pub fn share_of(&self, colour: Colour) -> f64 {
        let hits = self.0.pixels().filter(|pixel| Colour(pixel.0).distance(colour) < 40).count();
        f64::from(u32::try_from(hits).unwrap_or(u32::MAX)) / f64::from(self.0.width() * self.0.height()).max(1.0)
    }

    /// Which of some colours fills more than a tenth of the glass.
    #[must_use]
    pub fn shows(&self, colours: &[Colour]) -> Option<Colour> {
        colours.iter().copied().find(|colour| self.share_of(*colour) > 0.1)
    }

    /// The lower part, where the strip is.
    #[must_use]
    pub fn strip(&self) -> Self {
        let (width, height) = self.0.dimensions();
        let top = height * 3 / 4;
        Self(image::imageops::crop_imm(&self.0, 0, top, width, height - top).to_image())
    }

    /// Every code a phone would find, as text.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        let grey = image::imageops::grayscale(&self.0);
        let mut image = rqrr::PreparedImage::prepare(grey);
        image.detect_grids().into_iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
    }

    /// The share that is strongly red, as 停诊 is and nothing else on a strip.
    #[must_use]
    pub fn share_of_red(&self) -> f64 {
        let is_red = |p: &&image::Rgb<u8>| p.0[0] > 140 && p.0[1] < 90 && p.0[2] < 90;
        let hits = self.0.pixels().filter(is_red).count();
        f64::from(u32::try_from(hits).unwrap_or(u32::MAX)) / f64::from(self.0.width() * self.0.height()).max(1.0)
    }

    /// Mean brightness, 0 to 255: 0 is a black glass.
    #[must_use]
    pub fn brightness(&self) -> f64 {
        let sum: u64 = self.0.pixels().flat_map(|pixel| pixel.0).map(u64::from).sum();
        let values = u64::from(self.0.width()) * u64::from(self.0.height()) * 3;
        f64::from(u32::try_from(sum / values.max(1)).unwrap_or(0))
    }
}
