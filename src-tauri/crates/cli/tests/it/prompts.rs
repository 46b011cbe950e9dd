//! `prompt`.

use crate::harness::Place;

#[test]
fn prompts_are_listed_and_read() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_list", place.run(["prompt", "list"]).shown());
    insta::assert_snapshot!("prompt_list_filtered", place.run(["prompt", "list", "SEARCH"]).shown());
    insta::assert_snapshot!("prompt_list_nothing", place.run(["prompt", "list", "nothing like it"]).shown());
    insta::assert_snapshot!("prompt_show", place.run(["prompt", "show", "search/rewrite#1"]).shown());
    insta::assert_snapshot!(
        "prompt_show_versions",
        place.run(["prompt", "show", "support/reply", "--versions"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_show_json",
        place.run(["prompt", "show", "search/rewrite@production", "--json"]).shown()
    );
    insta::assert_snapshot!("prompt_show_wrong", place.run(["prompt", "show", "search/rewritte"]).shown());
}

#[test]
fn a_prompt_is_rendered_as_a_model_gets_it() {
    let place = Place::new();
    let saved = ["prompt", "render", "support/reply#1", "--saved", "late parcel"];
    insta::assert_snapshot!("prompt_render", place.run(saved).shown());
    insta::assert_snapshot!("prompt_render_json", place.run(saved.into_iter().chain(["--json"])).shown());
    insta::assert_snapshot!("prompt_render_missing", place.run(["prompt", "render", "search/rewrite"]).shown());
}

#[test]
fn what_is_shown_can_be_saved_again() {
    let place = Place::new();
    let text = place.run(["prompt", "show", "search/rewrite"]).succeeded().out;
    let save = ["prompt", "save", "search/rewrite", "-", "-m", "Nothing new"];
    insta::assert_snapshot!("prompt_save_unchanged", place.run_with(save, text.as_bytes()).shown());
    let changed = place.write("changed.prompty", text.replace("system:", "system:\nBe brief."));
    let save = ["prompt", "save", "search/rewrite", &changed, "-m", "Briefer", "--label", "production"];
    insta::assert_snapshot!("prompt_save", place.run(save).shown());
    insta::assert_snapshot!(
        "prompt_save_diff",
        place.run(["prompt", "diff", "search/rewrite", "2", "production"]).shown()
    );
    let info = place.run(["prompt", "show", "search/rewrite", "--versions", "--json"]).succeeded().json();
    assert_eq!(info["versions"][0]["author"], "tester");
}

#[test]
fn a_prompt_is_made_only_when_that_is_meant() {
    let place = Place::new();
    let save = ["prompt", "save", "suport/reply", "-", "-m", "First version"];
    insta::assert_snapshot!("prompt_save_typo", place.run_with(save, b"user:\nHello\n").shown());
    let new = save.into_iter().chain(["--new"]);
    insta::assert_snapshot!("prompt_save_new", place.run_with(new.clone(), b"user:\nHello\n").shown());
    insta::assert_snapshot!("prompt_save_exists", place.run_with(new, b"user:\nHello\n").shown());
    let broken = ["prompt", "save", "support/reply", "-", "-m", "Broken"];
    insta::assert_snapshot!("prompt_save_broken", place.run_with(broken, b"---\nno end\n").shown());
}

#[test]
fn differences_are_words_in_brackets_or_in_colour() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_diff", place.run(["prompt", "diff", "search/classify", "1", "2"]).shown());
    let same = ["prompt", "diff", "search/classify", "#2", "@staging"];
    insta::assert_snapshot!("prompt_diff_same", place.run(same).shown());
    let rendered = ["prompt", "diff", "support/reply", "1", "2", "--rendered", "--saved", "late parcel"];
    insta::assert_snapshot!("prompt_diff_rendered", place.run(rendered).shown());
    insta::assert_snapshot!(
        "prompt_diff_head",
        place.run(["prompt", "diff", "search/classify", "1", "2", "--head"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_diff_draft",
        place.run(["prompt", "diff", "search/classify", "1", "draft"]).shown()
    );
    insta::assert_snapshot!("prompt_diff_wrong", place.run(["prompt", "diff", "search/classify", "1", "b/c"]).shown());

    let arguments = ["prompt", "diff", "search/classify", "1", "2"];
    let with = |name: &str, value: &str| {
        let mut command = place.command(arguments);
        command.env("CLICOLOR_FORCE", "1").env(name, value);
        place.finish(command, &arguments, b"").succeeded().out
    };
    assert!(with("TERM", "xterm").contains("\u{1b}[32m"), "colour when it is forced");
    assert!(!with("NO_COLOR", "1").contains('\u{1b}'), "none when nobody wants it");
}

#[test]
fn a_label_says_what_it_replaces() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_label", place.run(["prompt", "label", "support/reply", "production", "2"]).shown());
    insta::assert_snapshot!(
        "prompt_label_again",
        place.run(["prompt", "label", "support/reply", "production", "#2"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_label_new",
        place.run(["prompt", "label", "support/reply", "canary", "1", "--json"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_label_remove",
        place.run(["prompt", "label", "support/reply", "canary", "--remove"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_label_none",
        place.run(["prompt", "label", "support/reply", "prodction", "--remove"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_label_no_version",
        place.run(["prompt", "label", "support/reply", "canary", "9"]).shown()
    );
    insta::assert_snapshot!("prompt_label_misuse", place.run(["prompt", "label", "support/reply", "canary"]).shown());
}

#[test]
fn a_label_is_protected_goes_back_and_says_who_moved_it() {
    let place = Place::new();
    let label = |rest: &[&'static str]| {
        place.run(["prompt", "label", "support/reply"].into_iter().chain(rest.iter().copied())).shown()
    };
    insta::assert_snapshot!("prompt_label_protect", label(&["production", "--protect"]));
    insta::assert_snapshot!("prompt_label_protected", label(&["production", "2"]));
    insta::assert_snapshot!("prompt_label_protected_json", label(&["production", "2", "--json"]));
    insta::assert_snapshot!("prompt_label_confirmed", label(&["production", "2", "--confirm"]));
    insta::assert_snapshot!("prompt_label_rollback_protected", label(&["production", "--rollback"]));
    insta::assert_snapshot!("prompt_label_rollback", label(&["production", "--rollback", "--confirm"]));
    insta::assert_snapshot!("prompt_label_rollback_nothing", label(&["production", "--rollback", "--confirm"]));
    insta::assert_snapshot!("prompt_label_unprotect", label(&["production", "--unprotect"]));
    insta::assert_snapshot!("prompt_label_history", label(&["production", "--history"]));
    insta::assert_snapshot!("prompt_label_history_json", label(&["--history", "--json"]));
    insta::assert_snapshot!("prompt_label_two_things", label(&["production", "--protect", "--rollback"]));
    insta::assert_snapshot!(
        "prompt_label_history_wrong",
        place.run(["prompt", "label", "suport/reply", "--history"]).shown()
    );
}

#[test]
fn a_prompt_is_renamed_and_still_found_by_its_old_name() {
    let place = Place::new();
    let rename = |name, to| place.run(["prompt", "rename", name, to]).shown();
    insta::assert_snapshot!("prompt_rename", rename("search/rewrite", "query/rewrite"));
    insta::assert_snapshot!("prompt_rename_taken", rename("query/rewrite", "support/reply"));
    insta::assert_snapshot!("prompt_rename_wrong", rename("query/rewritte", "x"));
    let old = place.run(["prompt", "show", "search/rewrite@production", "--json"]).succeeded().json();
    assert_eq!(old["name"], "query/rewrite");
    place.run(["call", "--prompt", "search/rewrite@production", "--saved", "follow-up", "--json"]);
}

#[test]
fn a_prompt_is_put_away_and_taken_back() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_archive", place.run(["prompt", "archive", "search/rewrite"]).shown());
    insta::assert_snapshot!("prompt_archive_list", place.run(["prompt", "list", "search"]).shown());
    insta::assert_snapshot!("prompt_archive_archived", place.run(["prompt", "list", "--archived"]).shown());
    insta::assert_snapshot!(
        "prompt_archive_undo",
        place.run(["prompt", "archive", "search/rewrite", "--undo", "--json"]).shown()
    );
    insta::assert_snapshot!("prompt_archive_wrong", place.run(["prompt", "archive", "search/rewrit"]).shown());
}

#[test]
fn what_git_could_not_merge_is_settled() {
    let place = Place::new();
    let path = place.workspace().join("prompts/search/rewrite/2.prompty");
    let ours = std::fs::read_to_string(&path).unwrap();
    let theirs = "---\n---\nuser:\nTheirs\n";
    std::fs::write(&path, format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> theirs\n")).unwrap();
    insta::assert_snapshot!("prompt_conflict", place.run(["prompt", "show", "search/rewrite#2"]).shown());
    insta::assert_snapshot!("prompt_settle", place.run(["prompt", "settle", "search/rewrite"]).shown());
    insta::assert_snapshot!(
        "prompt_settle_nothing",
        place.run(["prompt", "settle", "search/rewrite", "--json"]).shown()
    );
    assert_eq!(place.run(["prompt", "show", "search/rewrite#2"]).succeeded().out, ours);
    assert_eq!(place.run(["prompt", "show", "search/rewrite#3"]).succeeded().out, theirs);
}

#[test]
fn prompts_are_found_by_words() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_search", place.run(["prompt", "search", "customer"]).shown());
    insta::assert_snapshot!("prompt_search_words", place.run(["prompt", "search", "REPLY", "parcel"]).shown());
    insta::assert_snapshot!("prompt_search_json", place.run(["prompt", "search", "rewrite", "--json"]).shown());
    insta::assert_snapshot!("prompt_search_nothing", place.run(["prompt", "search", "nothing", "like", "it"]).shown());
}

#[test]
fn an_include_is_settled_when_it_is_saved() {
    let place = Place::new();
    let new = |name| ["prompt", "save", name, "-", "-m", "First version", "--new"];
    place.run_with(new("shared/tone"), b"Be kind to {{ who }}.\n").succeeded();
    let text = b"system:\n{% include \"shared/tone\" %}\nuser:\nHi\n";
    insta::assert_snapshot!("prompt_include_save", place.run_with(new("greeting"), text).shown());
    insta::assert_snapshot!("prompt_include_show", place.run(["prompt", "show", "greeting"]).shown());
    let later = ["prompt", "save", "shared/tone", "-", "-m", "Curt"];
    place.run_with(later, b"Be curt to {{ who }}.\n").succeeded();
    let render = ["prompt", "render", "greeting", "--var", "who=Ada"];
    insta::assert_snapshot!("prompt_include_render", place.run(render).shown());
    let dangling = place.run_with(new("broken"), b"{% include \"shared/tune@production\" %}");
    insta::assert_snapshot!("prompt_include_dangling", dangling.shown());
}

#[test]
fn lint_ends_with_1_when_there_is_an_error() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_lint", place.run(["prompt", "lint"]).shown());
    let broken = "---\ninputs:\n  name:\n    kind: string\n---\nuser:\nHello {{ nam }}, {{ name | uper }}\n";
    place.run_with(["prompt", "save", "broken", "-", "-m", "Broken", "--new"], broken.as_bytes()).succeeded();
    insta::assert_snapshot!("prompt_lint_error", place.run(["prompt", "lint", "broken"]).shown());
    insta::assert_snapshot!("prompt_lint_json", place.run(["prompt", "lint", "broken", "--json"]).shown());
    insta::assert_snapshot!("prompt_lint_sarif", place.run(["prompt", "lint", "--all", "--format", "sarif"]).shown());
    insta::assert_snapshot!("prompt_lint_wrong", place.run(["prompt", "lint", "brokn"]).shown());
}

#[test]
fn r5_a_version_that_was_changed_is_refused_with_both_hashes() {
    let place = Place::new();
    let path = place.workspace().join("prompts/search/rewrite/2.prompty");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text + "And more\n").unwrap();
    insta::assert_snapshot!("prompt_tampered", place.run(["prompt", "show", "search/rewrite"]).shown());
    insta::assert_snapshot!("prompt_tampered_lint", place.run(["prompt", "lint", "search/rewrite"]).shown());
}
