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
fn lint_ends_with_1_when_there_is_an_error() {
    let place = Place::new();
    insta::assert_snapshot!("prompt_lint", place.run(["prompt", "lint"]).shown());
    let broken = "---\ninputs:\n  name:\n    kind: string\n---\nuser:\nHello {{ nam }}, {{ name | uper }}\n";
    place.run_with(["prompt", "save", "broken", "-", "-m", "Broken", "--new"], broken.as_bytes()).succeeded();
    insta::assert_snapshot!("prompt_lint_error", place.run(["prompt", "lint", "broken"]).shown());
    insta::assert_snapshot!("prompt_lint_json", place.run(["prompt", "lint", "broken", "--json"]).shown());
    insta::assert_snapshot!("prompt_lint_sarif", place.run(["prompt", "lint", "all", "--format", "sarif"]).shown());
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
