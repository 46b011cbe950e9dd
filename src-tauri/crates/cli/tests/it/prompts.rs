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
    let old_names = |arguments: &[&str]| place.run(["prompt", "old-names"].iter().chain(arguments).copied()).shown();
    insta::assert_snapshot!("prompt_old_names", old_names(&[]));
    insta::assert_snapshot!("prompt_old_names_wrong", old_names(&["--let-go", "search/rewritte"]));
    insta::assert_snapshot!("prompt_old_names_let_go", old_names(&["--let-go", "search/rewrite"]));
    insta::assert_snapshot!("prompt_old_names_none", old_names(&[]));
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

const UNFENCED: &str = "---\ninputs:\n  text:\n    kind: string\n---\nsystem:\n😀 Translate {{ text }} into French.\n";

#[test]
fn lint_takes_labels_numbers_and_files() {
    let place = Place::new();
    let first = "user:\nHello {{ nobody }}\n";
    place.run_with(["prompt", "save", "greeting", "-", "-m", "First", "--new"], first.as_bytes()).succeeded();
    place.run_with(["prompt", "save", "greeting", "-", "-m", "Second"], b"user:\nHello\n").succeeded();
    place.run(["prompt", "label", "greeting", "production", "1"]).succeeded();
    insta::assert_snapshot!("prompt_lint_label", place.run(["prompt", "lint", "greeting@production"]).shown());
    insta::assert_snapshot!(
        "prompt_lint_number",
        place.run(["prompt", "lint", "greeting#2", "search/rewrite"]).shown()
    );
    insta::assert_snapshot!("prompt_lint_no_number", place.run(["prompt", "lint", "greeting#7"]).shown());
    place.write("drafts/mine.prompty", UNFENCED);
    insta::assert_snapshot!("prompt_lint_file", place.run(["prompt", "lint", "drafts/mine.prompty"]).shown());
    insta::assert_snapshot!("prompt_lint_stdin", place.run_with(["prompt", "lint", "-"], UNFENCED.as_bytes()).shown());
    let beside = ["prompt", "lint", "workspace/prompts/greeting/1.prompty"];
    insta::assert_snapshot!("prompt_lint_version_file", place.run(beside).shown());
    insta::assert_snapshot!("prompt_lint_no_file", place.run(["prompt", "lint", "none.prompty"]).shown());
    insta::assert_snapshot!("prompt_lint_misuse", place.run(["prompt", "lint", "greeting", "--all"]).shown());
}

#[test]
fn lint_ends_with_1_for_what_is_denied() {
    let place = Place::new();
    place.write("mine.prompty", UNFENCED);
    let code = |arguments: &[&str]| place.run([&["prompt", "lint", "mine.prompty"][..], arguments].concat()).code;
    assert_eq!(code(&[]), Some(0), "a warning is no error");
    assert_eq!(code(&["--deny", "warnings"]), Some(1));
    assert_eq!(code(&["--deny", "hints"]), Some(1));
    place.write("mine.prompty", "---\nnmae: x\n---\nuser:\nHello\n");
    assert_eq!(code(&["--deny", "warnings"]), Some(0), "a hint is no warning");
    assert_eq!(code(&["--deny", "hints"]), Some(1));
}

#[test]
fn lint_follows_includes() {
    let place = Place::new();
    place.write("a.prompty", "user:\nBe kind.\n{% include \"shared/none@production\" %}\n");
    insta::assert_snapshot!("prompt_lint_include", place.run(["prompt", "lint", "a.prompty"]).shown());
}

