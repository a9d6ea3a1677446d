//! Departments, doctors, overrides, and the calendar: together the timetable of the whole network.

use anteroom_content::clinic::{Department, Doctor, Override, Timetable};
use anteroom_content::clock::Instant;
use anteroom_content::id::OverrideId;

use super::calendar::calendar;
use super::{Db, DbResult, document, to_document};

/// Reads the timetable with every override that was not withdrawn and whose date is not before `from` (an ISO date):
/// what is over leaves the programmes by itself.
pub async fn timetable(db: &Db, from: &str) -> DbResult<Timetable> {
    let departments = rows!(db, (String,), "select document from department order by rank, id")?;
    let doctors = rows!(db, (String,), "select document from doctor order by rank, id")?;
    let overrides = rows!(
        db,
        (String,),
        "select document from clinic_override where withdrawn_at is null and date >= $1 order by made_at, id",
        from
    )?;
    Ok(Timetable {
        departments: departments.iter().map(|(t,)| document("department", t)).collect::<DbResult<_>>()?,
        doctors: doctors.iter().map(|(t,)| document("doctor", t)).collect::<DbResult<_>>()?,
        overrides: overrides.iter().map(|(t,)| document("override", t)).collect::<DbResult<_>>()?,
        calendar: calendar(db, from).await?,
        notices: Vec::new(),
    })
}

/// Adds or changes a department; `rank` is its place in lists and on strips.
pub async fn save_department(db: &Db, department: &Department, rank: i64) -> DbResult<()> {
    execute!(
        db,
        "insert into department (id, rank, document) values ($1, $2, $3)
         on conflict (id) do update set rank = excluded.rank, document = excluded.document",
        department.id.as_str(),
        rank,
        to_document("department", department)?
    )?;
    Ok(())
}

/// Adds or changes a doctor.
pub async fn save_doctor(db: &Db, doctor: &Doctor, rank: i64) -> DbResult<()> {
    execute!(
        db,
        "insert into doctor (id, department, rank, document) values ($1, $2, $3, $4)
         on conflict (id) do update set department = excluded.department, rank = excluded.rank, document = excluded.document",
        doctor.id.as_str(),
        doctor.department.as_str(),
        rank,
        to_document("doctor", doctor)?
    )?;
    Ok(())
}

/// Enters an override.
pub async fn add_override(db: &Db, change: &Override, made_by: &str) -> DbResult<()> {
    execute!(
        db,
        "insert into clinic_override (id, doctor, date, document, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        change.id.as_str(),
        change.doctor.as_str(),
        change.date.to_string(),
        to_document("override", change)?,
        made_by,
        change.made_at.0
    )?;
    Ok(())
}

/// Takes an override back; it stays in the books. True when it was in force.
pub async fn withdraw_override(db: &Db, id: &OverrideId, at: Instant) -> DbResult<bool> {
    let changed = execute!(
        db,
        "update clinic_override set withdrawn_at = $1 where id = $2 and withdrawn_at is null",
        at.0,
        id.as_str()
    )?;
    Ok(changed > 0)
}
