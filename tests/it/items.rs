//! Data sets of prompts: lines that people share and edit.

use std::fs;

use serde_json::{Map, Value, json};
use signalbox_api::{
    Code,
    types::{ItemNamed, ItemSave, PromptRename},
};

use crate::harness::App;

const REPLY: &str = "support/reply";

fn item(values: Value, expected: Option<&str>) -> ItemSave {
    let values: Map<String, Value> = serde_json::from_value(values).unwrap();
    ItemSave { name: REPLY.into(), case: Some("late parcel".into()), values, expected: expected.map(Into::into) }
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_an_item_is_a_line_that_is_added_once_and_taken_out_alone() {
    let app = App::start().await;
    let path = app.folders.workspace().join("datasets/support/reply.jsonl");
    let saved = app.core.item_save(item(json!({ "a": 1, "b": { "c": 2, "d": 3 } }), Some("Sorry.\n"))).await.unwrap();
    assert_eq!((saved.file.as_str(), saved.unchanged), ("datasets/support/reply.jsonl", false));
    let again = app.core.item_save(item(json!({ "b": { "d": 3, "c": 2 }, "a": 1 }), Some("Sorry.\n"))).await.unwrap();
    assert!(again.unchanged && again.item.id == saved.item.id, "the order of keys makes no other item");
    let line = fs::read_to_string(&path).unwrap();
    let read: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(read["values"]["b"]["d"], 3);
    assert_eq!((&read["case"], &read["expected"]), (&json!("late parcel"), &json!("Sorry.\n")));

    // Somebody else writes into it, and forgets the end of the line.
    fs::write(&path, format!("{line}{{\"input\": \"by hand\"}}\n// a note")).unwrap();
    let other = app.core.item_save(item(json!({ "a": 2 }), None)).await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    let named = |id: &str| ItemNamed { name: REPLY.into(), id: id.into() };
    assert!(app.core.item_remove(named(&other.item.id)).await.unwrap().removed);
    assert!(!app.core.item_remove(named(&other.item.id)).await.unwrap().removed, "it is gone already");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{line}{{\"input\": \"by hand\"}}\n// a note\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_belongs_to_the_prompt_under_the_name_that_it_has_now() {
    let app = App::start().await;
    app.core.prompt_rename(PromptRename { name: REPLY.into(), to: "mail/answer".into() }).await.unwrap();
    let saved = app.core.item_save(item(json!({}), None)).await.unwrap();
    assert_eq!(saved.file, "datasets/mail/answer.jsonl");
    let nobody = ItemSave { name: "support/nobody".into(), ..item(json!({}), None) };
    assert_eq!(app.core.item_save(nobody).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn items_that_are_saved_at_once_are_all_there() {
    let app = App::start().await;
    let saves: Vec<_> = (0..12)
        .map(|number| {
            let core = app.core.clone();
            tokio::spawn(async move { core.item_save(item(json!({ "n": number }), None)).await })
        })
        .collect();
    for save in saves {
        assert!(!save.await.unwrap().unwrap().unchanged);
    }
    let text = fs::read_to_string(app.folders.workspace().join("datasets/support/reply.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 12, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_an_item_that_somebody_has_changed_by_hand_is_not_taken_out_by_undo() {
    let app = App::start().await;
    let path = app.folders.workspace().join("datasets/support/reply.jsonl");
    let saved = app.core.item_save(item(json!({ "a": 1 }), Some("Sorry."))).await.unwrap();
    let edited = fs::read_to_string(&path).unwrap().replace("Sorry.", "So sorry.");
    fs::write(&path, &edited).unwrap();
    let named = ItemNamed { name: REPLY.into(), id: saved.item.id };
    assert!(!app.core.item_remove(named).await.unwrap().removed);
    assert_eq!(fs::read_to_string(&path).unwrap(), edited);
}
