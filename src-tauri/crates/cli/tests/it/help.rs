//! Help that teaches, and the forms in which shells and manuals want it.

use crate::harness::Place;

/// Every subcommand, by what is typed.
const SUBCOMMANDS: &[&str] = &[
    "",
    "call",
    "serve",
    "token",
    "token create",
    "token list",
    "token revoke",
    "parse",
    "prompt",
    "prompt list",
    "prompt show",
    "prompt render",
    "prompt save",
    "prompt diff",
    "prompt label",
    "prompt search",
    "prompt rename",
    "prompt old-names",
    "prompt settle",
    "prompt archive",
    "prompt lint",
    "prompt import",
    "prompt export",
    "budget",
    "budget list",
    "budget set",
    "budget remove",
    "budget usage",
    "drill",
    "drill list",
    "drill run",
    "keys",
    "keys set",
    "keys list",
    "keys delete",
    "log",
    "log list",
    "log show",
    "log export",
    "log replay",
    "provider",
    "provider list",
    "provider test",
    "provider connect",
    "provider remove",
    "provider discover",
    "route",
    "route list",
    "model",
    "model list",
    "completions",
    "man",
];

/// The subcommands that help lists below one of them.
fn below(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What a description needs of further lines is set in deeper.
    let names = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.filter_map(|line| line.split_whitespace().next()).map(Into::into).collect()
}

#[test]
fn every_subcommand_has_help_that_teaches() {
    let place = Place::new();
    for subcommand in SUBCOMMANDS {
        let said = place.run(subcommand.split_whitespace().chain(["--help"])).succeeded();
        let below = below(&said.out);
        for name in &below {
            let path = format!("{subcommand} {name}");
            assert!(SUBCOMMANDS.contains(&path.trim()), "{path} is tested");
        }
        let teaches = said.out.contains("Examples:");
        assert!(teaches || (!below.is_empty() && !subcommand.is_empty()), "{subcommand} has no example");
        let name = if subcommand.is_empty() { "signalbox-cli".to_owned() } else { subcommand.replace(' ', "_") };
        insta::assert_snapshot!(format!("help_{name}"), said.out);
    }
}

#[test]
fn every_shell_gets_its_completions() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = place.run(["completions", shell]).succeeded();
        assert!(said.out.contains("signalbox-cli") && said.out.contains("replay"), "{shell}");
    }
    insta::assert_snapshot!(place.run(["completions", "csh"]).shown());
}

#[test]
fn the_manual_has_a_page_for_each_subcommand() {
    let place = Place::new();
    assert!(place.run(["man"]).succeeded().out.contains(".TH signalbox-cli 1"));
    let folder = place.root().join("man");
    insta::assert_snapshot!(place.run(["man", "--out", folder.to_str().unwrap()]).shown());
    let pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|page| page.unwrap().file_name()).collect();
    for subcommand in SUBCOMMANDS {
        let page = format!("{}.1", format!("signalbox-cli {subcommand}").trim().replace(' ', "-"));
        assert!(pages.iter().any(|name| *name == *page), "{page}");
    }
}

#[test]
fn neither_help_nor_completions_need_a_state_folder() {
    let place = Place::new();
    let fresh = place.root().join("fresh");
    for arguments in [&["--help"][..], &["call", "--help"], &["completions", "bash"], &["man"], &["--version"]] {
        let mut command = place.command(arguments);
        command.env("SIGNALBOX_HOME", &fresh).env("SIGNALBOX_WORKSPACE", fresh.join("workspace"));
        place.finish(command, arguments, b"").succeeded();
    }
    assert!(!fresh.exists(), "nothing was made");
}
