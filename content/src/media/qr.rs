//! Codes for phones: the black and white of a QR code, for glass and page alike.

/// A QR code as modules, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// Modules a side.
    pub side: usize,
    /// Row by row; `true` is dark.
    pub dark: Vec<bool>,
}

/// The code for an address, at level M: fit for a screen that reflects a little. None when the address is too long.
#[must_use]
pub fn modules(address: &str) -> Option<Modules> {
    let code = qrcode::QrCode::with_error_correction_level(address, qrcode::EcLevel::M).ok()?;
    let dark = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
    Some(Modules { side: code.width(), dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upper_case_address_stays_a_small_code() {
        let code = modules("HTTP://192.168.100.200:8081/S/ABCDEF").expect("fits");
        assert!(code.side <= 29, "version 3 at the most (DOMAIN §3.6), not {} modules", code.side);
        assert_eq!(code.dark.len(), code.side * code.side);
        assert_eq!(modules(&"X".repeat(5_000)), None);
    }
}
