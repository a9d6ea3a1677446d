//! Two codes, two pages: what a camera reads from the glass opens what that screen shows now.

use std::time::Duration;

use crate::harness::{Outcome, Ward, until, until_some};

#[test]
fn the_codes_on_the_glass_open_two_pages_that_never_meet() -> Outcome<()> {
    let ward = Ward::open()?;
    let player = ward.player("one", "Z04-1", (1280, 720))?;
    let (codes, _) = until_some("both codes on the glass", Duration::from_mins(1), || {
        let codes = player.glass()?.codes();
        Ok((codes.iter().any(|c| c.contains("/S/")) && codes.iter().any(|c| c.contains("/C/"))).then_some(codes))
    })?;
    let item_address = codes.iter().find(|code| code.contains("/S/")).cloned().unwrap_or_default();
    let clinic_address = codes.iter().find(|code| code.contains("/C/")).cloned().unwrap_or_default();

    // The item may change between the glance and the page, so the two are asked for until they speak of one showing.
    until("the page of what the glass shows", Duration::from_mins(1), || {
        let Some(before) = player.status()?.item else { return Ok(false) };
        let page = ward.phone(&item_address)?;
        let after = player.status()?.item;
        Ok(after.as_ref() == Some(&before) && page.text.contains(&ward.title_of(&before)?))
    })?;

    let page = ward.phone(&item_address)?;
    assert!(page.text.contains("不能代替医生诊断"), "the disclaimer is there");
    assert!(page.text.contains("请立即告诉最近的医护人员"), "the emergency card is there");
    assert!(!page.text.contains("booking.qlzx.example"), "an education page never leads to booking");
    assert!(!page.text.to_ascii_uppercase().contains("/C/"), "nor to the clinic page");
    assert!(!page.text.contains("<script"), "it needs no script");

    let clinics = ward.phone(&clinic_address)?;
    assert!(clinics.text.contains("内分泌"), "the clinics of the department");
    assert!(!clinics.text.to_ascii_uppercase().contains("/S/"), "and no education");

    // Fewer than five opens are not told, so that no small number points at a person.
    for _ in 0..5 {
        ward.phone(&item_address)?;
        ward.phone(&clinic_address)?;
    }
    until("the opens in the report", Duration::from_secs(10), || Ok(ward.report()?.of_screen("Z04-1").opens >= 11))?;
    Ok(())
}
