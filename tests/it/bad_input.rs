//! What is wrong is said with what to do, and nothing typed is lost.

use serde_json::json;
use signalbox_api::{
    Code,
    types::{DraftSave, Empty, PreviewRequest, PromptNamed, PromptSave},
};
use signalbox_domain::CallStatus;
use signalbox_prompts::Source;

use crate::harness::{App, Folders, default_route};

fn named(name: &str) -> PromptNamed {
    PromptNamed { name: name.into() }
}

async fn preview(app: &App, body: &str) -> signalbox_api::types::Preview {
    let values = json!({ "name": "Maya" }).as_object().cloned().unwrap_or_default();
    let request = PreviewRequest {
        source: Source::new("inputs:\n  name:\n    kind: string\n", body),
        values,
        ..PreviewRequest::default()
    };
    app.core.prompt_preview(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_prompt_is_listed_with_its_problem_and_hides_no_other() {
    let app =
        App::with(|folders| folders.write("prompts/broken/one/1.prompty", "---\nname: [unclosed\n---\nuser:\nHi\n"))
            .await;
    let prompts = app.core.prompt_list(Empty {}).await.unwrap().prompts;
    assert_eq!(prompts.len(), 6);
    let broken = prompts.iter().find(|row| row.summary.name.to_string() == "broken/one").expect("it is listed");
    assert!(broken.summary.problem.is_some(), "{broken:?}");
    app.core.prompt_get(named("broken/one")).await.expect("it can be opened and mended");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_variable_is_marked_where_it_stands() {
    let app = App::start().await;
    let body = "user:\nHello {{ nmae }}\n";
    let preview = preview(&app, body).await;
    let found = preview.diagnostics.iter().find(|found| found.is_error()).expect("lint finds it");
    let marked: String =
        body.chars().skip(found.range.start as usize).take((found.range.end - found.range.start) as usize).collect();
    assert_eq!(marked, "nmae");
    assert!(found.message.contains("name"), "{} says what was meant", found.message);
    assert!(preview.rendered.is_none() && preview.problem.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_loops_for_ever_is_stopped() {
    let app = App::start().await;
    let body = "user:\n{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}\n";
    let problem = preview(&app, body).await.problem.expect("it is stopped");
    assert!(problem.message.contains("stopped"), "{}", problem.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_changed_on_disk_is_refused_with_both_hashes() {
    let app = App::start().await;
    let folders = app.close().await;
    let path = "prompts/support/reply/1.prompty";
    let text = folders.read(path).replace("customer", "client");
    std::fs::remove_file(folders.workspace().join(path)).unwrap();
    folders.write(path, &text);
    let app = App::open(folders).await;
    let request = signalbox_api::types::VersionNamed { name: "support/reply".into(), number: 1 };
    let error = app.core.prompt_version(request).await.unwrap_err();
    assert_eq!(error.code, Code::Tampered);
    assert_eq!(error.message.matches("b3:").count(), 2, "{}", error.message);
    app.core.prompt_get(named("support/reply")).await.expect("the prompt opens all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_is_refused_with_what_to_do() {
    let app = App::start().await;
    let error = app.folders.open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::AlreadyOpen);
    assert!(error.hint.is_some(), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone() {
    let old = App::start().await.close().await;
    // The number of the schema is a big-endian integer at byte 60 of the file.
    let mut bytes = std::fs::read(old.home().join("state.db")).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    let folders = Folders::new();
    std::fs::create_dir_all(folders.home()).unwrap();
    std::fs::write(folders.home().join("state.db"), &bytes).unwrap();
    let error = folders.open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::Newer, "{error:?}");
    assert!(error.message.contains("9999") && error.hint.is_some(), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_leaves_the_last_good_one_in_force() {
    let app = App::start().await;
    let mut events = app.events();
    let good = app.folders.read("signalbox.toml");
    app.folders.write("signalbox.toml", &format!("{good}\n[route.default]\ngenerat = []\n"));
    app.wait_for(&mut events, |event| matches!(event, signalbox_api::types::Event::Config {}).then_some(())).await;
    let info = app.core.app_info(Empty {}).await.unwrap();
    let problem = info.workspace.problems.first().expect("it says what is wrong");
    assert!(problem.line > 1, "it says where: {problem:?}");
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done, "calls go on under the last good one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_survives_a_save_that_fails() {
    let app = App::start().await;
    let source = Source::new("", "user:\nNothing is lost\n");
    let draft = DraftSave { name: "support/reply".into(), source: source.clone(), base: 2 };
    app.core.draft_save(draft).await.unwrap();
    // Without its folder the version can't be written, whoever runs this test.
    let folder = app.folders.workspace().join("prompts/support/reply");
    std::fs::rename(&folder, folder.with_extension("away")).unwrap();
    let save = PromptSave { name: "support/reply".into(), source: source.clone(), message: "Lost?".into() };
    app.core.prompt_save(save).await.unwrap_err();
    std::fs::rename(folder.with_extension("away"), &folder).unwrap();
    let detail = app.core.prompt_get(named("support/reply")).await.unwrap();
    assert_eq!(detail.draft.map(|draft| draft.source), Some(source));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_out_of_the_workspace_is_refused() {
    let app = App::start().await;
    for name in ["../secret", "/etc/passwd", "a/../../b", "", "a//b", "C:\\x", ".hidden"] {
        let error = app.core.prompt_get(named(name)).await.unwrap_err();
        assert_eq!(error.code, Code::Invalid, "{name:?}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_no_workspace_is_left_as_it_is() {
    let folders = Folders::new();
    folders.write("notes.txt", "not a workspace");
    let error = folders.open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::NotFound, "{error:?}");
    assert!(!folders.workspace().join("signalbox.toml").exists(), "nothing was put into it");
}
