//! Copies of the database.

use signalbox_api::types::{Empty, TokenCreate};

use crate::harness::{App, Folders, default_route};

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_holds_every_finished_call_and_opens_elsewhere() {
    let app = App::start().await;
    let call = app.run(default_route()).await;
    assert!(app.core.backup_list(Empty {}).await.unwrap().backups.is_empty(), "there is none at first");
    let list = app.core.backup_make(Empty {}).await.unwrap();
    let copy = list.backups.first().expect("the copy is listed");
    assert!(copy.bytes > 0 && list.database_bytes > 0, "{list:?}");
    app.core.token_create(TokenCreate { name: "later".into(), ..TokenCreate::default() }).await.unwrap();
    let second = app.core.backup_make(Empty {}).await.unwrap();
    assert_eq!(second.backups.len(), 2, "each copy is a file of its own");
    assert_ne!(second.backups[0].name, copy.name, "the newest comes first");

    let elsewhere = Folders::new();
    std::fs::create_dir_all(elsewhere.home()).unwrap();
    std::fs::copy(std::path::Path::new(&list.folder).join(&copy.name), elsewhere.home().join("state.db")).unwrap();
    let restored = App::open(elsewhere).await;
    assert_eq!(restored.stored(call.id).await, Some(call), "the call is what it was");
    assert!(restored.core.token_list(Empty {}).await.unwrap().tokens.is_empty(), "what came later isn't in it");
}
