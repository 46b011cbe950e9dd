//! Prompts, drafts, votes and the session, and that they outlive the application.

use serde_json::json;
use signalbox_api::types::{
    Choice, DraftSave, Empty, LabelSet, PreviewRequest, PromptNamed, PromptRestore, PromptSave, SessionSet, VoteCast,
};
use signalbox_prompts::Source;

use crate::harness::{App, command, default_route};

fn named(name: &str) -> PromptNamed {
    PromptNamed { name: name.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_starter_workspace_has_five_prompts_that_can_be_used() {
    let app = App::start().await;
    let prompts = app.core.prompt_list(Empty {}).await.unwrap().prompts;
    assert_eq!(prompts.len(), 5, "{prompts:?}");
    for row in prompts {
        let name = row.summary.name.to_string();
        assert_eq!(row.summary.problem, None, "{name}");
        let detail = app.core.prompt_get(named(&name)).await.unwrap();
        assert!(detail.prompt.versions.len() >= 2 && !detail.prompt.values.is_empty(), "{name} teaches something");
        let request = PreviewRequest {
            source: detail.latest.expect("it can be read"),
            values: detail.prompt.values[0].values.clone(),
            saved: detail.prompt.values,
            prompt: Some(name.clone()),
            frozen: true,
        };
        let preview = app.core.prompt_preview(request).await.unwrap();
        assert!(preview.rendered.is_some() && preview.problem.is_none(), "{name}: {:?}", preview.problem);
        assert!(preview.diagnostics.iter().all(|found| !found.is_error()), "{name}: {:?}", preview.diagnostics);
        assert!(!preview.estimates.is_empty(), "{name} has a price before it is run");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_drafts_votes_versions_and_the_session_outlive_the_application() {
    let app = App::start().await;
    let source = Source::new("description: draft\n", "user:\nHello {{ name }} 🚂\n");
    let draft = DraftSave { name: "support/reply".into(), source: source.clone(), base: 2 };
    app.core.draft_save(draft).await.unwrap();
    let (one, two) = (app.run(default_route()).await, app.run(default_route()).await);
    let cast = VoteCast { calls: vec![one.id, two.id], choice: Choice::Pane { index: 1 }, blind: true };
    let vote = app.core.vote_cast(cast).await.unwrap();
    let panes = json!({ "panes": [{ "prompt": "support/reply", "version": 2 }] });
    app.core.session_set(SessionSet { key: "compare".into(), value: panes.clone() }).await.unwrap();

    let app = App::open(app.close().await).await;
    let detail = app.core.prompt_get(named("support/reply")).await.unwrap();
    assert_eq!(detail.draft.map(|draft| draft.source), Some(source.clone()));
    assert_eq!(app.core.vote_list(Empty {}).await.unwrap().votes, [vote]);
    assert_eq!(app.core.session_get(Empty {}).await.unwrap().values["compare"], panes);

    let save = PromptSave { name: "support/reply".into(), source, message: "Shorter".into() };
    let saved = app.core.prompt_save(save).await.unwrap();
    assert_eq!((saved.number, saved.unchanged), (3, false));
    let app = App::open(app.close().await).await;
    let detail = app.core.prompt_get(named("support/reply")).await.unwrap();
    assert_eq!(detail.prompt.summary.latest, Some(3));
    assert!(detail.draft.is_none(), "a saved draft is a version now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_moves_a_prompt_is_deleted_and_both_can_be_undone() {
    let app = App::start().await;
    let set = |version| LabelSet {
        name: "support/reply".into(),
        label: "production".into(),
        version,
        confirmed: false,
        seen: None,
    };
    let pointer = |prompt: signalbox_api::types::Prompt| {
        prompt.summary.labels.into_iter().find(|label| label.label == "production").map(|label| label.version)
    };
    let before = pointer(app.core.prompt_get(named("support/reply")).await.unwrap().prompt);
    assert_eq!(pointer(app.core.prompt_label(set(Some(2))).await.unwrap()), Some(2));
    assert_eq!(pointer(app.core.prompt_label(set(before)).await.unwrap()), before);
    app.core.prompt_label(set(Some(9))).await.unwrap_err();

    let deleted = app.core.prompt_delete(named("support/reply")).await.unwrap();
    app.core.prompt_get(named("support/reply")).await.unwrap_err();
    let restored = app.core.prompt_restore(PromptRestore { ticket: deleted.ticket }).await.unwrap();
    assert_eq!(restored.prompt.summary.latest, Some(2), "it is whole again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_prompts_are_listed_each_with_its_labels() {
    let app = App::with(|folders| {
        for n in 0..1_000 {
            folders.write(
                &format!("prompts/many/p{n:04}/1.prompty"),
                &format!("---\nname: p{n}\n---\nuser:\nNumber {n}\n"),
            );
        }
    })
    .await;
    let prompts = app.core.prompt_list(Empty {}).await.unwrap().prompts;
    assert_eq!(prompts.len(), 1_005);
    assert!(prompts.iter().all(|row| row.summary.problem.is_none()), "all can be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_disk_is_told_to_the_windows() {
    let app = App::start().await;
    let mut events = app.events();
    app.folders.write("prompts/new/by-hand/1.prompty", "---\nname: by hand\n---\nuser:\nHi\n");
    app.wait_for(&mut events, |event| match event {
        signalbox_api::types::Event::Prompts { names } => {
            names.iter().any(|name| "new/by-hand".starts_with(name)).then_some(())
        }
        _ => None,
    })
    .await;
    let detail = command(&app.core, "prompt_get", json!({ "name": "new/by-hand" })).await.unwrap();
    assert_eq!(detail["prompt"]["summary"]["latest"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_belongs_to_its_workspace_although_another_has_a_prompt_of_that_name() {
    let app = App::start().await;
    let draft = DraftSave { name: "support/reply".into(), source: Source::new("", "user:\nMine\n"), base: 2 };
    app.core.draft_save(draft).await.unwrap();
    let folders = app.close().await;
    let other = signalbox_api::Core::open(signalbox_api::Options {
        home: Some(folders.home()),
        workspace: Some(folders.home().join("other")),
        exclusive: true,
        keychain: crate::harness::memory_keychain(),
    })
    .await
    .unwrap();
    assert!(other.prompt_get(named("support/reply")).await.unwrap().draft.is_none(), "the other's draft isn't shown");
    other.draft_discard(named("support/reply")).await.unwrap();
    other.close().await;
    drop(other);
    let app = App::open(folders).await;
    let kept = app.core.prompt_get(named("support/reply")).await.unwrap().draft;
    assert_eq!(kept.map(|draft| draft.source.body).as_deref(), Some("user:\nMine\n"), "and it isn't removed either");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_state_folder_is_its_owners_alone_even_when_it_was_there_before() {
    use std::os::unix::fs::PermissionsExt;

    let folders = crate::harness::Folders::new();
    std::fs::create_dir_all(folders.home().join("logs")).unwrap();
    std::fs::set_permissions(folders.home(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folders.open().await.unwrap().close().await;
    let mode = std::fs::metadata(folders.home()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "it holds the texts of all calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_was_seen_to_point_nowhere_is_not_taken_from_who_has_set_it_since() {
    let app = App::start().await;
    let set = |version: u32| LabelSet {
        name: "support/reply".into(),
        label: "beta".into(),
        version: Some(version),
        confirmed: true,
        seen: Some(0),
    };
    app.core.prompt_label(set(1)).await.unwrap();
    let error = app.core.prompt_label(set(2)).await.unwrap_err();
    assert_eq!(error.code, signalbox_api::Code::Conflict, "{error:?}");
}
