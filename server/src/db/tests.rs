//! Every question is asked of both engines. PostgreSQL is the one `ANTEROOM_TEST_POSTGRES` names; where it is not set,
//! the SQLite half alone runs, and says so.

use std::future::Future;

use super::Db;

/// Runs a check on a fresh database of each engine.
pub(crate) async fn on_each_engine<F, Fut>(check: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open_sqlite(&folder.path().join("anteroom.db")).await.expect("opens");
    check(db.clone()).await;
    db.close().await;
    let Ok(url) = std::env::var("ANTEROOM_TEST_POSTGRES") else {
        eprintln!("ANTEROOM_TEST_POSTGRES is not set: PostgreSQL was left out");
        return;
    };
    let name = format!("t{}", anteroom_content::manifest::to_hex(&random()));
    let admin = sqlx::PgPool::connect(&url).await.expect("PostgreSQL answers");
    let make = sqlx::AssertSqlSafe(format!("create database {name}"));
    sqlx::query(make).execute(&admin).await.expect("a fresh database");
    let (server, _) = url.rsplit_once('/').expect("a database in the address");
    let db = Db::open_postgres(&format!("{server}/{name}")).await.expect("opens");
    check(db.clone()).await;
    db.close().await;
    let drop = sqlx::AssertSqlSafe(format!("drop database {name}"));
    sqlx::query(drop).execute(&admin).await.expect("dropped");
}

/// Takes one step of the schema on a database that was brought back to before it.
pub(super) async fn migrate(db: &Db, migration: &str) {
    let plain: String = migration.lines().filter(|line| !line.starts_with("--")).collect();
    for statement in plain.split_terminator(';') {
        execute!(db, sqlx::AssertSqlSafe(statement.to_owned())).expect("moved");
    }
}

fn random() -> [u8; 8] {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("chance");
    bytes
}

#[tokio::test]
async fn versions_count_up_and_survive_a_transaction_that_was_dropped() {
    on_each_engine(|db| async move {
        let mut tx = db.begin().await.expect("begins");
        assert_eq!(super::facts::next_version(&mut tx).await.expect("counts"), 1);
        tx.commit().await.expect("commits");
        let mut dropped = db.begin().await.expect("begins");
        assert_eq!(super::facts::next_version(&mut dropped).await.expect("counts"), 2);
        drop(dropped);
        let mut tx = db.begin().await.expect("begins");
        assert_eq!(super::facts::next_version(&mut tx).await.expect("counts"), 2, "nothing was given away");
        tx.commit().await.expect("commits");
        super::facts::set_fact(&db, "colour", "teal").await.expect("set");
        assert_eq!(super::facts::fact(&db, "colour").await.expect("asked"), Some("teal".into()));
    })
    .await;
}

#[tokio::test]
async fn a_data_folder_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("anteroom.db");
    let db = Db::open_sqlite(&file).await.expect("opens");
    execute!(
        &db,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99990101, 'from the future', true, x'00', 0)"
    )
    .expect("written");
    db.close().await;
    let refused = Db::open_sqlite(&file).await.expect_err("newer");
    assert!(refused.to_string().contains("newer version of anteroom"), "{refused}");
}
