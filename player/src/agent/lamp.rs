//! The lamp: whether the display has power, as far as the graphics driver knows. What is drawn, what is presented and what is lit are
//! three things, and only the last one needs somebody to look at the screen where no driver says it.

use std::fs;
use std::path::Path;

/// Where drivers tell of their outputs.
const DRM: &str = "/sys/class/drm";
/// Outputs looked at; a machine has a few.
const OUTPUTS_MAX: usize = 64;

/// Whether the display of an output is lit, by the name its driver gives it; of any output, where none is named. None where no driver
/// knows of one.
pub fn is_lit(output: Option<&str>) -> Option<bool> {
    lit_in(Path::new(DRM), output)
}

/// `card0-HDMI-A-1` is `HDMI-A-1` of some card.
fn is_named(folder: &Path, output: &str) -> bool {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.split_once('-').is_some_and(|(_, name)| name == output))
}

fn lit_in(folder: &Path, output: Option<&str>) -> Option<bool> {
    let outputs = fs::read_dir(folder).ok()?.filter_map(Result::ok).take(OUTPUTS_MAX);
    let says = |output: &Path, file: &str, word: &str| {
        fs::read_to_string(output.join(file)).is_ok_and(|text| text.trim().eq_ignore_ascii_case(word))
    };
    let connected: Vec<_> =
        outputs.map(|output| output.path()).filter(|output| says(output, "status", "connected")).collect();
    let connected: Vec<_> =
        connected.into_iter().filter(|path| output.is_none_or(|output| is_named(path, output))).collect();
    let is_on = |output: &std::path::PathBuf| says(output, "enabled", "enabled") && says(output, "dpms", "on");
    (!connected.is_empty()).then(|| connected.iter().any(is_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_lit_when_its_driver_says_so_in_every_word() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(lit_in(&folder.path().join("nowhere"), None), None);
        let output = |name: &str, [status, enabled, dpms]: [&str; 3]| {
            let output = folder.path().join(name);
            fs::create_dir_all(&output).unwrap();
            for (file, word) in [("status", status), ("enabled", enabled), ("dpms", dpms)] {
                fs::write(output.join(file), format!("{word}\n")).unwrap();
            }
            lit_in(folder.path(), None)
        };
        fs::create_dir(folder.path().join("card0")).unwrap();
        assert_eq!(output("card0-DP-1", ["disconnected", "disabled", "Off"]), None, "no display is there");
        assert_eq!(output("card0-HDMI-A-1", ["connected", "enabled", "On"]), Some(true));
        assert_eq!(output("card0-HDMI-A-1", ["connected", "enabled", "Standby"]), Some(false));
        assert_eq!(output("card0-HDMI-A-1", ["connected", "disabled", "On"]), Some(false));
        assert_eq!(output("card0-DP-1", ["connected", "enabled", "On"]), Some(true), "one of two");
        let of = |output| lit_in(folder.path(), Some(output));
        assert_eq!((of("DP-1"), of("HDMI-A-1"), of("HDMI-A-2")), (Some(true), Some(false), None), "each by its name");
    }
}
