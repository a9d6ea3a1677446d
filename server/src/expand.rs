//! `anteroom expand`: the dates of a recurrence rule, one a line, for those who want to see before they put it on the air.

use anteroom_content::schedule::recurrence::{Ask, Cut, LISTED_MAX, Listing, Refusal, YEARS_MAX, list};
use clap::Args;

/// How many occurrences are listed unless somebody asks for more: a screen of a terminal.
const COUNT: usize = 20;

/// What to expand.
#[derive(Debug, Clone, Args)]
pub struct ExpandArgs {
    /// The rule, such as FREQ=MONTHLY;BYDAY=-1FR
    #[arg(value_name = "RRULE")]
    rule: String,
    /// The written start, local time: 2026-11-25T08:00, or a date
    #[arg(long, value_name = "LOCAL")]
    start: String,
    /// The time zone, by its IANA name
    #[arg(long, value_name = "ZONE", default_value = "Asia/Shanghai")]
    tz: String,
    /// Local starts to leave out; a date means the start's time of day
    #[arg(long, value_name = "LOCAL", value_delimiter = ',')]
    exdate: Vec<String>,
    /// Local starts to add; a date means the start's time of day
    #[arg(long, value_name = "LOCAL", value_delimiter = ',')]
    rdate: Vec<String>,
    /// How many occurrences at most
    #[arg(long, value_name = "N", default_value_t = COUNT)]
    count: usize,
    /// As JSON, with UTC, offsets and the rule in words
    #[arg(long)]
    json: bool,
}

/// What goes to standard output, and what to standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded {
    /// The occurrences, one a line, or JSON.
    pub lines: Vec<String>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// Expands a rule.
///
/// # Errors
/// [`Refusal`] names what cannot be run, and says what to write instead.
pub fn expand(args: &ExpandArgs) -> Result<Expanded, Refusal> {
    let ask = Ask {
        rule: &args.rule,
        start: &args.start,
        zone: &args.tz,
        also: &args.rdate,
        except: &args.exdate,
        count: args.count,
    };
    let listing = list(&ask)?;
    let lines = if args.json { json(&listing) } else { texts(&listing) };
    Ok(Expanded { lines, notes: notes(&listing) })
}

fn texts(listing: &Listing) -> Vec<String> {
    listing.occurrences.iter().map(|listed| listed.local.clone()).collect()
}

fn json(listing: &Listing) -> Vec<String> {
    // Texts, numbers and lists of them always have JSON.
    serde_json::to_string_pretty(listing).into_iter().collect()
}

fn notes(listing: &Listing) -> Vec<String> {
    let mut notes = Vec::new();
    if listing.is_start_left_out {
        notes.push("the start is not among the rule's dates, so it is no occurrence".to_owned());
    }
    for wall in &listing.idle {
        notes.push(format!("the exception {wall} leaves nothing out: no occurrence begins then"));
    }
    for listed in listing.occurrences.iter().filter(|listed| listed.is_skipped) {
        notes.push(format!("clocks go forward over {}: the moment of the change is meant", listed.start));
    }
    match listing.cut {
        Some(Cut::Count) => {
            let shown = listing.occurrences.len();
            notes.push(format!("cut after {shown} occurrences, there are more: --count lists up to {LISTED_MAX}"));
        }
        Some(Cut::Years) => notes.push(format!("cut {YEARS_MAX} years after the start: no later date is looked at")),
        None => {}
    }
    notes
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ExpandArgs,
    }

    fn run(line: &[&str]) -> Result<Expanded, Refusal> {
        let line = Line::parse_from([&["expand"], line].concat());
        expand(&line.args)
    }

    #[test]
    fn an_occurrence_a_line_with_offset_and_zone() {
        let expanded = run(&["FREQ=WEEKLY;BYDAY=WE;COUNT=2", "--start", "2026-11-25T08:00"]).expect("a list");
        assert_eq!(
            expanded.lines,
            ["2026-11-25T08:00:00+08:00[Asia/Shanghai]", "2026-12-02T08:00:00+08:00[Asia/Shanghai]"]
        );
        assert_eq!(expanded.notes, Vec::<String>::new());
    }

    #[test]
    fn what_is_cut_left_out_or_moved_is_told() {
        let line = ["FREQ=DAILY", "--start", "2027-03-27T02:30", "--tz", "Europe/Berlin", "--count", "2"];
        let expanded = run(&[&line[..], &["--exdate", "2027-04-01,2027-04-02T08:00"]].concat()).expect("a list");
        assert_eq!(
            expanded.lines,
            ["2027-03-27T02:30:00+01:00[Europe/Berlin]", "2027-03-28T03:00:00+02:00[Europe/Berlin]"]
        );
        assert_eq!(
            expanded.notes,
            [
                "the exception 2027-04-02T08:00:00 leaves nothing out: no occurrence begins then",
                "clocks go forward over 2027-03-28T02:30:00: the moment of the change is meant",
                "cut after 2 occurrences, there are more: --count lists up to 1100",
            ]
        );
        let expanded = run(&["FREQ=DAILY", "--start", "2026-11-25"]).expect("a list");
        assert_eq!((expanded.lines.len(), expanded.notes.len()), (20, 1));
    }

    #[test]
    fn json_has_the_words_and_the_moments() {
        let line = ["FREQ=MONTHLY;BYDAY=-1FR;COUNT=1", "--start", "2026-11-27T08:00", "--json"];
        let expanded = run(&line).expect("a list");
        let json: serde_json::Value = serde_json::from_str(&expanded.lines.join("\n")).expect("JSON");
        assert_eq!(json["said"]["zh"], "每月最后一个周五，共1次");
        assert_eq!(json["rule"], "FREQ=MONTHLY;BYDAY=-1FR;COUNT=1");
        assert_eq!(json["occurrences"][0]["utc"], "2026-11-27T00:00:00Z");
        assert_eq!(json["occurrences"][0]["offset_secs"], 28_800);
    }

    #[test]
    fn what_does_not_run_is_named() {
        let refusal = run(&["FREQ=HOURLY", "--start", "2026-11-25"]).expect_err("refused").to_string();
        assert!(refusal.contains("FREQ=HOURLY"), "{refusal}");
        assert!(run(&["FREQ=DAILY", "--start", "2026-11-25", "--count", "5000"]).is_err());
    }
}
