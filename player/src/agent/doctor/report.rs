//! What the doctor found.

use anteroom_content::text::Text;
use serde::Serialize;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Well,
    /// It works, and could be better.
    Poor,
    /// It does not work.
    Bad,
    /// It could not be looked at, because something before it is bad or nothing is known.
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which, in one word for scripts.
    pub check: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found.
    pub found: Text,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_to_do: Option<Text>,
}

impl Finding {
    /// As it should be.
    pub fn well(check: &'static str, found: Text) -> Self {
        Self { check, verdict: Verdict::Well, found, what_to_do: None }
    }

    /// It works, and could be better.
    pub fn poor(check: &'static str, found: Text, what_to_do: Text) -> Self {
        Self { check, verdict: Verdict::Poor, found, what_to_do: Some(what_to_do) }
    }

    /// It does not work.
    pub fn bad(check: &'static str, found: Text, what_to_do: Text) -> Self {
        Self { check, verdict: Verdict::Bad, found, what_to_do: Some(what_to_do) }
    }

    /// It could not be looked at.
    pub fn unknown(check: &'static str, found: Text) -> Self {
        Self { check, verdict: Verdict::Unknown, found, what_to_do: None }
    }
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The server that was looked for.
    pub server: String,
    /// In the order in which one depends on another.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Nothing is bad.
    pub fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Bad)
    }

    /// In lines for people, in one language.
    pub fn lines(&self, is_chinese: bool) -> String {
        let word = |text: &Text| if is_chinese { text.zh.clone() } else { text.en.clone() };
        let mut lines = Vec::new();
        for finding in &self.findings {
            let verdict = match finding.verdict {
                Verdict::Well => Text::new("正常", "ok"),
                Verdict::Poor => Text::new("注意", "note"),
                Verdict::Bad => Text::new("故障", "BAD"),
                Verdict::Unknown => Text::new("未查", "–"),
            };
            // Chinese letters are two columns wide.
            let wide = if is_chinese && finding.verdict != Verdict::Unknown { 2 } else { 4 };
            lines.push(format!("{:<wide$}  {:<11} {}", word(&verdict), finding.check, word(&finding.found)));
            if let Some(what_to_do) = &finding.what_to_do {
                lines.push(format!("{:18}→ {}", "", word(what_to_do)));
            }
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_thing_is_enough_and_a_poor_one_is_not() {
        let text = || Text::new("中", "en");
        let report = |findings| Report { server: "10.0.0.5:4433".into(), findings };
        assert!(report(vec![Finding::well("a", text()), Finding::poor("b", text(), text())]).is_well());
        let sick = report(vec![Finding::unknown("a", text()), Finding::bad("udp", text(), text())]);
        assert!(!sick.is_well());
        assert!(sick.lines(false).contains("BAD   udp") && sick.lines(true).contains("故障"), "{}", sick.lines(true));
        let json = serde_json::to_value(&sick).unwrap();
        assert_eq!(json["findings"][1]["verdict"], "bad");
        assert_eq!(json["findings"][1]["what_to_do"]["zh"], "中");
    }
}
