//! The print of a picture: what the print of a play on a glass is held against, offline and without a data folder.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anteroom_content::media::{PICTURE_BYTES_MAX, Sort, sort_of};
use anteroom_content::play::{Print, SAME_BITS_MAX};
use anteroom_content::text::Language;
use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::library;

/// A picture's print, and how far another one is from it.
#[derive(Debug)]
pub(super) struct Printed {
    print: Print,
    against: Option<Print>,
}

/// Reads a picture and takes its print.
pub(super) fn print(path: &Path, against: Option<Print>) -> anyhow::Result<Printed> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut bytes = Vec::new();
    file.take(PICTURE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > PICTURE_BYTES_MAX {
        bail!(
            "{} has more than {} MiB: no picture of the library is as large",
            path.display(),
            PICTURE_BYTES_MAX >> 20
        );
    }
    let Ok(Sort::Picture(format)) = sort_of(&bytes) else {
        bail!(
            "{} is no picture (PNG, JPEG, WebP). Of a movie, name a frame of it: ffmpeg -ss SECONDS -i MOVIE -frames:v 1 frame.png",
            path.display()
        );
    };
    let print = library::print_of(&bytes, format).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let Some(print) = print else { bail!("{} is smaller than what a print compares", path.display()) };
    Ok(Printed { print, against })
}

impl Printed {
    fn differs(&self) -> Option<(u32, bool)> {
        let bits = self.against.map(|against| self.print.differs(against))?;
        Some((bits, bits <= SAME_BITS_MAX))
    }

    pub(super) fn words(&self, language: Language) -> String {
        let Some((bits, is_same)) = self.differs() else { return self.print.to_string() };
        let verdict = match (language, is_same) {
            (Language::Chinese, true) => format!("64 项比较中 {bits} 项不同：是同一画面"),
            (Language::Chinese, false) => format!("64 项比较中 {bits} 项不同：不是同一画面"),
            (Language::English, true) => format!("differs in {bits} of 64 comparisons: the same picture"),
            (Language::English, false) => format!("differs in {bits} of 64 comparisons: another picture"),
        };
        format!("{}\n{verdict}", self.print)
    }

    pub(super) fn json(&self) -> Value {
        let differs = self.differs();
        json!({ "print": self.print, "differs": differs.map(|(bits, _)| bits), "is_same": differs.map(|(_, is_same)| is_same) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_print_at_another_size_and_what_is_no_picture_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("picture.png");
        let draw = |width: u32, height: u32, turned: bool| {
            image::RgbImage::from_fn(width, height, |x, y| {
                let (column, row) = (x * 9 / width, y * 8 / height);
                let step = if turned { column * 3 + row * 7 } else { column * 7 + row * 5 };
                image::Rgb([u8::try_from(step % 6 * 40).expect("a grey"); 3])
            })
        };
        draw(1_280, 720, false).save(&path).expect("written");
        let first = print(&path, None).expect("a print");
        assert_eq!(first.words(Language::English).len(), "0f1e2d3c4b5a6978@0".len());
        draw(321, 180, false).save(&path).expect("written");
        let again = print(&path, Some(first.print)).expect("a print");
        assert!(again.words(Language::English).ends_with(": the same picture"), "{again:?}");
        draw(1_280, 720, true).save(&path).expect("written");
        let other = print(&path, Some(first.print)).expect("a print");
        assert!(other.words(Language::Chinese).ends_with("不是同一画面"), "{other:?}");
        assert_eq!(other.json()["is_same"], false);
        std::fs::write(&path, "no picture").expect("written");
        assert!(print(&path, None).expect_err("no picture").to_string().contains("frame of it"));
        assert!(print(&folder.path().join("none.png"), None).expect_err("not there").to_string().contains("none.png"));
    }
}
