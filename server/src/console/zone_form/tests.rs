//! What this form reads, writes back and refuses.

use anteroom_content::id::{BuildingId, SiteId};
use anteroom_content::place::OpenOn;

use super::*;

#[test]
fn a_zone_survives_its_form() {
    let building = Building {
        id: BuildingId::parse("A").expect("name"),
        site: SiteId::parse("QLZX").expect("name"),
        name: Text::new("门诊楼", "Outpatients"),
    };
    let mut open = [Some(OpenHours { from_min: 450, to_min: 1050 }); 7];
    open[6] = None;
    open[5] = Some(OpenHours { from_min: 1320, to_min: 360 });
    let zone = Zone {
        id: ZoneId::parse("Z03").expect("name"),
        site: building.site.clone(),
        building: building.id.clone(),
        floor: "3F".into(),
        name: Text::new("候诊", "Waiting"),
        kind: ZoneKind::Waiting,
        child: true,
        networks: vec![Membership { network: NetworkId::parse("N1").expect("name"), weight: 40 }],
        open,
        open_on: vec![
            OpenOn { kinds: [DayKind::Holiday, DayKind::Closure].into_iter().collect(), hours: None },
            OpenOn {
                kinds: [DayKind::MakeupDay].into_iter().collect(),
                hours: Some(OpenHours { from_min: 1260, to_min: 390 }),
            },
        ],
        tags: vec!["安静".into()],
        no_ads: true,
        audio: Audio::Never,
        sound: None,
        power: None,
        departments: vec![DepartmentId::parse("03.04").expect("name")],
    };
    let places = Places { buildings: vec![building], ..Places::default() };
    let form = ZoneForm::of(&zone);
    assert_eq!(form.read(&places, Some(&zone)).as_ref(), Ok(&zone));
    let loud = ZoneForm { volume: Some("20".into()), ..form.clone() };
    let told: Vec<_> = loud.read(&places, Some(&zone)).expect_err("never").into_iter().map(|said| said.key).collect();
    assert_eq!(told, ["bad-volume-never"]);
    let free =
        ZoneForm { on: vec!["closed".into(); 5], tags: Some("安静，老年友好、安静".into()), ..form.clone() };
    let changed = free.read(&places, None).expect("read");
    assert_eq!(changed.tags, ["安静", "老年友好"]);
    assert!(changed.open_on.len() == 5 && changed.open_on.iter().all(|on| on.hours.is_none()));
    let wrong = ZoneForm { to: vec!["07:30".into(); 7], kind: "moon".into(), ..form };
    let told: Vec<_> = wrong.read(&places, None).expect_err("wrong").into_iter().map(|said| said.key).collect();
    assert_eq!(told, ["bad-kind", "bad-hours"]);
}
