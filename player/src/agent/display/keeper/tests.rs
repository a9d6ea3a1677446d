//! A keeper before displays that do as they are told, and before those that do not.

use std::path::Path;
use std::sync::mpsc::Receiver;

use super::*;
use crate::agent::display::Control;
use crate::agent::display::fake::{Fake, Manner};
use crate::agent::display::talk::Patience;

/// Quick enough for a test, slow enough for a busy machine.
const TEMPO: Tempo = Tempo {
    ask_every: Duration::from_millis(50),
    confirm_max: Duration::from_millis(300),
    confirm_every: Duration::from_millis(20),
    rest_base: Duration::from_millis(50),
    rest_cap: Duration::from_millis(200),
};
const PATIENCE: Patience = Patience { answer_max: Duration::from_millis(150), tries: 2 };
/// From a wish to what the display says of it.
const WITHIN: Duration = Duration::from_secs(10);

fn kept(device: &Path, is_lit: fn() -> Option<bool>) -> (Keeper, Receiver<DisplayWord>) {
    let (tell, told) = sync_channel(64);
    let control: Control = format!("lg:{}", device.display()).parse().unwrap();
    let display = control.patient_display(PATIENCE).unwrap();
    let keeper = Keeper::start(display, TEMPO, is_lit, move |word| {
        let _ = tell.try_send(word);
    });
    (keeper.unwrap(), told)
}

fn until(told: &Receiver<DisplayWord>, fits: impl Fn(&DisplayWord) -> bool) -> DisplayWord {
    let begun = Tick::now();
    loop {
        let word = told.recv_timeout(WITHIN.saturating_sub(begun.elapsed())).expect("the keeper says it in time");
        if fits(&word) {
            return word;
        }
    }
}

#[test]
fn a_display_is_switched_until_it_says_so_itself_and_left_alone_where_nobody_wants_anything() {
    for manner in [Manner::Obeys, Manner::Stutters, Manner::HangsUp] {
        let fake = Fake::start(manner, true);
        let (mut keeper, told) = kept(&fake.socket, || None);
        until(&told, |word| word.lamp == Some(Lamp::Lit));
        assert!(fake.said().iter().all(|question| question == "ka 01 FF"), "{manner:?}: only asked");
        for lamp in [Lamp::Dark, Lamp::Lit, Lamp::Dark] {
            keeper.want(Some(lamp));
            let begun = Tick::now();
            let word = until(&told, |word| word.lamp == Some(lamp));
            assert_eq!(word.fault, None, "{manner:?}");
            println!("{manner:?}: {lamp:?} after {} ms", begun.elapsed().as_millis());
        }
        let switched = fake.said().iter().filter(|question| *question == "ka 01 00").count();
        assert_eq!(switched, 2, "{manner:?}: what is dark is not told to be dark again");
    }
}

fn is_fault_of(manner: Manner, fault: &DisplayFault) -> bool {
    match manner {
        Manner::Mute => *fault == DisplayFault::NoAnswer,
        Manner::Babbles => matches!(fault, DisplayFault::Garbage(bytes) if bytes.starts_with("6C 6F 67")),
        Manner::Refuses => *fault == DisplayFault::Refused,
        Manner::Lies => *fault == DisplayFault::Stays(Lamp::Lit),
        Manner::Obeys | Manner::Stutters | Manner::HangsUp => false,
    }
}

#[test]
fn a_display_that_does_not_do_it_is_told_by_its_fault_once_and_tried_again() {
    for manner in [Manner::Mute, Manner::Babbles, Manner::Refuses, Manner::Lies] {
        let fake = Fake::start(Manner::Obeys, true);
        let (mut keeper, told) = kept(&fake.socket, || None);
        until(&told, |word| word.lamp == Some(Lamp::Lit));
        fake.becomes(manner);
        keeper.want(Some(Lamp::Dark));
        until(&told, |word| word.fault.as_ref().is_some_and(|fault| is_fault_of(manner, fault)));
        let tries = || fake.said().len();
        let before = tries();
        let begun = Tick::now();
        while tries() < before + 4 {
            assert!(begun.elapsed() < WITHIN, "{manner:?}: it is tried again");
            std::thread::yield_now();
        }
        assert!(told.try_iter().all(|word| word.fault.is_none()), "{manner:?}: told once");
        fake.becomes(Manner::Obeys);
        until(&told, |word| word.lamp == Some(Lamp::Dark));
    }
    assert!(DisplayFault::Stays(Lamp::Lit).to_string().contains("stays lit"));
}

#[test]
fn a_display_that_says_it_is_lit_and_is_dark_is_found_out() {
    let fake = Fake::start(Manner::Obeys, true);
    let (mut keeper, told) = kept(&fake.socket, || Some(false));
    keeper.want(Some(Lamp::Lit));
    until(&told, |word| word.fault == Some(DisplayFault::LitInName));
}

#[test]
fn a_line_that_is_not_there_is_told_and_taken_when_it_comes() {
    let fake = Fake::start(Manner::Obeys, false);
    let away = fake.socket.with_file_name("away");
    let (mut keeper, told) = kept(&away, || None);
    keeper.want(Some(Lamp::Lit));
    until(&told, |word| matches!(&word.fault, Some(DisplayFault::NoWay { way, .. }) if way.ends_with("away")));
    std::fs::rename(&fake.socket, &away).unwrap();
    until(&told, |word| word.lamp == Some(Lamp::Lit));
}
