//! What this form reads, writes back and refuses.

use super::*;

#[test]
fn a_new_order_names_every_turn_once() {
    let turn = |name: &str| Turn::of(ItemId::parse(name).expect("name"), None);
    let turns = [turn("a"), turn("b"), turn("c")];
    let names = |order| reordered(&turns, order).map(|t| t.iter().map(|t| t.what.word()).collect::<String>());
    assert_eq!(names("2,0,1"), Some("cab".to_owned()));
    for order in ["", "0,1", "0,1,1", "0,1,3", "0,1,2,2", "a,b,c"] {
        assert_eq!(names(order), None, "{order}");
    }
}

#[test]
fn a_dwell_is_whole_seconds_within_bounds() {
    assert_eq!(read_dwell(" "), Ok(None));
    assert_eq!(read_dwell("15"), Ok(Some(15_000)));
    for text in ["0", "601", "-1", "x", "99999999999"] {
        assert_eq!(read_dwell(text), Err(()), "{text}");
    }
}