#[test]
fn sarif_is_as_its_schema_says() {
    let packed = include_bytes!("../../../../../tests/fixtures/sarif/sarif-2.1.0.json.gz");
    let schema: serde_json::Value = serde_json::from_reader(flate2::read::GzDecoder::new(&packed[..])).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let place = Place::new();
    let broken =
        "---\ninputs:\n  name:\n    kind: string\n---\nsystem:\nHello {{ nam }}, {{ name | uper }}\n\n{{ name }}\n";
    place.run_with(["prompt", "save", "größe/x y", "-", "-m", "Broken", "--new"], broken.as_bytes()).succeeded();
    place.write("mine.prompty", UNFENCED);
    for arguments in [["--all"], ["mine.prompty"], ["search/rewrite"]] {
        let said = place.run(["prompt", "lint", arguments[0], "--format", "sarif"]).json();
        let wrong: Vec<String> = validator.iter_errors(&said).map(|error| error.to_string()).collect();
        assert_eq!(wrong, [""; 0], "{said:#}");
    }
    let said = place.run(["prompt", "lint", "größe/x y", "--format", "sarif"]).json();
    let result = &said["runs"][0]["results"][0];
    assert_eq!(
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "prompts/gr%C3%B6%C3%9Fe/x%20y/1.prompty"
    );
    assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "name");
}

#[test]
fn parameters_and_schema_are_compared_by_what_they_mean() {
    let place = Place::new();
    let first = "---\nmodel:\n  id: gpt-5-mini\n  options:\n    temperature: 0.2\noutputs:\n- name: a\n  kind: string\n---\nuser:\nHi\n";
    let second = "---\nmodel: { options: { maxOutputTokens: 50, temperature: 0.7 }, id: gpt-5-mini }\noutputs: { a: string }\n---\nuser:\nHi\n";
    place.run_with(["prompt", "save", "one", "-", "-m", "First", "--new"], first.as_bytes()).succeeded();
    place.run_with(["prompt", "save", "one", "-", "-m", "Second"], second.as_bytes()).succeeded();
    let diff = |what| place.run(["prompt", "diff", "one", "1", "2", what]).shown();
    insta::assert_snapshot!("prompt_diff_parameters", diff("--parameters"));
    insta::assert_snapshot!("prompt_diff_schema", diff("--schema"));
    let both = ["prompt", "diff", "one", "1", "2", "--schema", "--head"];
    insta::assert_snapshot!("prompt_diff_misuse", place.run(both).shown());
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

/// A configuration of promptfoo with something that can't be carried.
const PROMPTFOO: &str = "prompts:\n- |-\n  Hello {{ name }}\nproviders: [openai:gpt-5-mini]\ntests:\n- description: a guest\n  vars: { name: Maya }\n  assert: [{ type: contains, value: Maya }]\n";

#[test]
fn an_import_says_what_it_does_and_what_it_could_not_carry() {
    let place = Place::new();
    let file = place.write("greet.promptfooconfig.yaml", PROMPTFOO);
    let dry = place.run(["prompt", "import", &file, "--dry-run"]);
    insta::assert_snapshot!("prompt_import_dry_run", dry.shown());
    assert!(!place.workspace().join("prompts/greet").exists(), "nothing was written");
    insta::assert_snapshot!("prompt_import", place.run(["prompt", "import", &file]).shown());
    insta::assert_snapshot!(
        "prompt_import_rendered",
        place.run(["prompt", "render", "greet", "--saved", "a guest"]).shown()
    );
    insta::assert_snapshot!("prompt_import_again", place.run(["prompt", "import", &file, "--json"]).shown());
}

#[test]
fn r11_an_import_overwrites_nothing() {
    let place = Place::new();
    let before = place.run(["prompt", "show", "support/reply"]).succeeded().out;
    let file = place.write("reply.prompt.yml", "messages:\n- role: user\n  content: Hi {{name}}\n");
    insta::assert_snapshot!(
        "prompt_import_version",
        place.run(["prompt", "import", &file, "--into", "support/reply"]).shown()
    );
    insta::assert_snapshot!(
        "prompt_import_renamed",
        place.run(["prompt", "import", &file, "--into", "support/", "--rename"]).shown()
    );
    let versions = place.run(["prompt", "show", "support/reply", "--versions", "--json"]).succeeded().json();
    assert_eq!(place.run(["prompt", "show", "support/reply#2"]).succeeded().out, before);
    assert_eq!(versions["versions"][0]["message"], "Imported from reply.prompt.yml");
    assert!(versions["summary"]["labels"].as_array().unwrap().iter().all(|label| label["version"] != 3));
}

#[test]
fn a_folder_is_imported_as_far_as_it_can_be_read() {
    let place = Place::new();
    place.write(
        "their/guest.prompt",
        "---\nmodel: gemini-2.5-flash\n---\n{{role \"system\"}}{{> rules}}\n{{role \"user\"}}{{name}}\n{{history}}\n",
    );
    place.write("their/_rules.prompt", "Be kind.\n");
    place.write("their/broken.prompt", "{{#if a}}never closed\n");
    place.write("their/latin.prompty", b"user:\nGr\xfc\xdfe\n");
    place.write("their/notes.md", "# Not a prompt\n");
    let folder = place.root().join("their");
    let import = ["prompt", "import", folder.to_str().unwrap(), "--into", "their/"];
    insta::assert_snapshot!("prompt_import_folder", place.run(import).shown());
    insta::assert_snapshot!("prompt_import_nothing", place.run(["prompt", "import", "their/notes.md"]).shown());
    insta::assert_snapshot!("prompt_import_missing", place.run(["prompt", "import", "no/such/file"]).shown());
    std::fs::create_dir(place.root().join("empty")).unwrap();
    insta::assert_snapshot!("prompt_import_empty", place.run(["prompt", "import", "empty"]).shown());
}

#[test]
fn an_export_says_what_the_other_tool_does_not_have() {
    let place = Place::new();
    let export = |format: &'static str| {
        place
            .run(["prompt", "export", "search/rewrite@production", "support/reply#1", "--as", format, "--to", "out"])
            .shown()
    };
    insta::assert_snapshot!("prompt_export_dotprompt", export("dotprompt"));
    insta::assert_snapshot!("prompt_export_again", export("dotprompt"));
    insta::assert_snapshot!("prompt_export_refused", export("github"));
    let printed = ["prompt", "export", "search/rewrite", "--as", "langfuse", "--to", "-"];
    insta::assert_snapshot!("prompt_export_printed", place.run(printed).shown());
    insta::assert_snapshot!(
        "prompt_export_wrong",
        place.run(["prompt", "export", "suport/reply", "--as", "evals", "--to", "x"]).shown()
    );
}

