//! Items as patients may take them home: approved, and not withdrawn since.

use anteroom_content::id::{ContentHash, ItemId};
use anteroom_content::item::Item;

use super::{Db, DbResult, document};

/// A version patients may read, with the name of the person who approved it where that is known.
pub async fn handout(db: &Db, id: &ItemId, version: u32) -> DbResult<Option<(Item, Option<String>)>> {
    let found = row!(
        db,
        (String, Option<String>),
        "select i.document, a.display_name from item i left join account a on a.id = i.judged_by
         where i.id = $1 and i.version = $2 and i.state = 'approved'
         and not exists (select 1 from item j where j.id = i.id and j.version > i.version and j.state = 'withdrawn')",
        id.as_str(),
        i64::from(version)
    )?;
    found.map(|(text, reviewer)| Ok((document("item", &text)?, reviewer))).transpose()
}

/// Versions patients may read that show a file.
pub async fn handouts_with_file(db: &Db, hash: &ContentHash) -> DbResult<Vec<Item>> {
    let found = rows!(
        db,
        (String,),
        "select i.document from item i where i.state = 'approved' and i.document like '%' || $1 || '%'
         and not exists (select 1 from item j where j.id = i.id and j.version > i.version and j.state = 'withdrawn')",
        hash.to_hex()
    )?;
    found.iter().map(|(text,)| document("item", text)).collect()
}

#[cfg(test)]
mod tests {
    use anteroom_content::clock::Instant;
    use anteroom_content::item::{Class, Face, MediaFile};
    use anteroom_content::text::Text;

    use super::*;
    use crate::db::items::{ReviewState, add_item, judge_item};
    use crate::db::tests::on_each_engine;

    fn item(version: u32) -> Item {
        let file = MediaFile { hash: ContentHash::of(b"a picture"), size_bytes: 9, width_px: 16, height_px: 9 };
        Item {
            id: ItemId::parse("C01").expect("name"),
            version,
            class: Class::Education,
            title: Text::new("七步洗手", "Clean hands"),
            body: Text::default(),
            source: Text::default(),
            audience: Text::default(),
            author: String::new(),
            layer: None,
            networks: Vec::new(),
            tags: Vec::new(),
            advertiser: None,
            face: Face::Picture { shapes: vec![file] },
            reviewed_at: Instant(0),
            review_by: Instant(1),
            valid_from: None,
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn only_what_review_let_through_is_handed_out_and_a_recall_takes_older_versions_along() {
        on_each_engine(|db| async move {
            let (id, hash) = (item(1).id, ContentHash::of(b"a picture"));
            add_item(&db, &item(1), ReviewState::Approved, "editor", Instant(1)).await.expect("added");
            execute!(
                &db,
                "insert into account (id, name, display_name, role, password_hash, language, made_at)
                 values ('a1', 'lin', '林知远', 'reviewer', '', 'zh-CN', 1)"
            )
            .expect("added");
            add_item(&db, &item(2), ReviewState::Waiting, "editor", Instant(2)).await.expect("added");
            assert!(handout(&db, &id, 2).await.expect("asked").is_none(), "nobody approved it yet");
            let (waiting, approved, withdrawn) = (ReviewState::Waiting, ReviewState::Approved, ReviewState::Withdrawn);
            assert!(judge_item(&db, (&id, 2), (waiting, approved), "a1", "", Instant(3)).await.expect("judged"));
            let (found, reviewer) = handout(&db, &id, 2).await.expect("asked").expect("approved");
            assert_eq!((found.version, reviewer.as_deref()), (2, Some("林知远")));
            assert_eq!(handouts_with_file(&db, &hash).await.expect("asked").len(), 2);
            assert_eq!(handouts_with_file(&db, &ContentHash::of(b"another")).await.expect("asked").len(), 0);
            assert!(judge_item(&db, (&id, 2), (approved, withdrawn), "a1", "", Instant(4)).await.expect("judged"));
            assert!(handout(&db, &id, 2).await.expect("asked").is_none());
            assert!(handout(&db, &id, 1).await.expect("asked").is_none(), "the version before it is recalled too");
            assert_eq!(handouts_with_file(&db, &hash).await.expect("asked").len(), 0);
        })
        .await;
    }
}
