//! Prompts that a team shares: what others do to them while they are open here.

use serde_json::json;
use signalbox_api::{
    Code,
    types::{
        CallListRequest, CallStart, CallText, DraftSave, Empty, Event, IncludesRequest, LabelBack, LabelProtect,
        LabelSet, PreviewRequest, PromptArchive, PromptCreate, PromptNamed, PromptRename, PromptSave, PromptSearch,
        RedirectSet,
    },
};
use signalbox_domain::CallStatus;
use signalbox_prompts::{ExcerptOf, LabelEvent, Origin, Source};

use crate::harness::{App, command, default_route};

const REPLY: &str = "support/reply";

fn named(name: &str) -> PromptNamed {
    PromptNamed { name: name.into() }
}

fn draft(body: &str) -> DraftSave {
    DraftSave { name: REPLY.into(), source: Source::new("", body), base: 1 }
}

fn save(name: &str, source: &Source) -> PromptSave {
    PromptSave { name: name.into(), source: source.clone(), message: "Why".into() }
}

fn label(version: Option<u32>) -> LabelSet {
    LabelSet { name: REPLY.into(), label: "production".into(), version, confirmed: false, seen: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_has_as_parent_the_one_that_its_draft_was_made_from() {
    let app = App::start().await;
    app.core.draft_save(draft("user:\nOn the first\n")).await.unwrap();
    let saved = app.core.prompt_save(save(REPLY, &Source::new("", "user:\nOn the first\n"))).await.unwrap();
    assert_eq!(saved.prompt.versions[0].parents, [1]);
    let saved = app.core.prompt_save(save(REPLY, &Source::new("", "user:\nBy a program\n"))).await.unwrap();
    assert_eq!(saved.prompt.versions[0].parents, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_save_by_another_program_takes_no_draft_away() {
    let app = App::start().await;
    app.core.draft_save(draft("user:\nStill typing\n")).await.unwrap();
    app.core.prompt_save(save(REPLY, &Source::new("", "user:\nFrom the command line\n"))).await.unwrap();
    let detail = app.core.prompt_get(named(REPLY)).await.unwrap();
    assert_eq!(detail.draft.map(|draft| draft.source.body).as_deref(), Some("user:\nStill typing\n"));
    assert_eq!(detail.latest.map(|source| source.body).as_deref(), Some("user:\nFrom the command line\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_prompt_that_is_deleted_or_renamed_while_it_is_edited_keeps_its_draft() {
    let app = App::start().await;
    let mut events = app.events();
    app.core.draft_save(draft("user:\nMine\n")).await.unwrap();
    let prompts = app.folders.workspace().join("prompts");
    std::fs::rename(prompts.join(REPLY), prompts.join("away")).unwrap();
    app.wait_for(&mut events, |event| matches!(event, Event::Prompts { .. }).then_some(())).await;
    app.core.prompt_get(named(REPLY)).await.unwrap_err();
    app.core.draft_save(draft("user:\nMine, and more\n")).await.unwrap();
    let refused = app.core.prompt_save(save(REPLY, &Source::new("", "user:\nMine, and more\n"))).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);

    // It comes back under another name, with a redirect, as a pull brings it.
    std::fs::rename(prompts.join("away"), prompts.join("answer")).unwrap();
    app.folders.write("prompts/redirects.toml", "[redirects]\n\"support/reply\" = \"answer\"\n");
    for name in [REPLY, "answer"] {
        let detail = app.core.prompt_get(named(name)).await.unwrap();
        assert_eq!(detail.prompt.summary.name.as_str(), "answer");
        assert_eq!(detail.draft.map(|draft| draft.source.body).as_deref(), Some("user:\nMine, and more\n"), "{name}");
    }
    app.core.draft_save(draft("user:\nBy the old name\n")).await.unwrap();
    let detail = app.core.prompt_get(named("answer")).await.unwrap();
    assert_eq!(detail.draft.map(|draft| draft.source.body).as_deref(), Some("user:\nBy the old name\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_draft_of_five_megabytes_is_kept_and_can_be_saved() {
    let app = App::start().await;
    let long = format!("user:\n{}", "é and more\n".repeat(430_000));
    app.core.draft_save(draft(&long)).await.unwrap();
    let kept = app.core.prompt_get(named(REPLY)).await.unwrap().draft.unwrap();
    assert_eq!(kept.source.body, long);
    let saved = app.core.prompt_save(save(REPLY, &kept.source)).await.unwrap();
    assert_eq!(saved.number, 3);
    let preview = PreviewRequest { source: kept.source, ..PreviewRequest::default() };
    let preview = app.core.prompt_preview(preview).await.unwrap();
    assert!(preview.problem.unwrap().message.contains("bytes long"), "it can't be sent, and that is said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_prompt_is_called_and_found_in_the_log_by_both_names() {
    let app = App::start().await;
    let before = app.run(default_route()).await;
    app.core.prompt_rename(PromptRename { name: REPLY.into(), to: "mail/answer".into() }).await.unwrap();
    let redirects = app.core.prompt_redirects(Empty {}).await.unwrap().redirects;
    assert_eq!(redirects.len(), 1);
    let values = app.saved_values(REPLY).await;
    let text = CallText::Label { name: REPLY.into(), label: "production".into() };
    let start = CallStart { text, values, target: default_route() };
    let id = app.core.call_start(start).await.unwrap().call;
    let mut events = app.events();
    let after = loop {
        if let Some(call) = app.stored(id).await.filter(|call| call.status != CallStatus::Running) {
            break call;
        }
        tokio::time::timeout(crate::harness::PATIENCE, events.next()).await.unwrap();
    };
    assert_eq!(after.status, CallStatus::Done, "a program that uses the old name goes on");
    assert_eq!(after.prompt.unwrap().name, "mail/answer", "and the log has the one that it has now");
    let request = CallListRequest { limit: 10, prompt: Some("mail/answer".into()), ..CallListRequest::default() };
    let calls = app.core.call_list(request).await.unwrap().calls;
    assert_eq!(calls.iter().map(|call| call.id).collect::<Vec<_>>(), [id, before.id]);
    let row = app.core.prompt_list(Empty {}).await.unwrap().prompts;
    assert!(row.iter().any(|row| row.summary.name.as_str() == "mail/answer" && row.last_badge.is_some()));
    let let_go = RedirectSet { from: REPLY.into(), to: None };
    assert!(app.core.prompt_redirect(let_go.clone()).await.unwrap().redirects.is_empty());
    assert_eq!(
        app.core.prompt_get(named(REPLY)).await.unwrap_err().code,
        Code::NotFound,
        "nobody finds it by that name"
    );
    let taken_back = app.core.prompt_redirect(RedirectSet { to: Some("mail/answer".into()), ..let_go }).await.unwrap();
    assert_eq!(taken_back.redirects.len(), 1);
    assert_eq!(app.core.prompt_get(named(REPLY)).await.unwrap().prompt.summary.name.as_str(), "mail/answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_label_moves_when_that_is_confirmed_and_goes_back() {
    let app = App::start().await;
    let before = app.core.prompt_get(named(REPLY)).await.unwrap().prompt;
    let from = before.summary.labels.iter().find(|label| label.label == "production").unwrap().version;
    let to = if from == 1 { 2 } else { 1 };
    let protect = LabelProtect { name: REPLY.into(), label: "production".into(), protected: true };
    app.core.label_protect(protect).await.unwrap();
    let refused = app.core.prompt_label(label(Some(to))).await.unwrap_err();
    assert_eq!(refused.code, Code::Protected);
    app.core.prompt_label(LabelSet { confirmed: true, seen: Some(from), ..label(Some(to)) }).await.unwrap();
    let stale = LabelSet { confirmed: true, seen: Some(from), ..label(None) };
    assert_eq!(app.core.prompt_label(stale).await.unwrap_err().code, Code::Conflict, "it points elsewhere by now");
    let back = LabelBack { name: REPLY.into(), label: "production".into(), confirmed: false, seen: None };
    assert_eq!(app.core.label_back(back.clone()).await.unwrap_err().code, Code::Protected);
    let stale = LabelBack { confirmed: true, seen: Some(from), ..back.clone() };
    assert_eq!(app.core.label_back(stale).await.unwrap_err().code, Code::Conflict, "it points elsewhere by now");
    let seen = LabelBack { confirmed: true, seen: Some(to), ..back };
    let moved = app.core.label_back(seen).await.unwrap().moved;
    assert_eq!((moved.from, moved.to), (Some(to), Some(from)));
    let changes = app.core.label_history(named(REPLY)).await.unwrap().changes;
    assert_eq!(changes[0].what, LabelEvent::Back { from: Some(to), to: Some(from) });
    assert!(changes[0].at.is_some() && !changes[0].by.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_was_put_away_is_in_no_list_and_can_be_called() {
    let app = App::start().await;
    app.core.prompt_archive(PromptArchive { name: REPLY.into(), archived: true }).await.unwrap();
    let names = |list: signalbox_api::types::PromptList| -> Vec<String> {
        list.prompts.iter().map(|row| row.summary.name.to_string()).collect()
    };
    assert!(!names(app.core.prompt_list(Empty {}).await.unwrap()).contains(&REPLY.to_owned()));
    assert_eq!(names(app.core.prompt_archived(Empty {}).await.unwrap()), [REPLY]);
    assert_eq!(app.run(default_route()).await.status, CallStatus::Done);
    app.core.prompt_archive(PromptArchive { name: REPLY.into(), archived: false }).await.unwrap();
    assert!(names(app.core.prompt_list(Empty {}).await.unwrap()).contains(&REPLY.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_found_by_their_names_messages_and_texts_also_after_another_start() {
    let app = App::start().await;
    let text = "user:\nThe quick brown fox, {{ message }}\n";
    app.core.prompt_save(save(REPLY, &Source::new("", text))).await.unwrap();
    app.core.prompt_create(PromptCreate { name: "fox/hole".into(), copy_of: None }).await.unwrap();
    let find = async |app: &App, text: &str| {
        let search = PromptSearch { text: text.into(), archived: false };
        let hits = app.core.prompt_search(search).await.unwrap().hits;
        hits.into_iter().map(|hit| (hit.name.to_string(), hit.excerpt.map(|found| found.of))).collect::<Vec<_>>()
    };
    let both = [
        ("fox/hole".to_owned(), Some(ExcerptOf::Name)),
        (REPLY.to_owned(), Some(ExcerptOf::Text { version: 3, line: Some(2) })),
    ];
    assert_eq!(find(&app, "FOX").await, both);
    assert_eq!(find(&app, "brown reply").await.len(), 1, "all of the words, wherever they are");
    let by_message = ("fox/hole".to_owned(), Some(ExcerptOf::Message { version: 1 }));
    assert!(find(&app, "First version").await.contains(&by_message));
    assert_eq!(find(&app, "no such words").await, []);
    assert_eq!(find(&app, "").await.len(), 6);

    let app = App::open(app.close().await).await;
    assert_eq!(find(&app, "fox").await, both);
    app.core.prompt_archive(PromptArchive { name: REPLY.into(), archived: true }).await.unwrap();
    assert_eq!(find(&app, "fox").await, [both[0].clone()]);
    std::fs::remove_dir_all(app.folders.workspace().join("prompts/fox")).unwrap();
    assert_eq!(find(&app, "fox").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn includes_are_settled_by_saving_and_shown_with_what_they_would_be_now() {
    let app = App::start().await;
    let create = |name: &str| PromptCreate { name: name.into(), copy_of: None };
    app.core.prompt_create(create("shared/tone")).await.unwrap();
    let tone = |text: &str| save("shared/tone", &Source::new("", text));
    app.core.prompt_save(tone("Be kind to {{ who }}.")).await.unwrap();
    let own = Source::new("", "system:\n{% include \"shared/tone\" %}\nuser:\nHi\n");
    let saved = app.core.prompt_save(save(REPLY, &own)).await.unwrap();
    let frozen = saved.source.expect("it was written into the front matter");
    assert!(frozen.head.contains("prompt: \"shared/tone\"\n  version: 2\n"), "{}", frozen.head);
    app.core.prompt_save(tone("Be curt to {{ who }}.")).await.unwrap();

    let values = serde_json::Map::from_iter([("who".to_owned(), json!("Ada"))]);
    let preview = async |frozen_too: bool| {
        let request = PreviewRequest {
            source: frozen.clone(),
            values: values.clone(),
            frozen: frozen_too,
            ..PreviewRequest::default()
        };
        app.core.prompt_preview(request).await.unwrap().rendered.unwrap().messages.remove(0)
    };
    assert_eq!(preview(true).await.text(), "Be kind to Ada.");
    let now = preview(false).await;
    assert_eq!(now.text(), "Be curt to Ada.");
    assert!(matches!(now.segments[0].origin, Origin::Included(_)), "{:?}", now.segments);

    let text = CallText::Version { name: REPLY.into(), number: saved.number };
    let start = CallStart { text, values, target: default_route() };
    let id = app.core.call_start(start).await.unwrap().call;
    let mut events = app.events();
    while app.stored(id).await.is_none_or(|call| call.status == CallStatus::Running) {
        tokio::time::timeout(crate::harness::PATIENCE, events.next()).await.unwrap();
    }
    assert_eq!(app.detail(id).await.messages[0].content.text(), "Be kind to Ada.", "what was saved is what is sent");

    let asked = |name: &str| IncludesRequest { name: name.into(), source: None };
    let answer = app.core.prompt_includes(asked(REPLY)).await.unwrap();
    let row = &answer.includes[0];
    assert_eq!((row.target.as_str(), row.line), ("shared/tone", 2));
    assert_eq!(row.frozen.as_ref().map(|one| one.version), Some(2));
    assert_eq!(row.now.as_ref().map(|one| one.version), Some(3));
    let included_by = app.core.prompt_includes(asked("shared/tone")).await.unwrap().included_by;
    assert_eq!(included_by.iter().map(|name| name.as_str()).collect::<Vec<_>>(), [REPLY]);

    let circle = save("shared/tone", &Source::new("", "{% include \"support/reply\" %}"));
    let refused = app.core.prompt_save(circle).await.unwrap_err();
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.message.contains("would include itself"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_or_an_include_cannot_lead_out_of_the_workspace() {
    let app = App::start().await;
    app.folders.write("prompts/redirects.toml", "[redirects]\nold = \"../../secret\"\n");
    assert_eq!(app.core.prompt_get(named("old")).await.unwrap_err().code, Code::NotFound);
    for target in ["../secret", "/etc/passwd", "a/../../b", ".trash/x"] {
        let source = json!({ "head": "", "body": format!("{{% include \"{target}\" %}}") });
        let request = json!({ "name": REPLY, "source": source, "message": "" });
        let error = command(&app.core, "prompt_save", request).await.unwrap_err();
        assert_eq!(error.code, Code::Invalid, "{target}");
    }
}