#[test]
fn r11_an_export_replaces_a_file_only_when_told() {
    let place = Place::new();
    let to = place.write("mine.prompty", "Mine\n");
    let export = ["prompt", "export", "search/rewrite", "--as", "prompty", "--to", &to];
    insta::assert_snapshot!("prompt_export_there", place.run(export).shown());
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "Mine\n");
    insta::assert_snapshot!(
        "prompt_export_replaced",
        place.run(export.into_iter().chain(["--replace", "--json"])).shown()
    );
    assert_eq!(std::fs::read_to_string(&to).unwrap(), place.run(["prompt", "show", "search/rewrite"]).succeeded().out);
}

#[test]
fn what_is_exported_comes_back_as_the_same_version() {
    let place = Place::new();
    let export = ["prompt", "export", "search/rewrite", "--as", "prompty", "--to", "out"];
    place.run(export).succeeded();
    let import = place.run(["prompt", "import", "out", "--json"]).succeeded().json();
    assert_eq!(
        (&import["prompts"][0]["outcome"], &import["prompts"][0]["prompt"]),
        (&"unchanged".into(), &"search/rewrite".into())
    );
}

#[test]
fn two_files_of_one_name_are_two_prompts() {
    let place = Place::new();
    place.write("their/reply.prompt", "{{role \"user\"}}One\n");
    place.write("their/reply.prompty", "user:\nTwo\n");
    let import = place.run(["prompt", "import", "their", "--into", "support/", "--json"]).succeeded().json();
    let rows = import["prompts"].as_array().unwrap();
    let made: Vec<_> =
        rows.iter().map(|row| (row["prompt"].as_str().unwrap(), row["version"].as_u64().unwrap())).collect();
    assert_eq!(made, [("support/reply", 3), ("support/reply-2", 1)]);
}
