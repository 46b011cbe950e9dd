//! Prompts from and for other tools, and prompts within prompts, through the commands of the window.

use std::fs;

use signalbox_api::{
    Code,
    types::{
        PreviewRequest, PromptChosen, PromptCreate, PromptExport, PromptImport, PromptNamed, PromptRename, PromptSave,
    },
};
use signalbox_prompts::{Format, LossKind, Selector, Source};

use crate::harness::App;

const REPLY: &str = "support/reply";

/// Makes a prompt whose second version has this template.
async fn write(app: &App, name: &str, body: &str) {
    if app.core.prompt_get(PromptNamed { name: name.into() }).await.is_err() {
        app.core.prompt_create(PromptCreate { name: name.into(), copy_of: None }).await.unwrap();
    }
    let save = PromptSave { name: name.into(), source: Source::new("inputs: []\n", body), message: "Why".into() };
    app.core.prompt_save(save).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_is_looked_at_before_anything_is_imported_from_it() {
    let app = App::start().await;
    let folder = app.folders.workspace().join("old desk");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("promptfooconfig.yaml"), "prompts:\n- id: hello\n  raw: Greet {{ name }}\n").unwrap();
    let import = PromptImport {
        files: Vec::new(),
        paths: vec!["old desk".into()],
        format: None,
        into: Some("desk/".into()),
        rename: false,
    };
    let plan = app.core.prompt_import_preview(import.clone()).await.unwrap();
    let name = plan.prompts[0].prompt.to_string();
    assert!(name.starts_with("desk/"), "{name}");
    let there = async || app.core.prompt_get(PromptNamed { name: name.clone() }).await;
    assert_eq!(there().await.unwrap_err().code, Code::NotFound, "looking writes nothing");
    assert_eq!(app.core.prompt_import(import.clone()).await.unwrap().prompts, plan.prompts);
    assert!(there().await.unwrap().latest.unwrap().body.contains("Greet {{ name }}"));
    let missing = PromptImport { paths: vec!["old desk/none.yaml".into()], ..import };
    let error = app.core.prompt_import_preview(missing).await.unwrap_err();
    assert!(error.code == Code::NotFound && error.message.contains("none.yaml"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_the_text_that_its_includes_were_frozen_to() {
    let app = App::start().await;
    write(&app, "shared/tone", "Be kind.\n").await;
    write(&app, "greeting", "system:\n{% include \"shared/tone\" %}\nuser:\nHello\n").await;
    write(&app, "shared/tone", "Be curt.\n").await;
    let prompts = vec![PromptChosen { name: "greeting".into(), version: Selector::Latest }];
    let exported = app.core.prompt_exported(PromptExport { prompts, format: Format::Github }).await.unwrap();
    let text = &exported.files[0].text;
    assert!(text.contains("Be kind.") && !text.contains("Be curt.") && !text.contains("include"), "{text}");
    let told =
        exported.losses.iter().find(|loss| loss.kind == LossKind::Changed && loss.what.contains("shared/tone #2"));
    assert!(told.is_some(), "{:?}", exported.losses);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_includes_itself_is_told_while_it_is_typed_whatever_name_it_is_open_under() {
    let app = App::start().await;
    app.core.prompt_rename(PromptRename { name: REPLY.into(), to: "mail/answer".into() }).await.unwrap();
    for target in [REPLY, "mail/answer"] {
        let source = Source::new("", format!("user:\n{{% include \"{target}\" %}}\n"));
        let request = PreviewRequest { source, prompt: Some(REPLY.into()), ..PreviewRequest::default() };
        let preview = app.core.prompt_preview(request).await.unwrap();
        let told = preview.diagnostics.iter().any(|found| found.message.contains("would include itself"));
        assert!(told && preview.rendered.is_none(), "{target}: {:?}", preview.diagnostics);
    }
}

fn import(path: &str, format: Option<Format>) -> PromptImport {
    PromptImport { files: Vec::new(), paths: vec![path.to_owned()], format, into: None, rename: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_a_page_cannot_have_files_read_that_hold_no_prompt() {
    let app = App::start().await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("id_rsa");
    fs::write(&secret, "a key").unwrap();
    let kept = app.folders.home().join("state.db");
    for path in ["/proc/self/environ".to_owned(), secret.display().to_string(), kept.display().to_string()] {
        let import = import(&path, Some(Format::Dotprompt));
        let error = app.core.prompt_import_preview(import).await.unwrap_err();
        assert!(error.message.contains("no file that a prompt can be in"), "{path}: {error:?}");
    }
    // A file that somebody else wrote doesn't bring in what is hidden beside it either.
    fs::create_dir_all(folder.path().join(".ssh")).unwrap();
    fs::write(folder.path().join(".ssh/id_x"), "a key").unwrap();
    let config = folder.path().join("promptfooconfig.yaml");
    fs::write(&config, "prompts: [file://.ssh/id_x]\n").unwrap();
    let import = import(&config.display().to_string(), None);
    let plan = app.core.prompt_import_preview(import).await.unwrap();
    assert!(!format!("{plan:?}").contains("a key"), "{plan:?}");
}
