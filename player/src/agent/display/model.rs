//! Models: the sorts of display that can be switched, by the names an installer writes.

use std::fmt;
use std::str::FromStr;

use anteroom_content::text::Text;

use super::Display;
use super::line::dial;
use super::program::{CEC, OWN, Program, WLOPM, X11_DPMS};
use super::talk::{Patience, Talk};
use super::tongues::{LG, NEC, SAMSUNG};

/// A sort of display.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Left alone.
    None,
    /// HDMI-CEC.
    Cec,
    /// LG commercial displays over a serial line.
    Lg,
    /// Samsung displays over a serial line or the network (MDC).
    Samsung,
    /// NEC displays over a serial line or the network.
    Nec,
    /// By an X server.
    X11Dpms,
    /// By a Wayland display server.
    Wlopm,
    /// By a program of the installer's.
    Command,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::None, Self::Cec, Self::Lg, Self::Samsung, Self::Nec, Self::X11Dpms, Self::Wlopm, Self::Command];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cec => "cec",
            Self::Lg => "lg",
            Self::Samsung => "samsung",
            Self::Nec => "nec",
            Self::X11Dpms => "x11-dpms",
            Self::Wlopm => "wlopm",
            Self::Command => "command",
        }
    }

    /// What it is, for people, and what to write behind its name.
    pub fn words(self) -> Text {
        match self {
            Self::None => Text::new("不开关显示屏", "displays are left alone"),
            Self::Cec => Text::new(
                "HDMI-CEC，需要 v4l-utils 软件包；可写设备，如 cec:/dev/cec0",
                "HDMI-CEC, with the package v4l-utils; a device may follow, such as cec:/dev/cec0",
            ),
            Self::Lg => Text::new(
                "LG 商用屏串口协议，编号 01，如 lg:/dev/ttyUSB0",
                "LG commercial displays, set 01, on a serial port, such as lg:/dev/ttyUSB0",
            ),
            Self::Samsung => Text::new(
                "三星 MDC 协议，编号 1，串口或网络，如 samsung:10.0.0.9:1515",
                "Samsung MDC, display 1, on a serial port or the network, such as samsung:10.0.0.9:1515",
            ),
            Self::Nec => Text::new(
                "NEC 外部控制协议，编号 1，串口或网络，如 nec:10.0.0.9:7142",
                "NEC external control, monitor 1, on a serial port or the network, such as nec:10.0.0.9:7142",
            ),
            Self::X11Dpms => Text::new(
                "由 X 服务器休眠显示器，需要 xset（x11-xserver-utils）",
                "an X server sends its display to sleep, by xset (x11-xserver-utils)",
            ),
            Self::Wlopm => Text::new(
                "由 Wayland 服务器关闭输出，需要 wlopm；weston 不支持",
                "a Wayland server switches its outputs, by wlopm; weston does not",
            ),
            Self::Command => Text::new(
                "自备程序，参数为 on、off、ask，ask 回答 on 或 off，如 command:/usr/local/bin/lamp",
                "a program of your own that takes on, off or ask, and answers on or off, such as command:/usr/local/bin/lamp",
            ),
        }
    }
}

/// How a box switches its display: `MODEL` or `MODEL:DEVICE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// What sort it is.
    pub model: Model,
    /// Where it is.
    pub device: Option<String>,
}

impl Control {
    /// Displays are left alone.
    pub const NONE: Self = Self { model: Model::None, device: None };

    /// The display; none where it is left alone.
    pub fn display(&self) -> Option<Box<dyn Display>> {
        self.patient_display(Patience::USUAL)
    }

    /// The same, with another patience.
    pub(super) fn patient_display(&self, patience: Patience) -> Option<Box<dyn Display>> {
        let device = self.device.as_deref();
        let talk = |tongue| -> Option<Box<dyn Display>> {
            let device = device.unwrap_or_default();
            Some(Box::new(Talk::new(device, tongue, dial(device), patience)))
        };
        let program = |table| -> Option<Box<dyn Display>> { Some(Box::new(Program::new(table, device))) };
        match self.model {
            Model::None => None,
            Model::Lg => talk(LG),
            Model::Samsung => talk(SAMSUNG),
            Model::Nec => talk(NEC),
            Model::Cec => program(CEC),
            Model::X11Dpms => program(X11_DPMS),
            Model::Wlopm => program(WLOPM),
            Model::Command => program(OWN),
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.device {
            Some(device) => write!(f, "{}:{device}", self.model.name()),
            None => f.write_str(self.model.name()),
        }
    }
}

impl FromStr for Control {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, device) =
            text.split_once(':').map_or((text, None), |(name, device)| (name, Some(device.to_owned())));
        let model = Model::ALL.into_iter().find(|model| model.name() == name);
        let model = model
            .ok_or_else(|| format!("no model `{name}`: it is one of {}", Model::ALL.map(Model::name).join(", ")))?;
        let wants_device = matches!(model, Model::Lg | Model::Samsung | Model::Nec | Model::Command);
        if wants_device && device.as_deref().unwrap_or_default().is_empty() {
            return Err(format!("`{name}` wants a device behind a colon: {}", model.words().en));
        }
        Ok(Self { model, device: device.filter(|device| !device.is_empty()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_written_as_it_is_read_and_what_lacks_its_device_is_refused() {
        for text in
            ["none", "cec", "cec:/dev/cec1", "lg:/dev/ttyUSB0", "samsung:10.0.0.9:1515", "x11-dpms", "command:/bin/x"]
        {
            assert_eq!(text.parse::<Control>().map(|control| control.to_string()), Ok(text.to_owned()));
        }
        for (text, told) in [("lg", "wants a device"), ("nec:", "wants a device"), ("sony:/dev/x", "no model")] {
            assert!(text.parse::<Control>().unwrap_err().contains(told), "{text}");
        }
        assert!(Control::NONE.display().is_none());
    }
}
