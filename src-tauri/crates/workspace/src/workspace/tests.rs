#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use signalbox_domain::{Price, Role, Tier};

use super::*;
use crate::edit::{BudgetEdit, set_budget};

fn starter() -> (tempfile::TempDir, Workspace) {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::init(&folder.path().join("new/starter"), STARTER_TOML).unwrap();
    (folder, workspace)
}

fn limit(amount: &str) -> BudgetEdit {
    BudgetEdit { limit: Some(amount.parse().unwrap()), ..BudgetEdit::default() }
}

#[test]
fn the_starter_is_ready_without_a_key() {
    let (_folder, workspace) = starter();
    let loaded = workspace.load().unwrap();
    assert_eq!(loaded.problems, []);
    let config = loaded.config.unwrap();
    assert_eq!((config.workspace.name.as_str(), config.workspace.project.as_str()), ("starter", "starter"));
    assert!(config.providers.iter().all(|p| !p.needs_key() && p.is_local()));
    assert_eq!(config.route("default").unwrap().chain(Role::Generate, Tier::Standard), ["simulated-large"]);
    let large = config.model("simulated-large").unwrap();
    assert_eq!((large.price, large.family.as_deref()), (Some(Price::FREE), Some("simulated")));
    assert_eq!(config.model("simulated-small").unwrap().tier, Tier::Simple);
    assert_eq!(config.budget("daily").unwrap().limit, "$5.00".parse().unwrap());
}

#[test]
fn r11_a_workspace_is_never_made_over_another() {
    let (_folder, workspace) = starter();
    workspace.edit(|text| set_budget(text, "daily", &limit("7"))).unwrap();
    let error = Workspace::init(workspace.root(), STARTER_TOML).unwrap_err();
    assert!(matches!(error, WorkspaceError::File(FileError::Exists { .. })), "{error}");
    assert!(workspace.load().unwrap().text.contains("$7.00"));
}

#[test]
fn a_folder_without_the_file_is_no_workspace() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Workspace::open(folder.path()), Err(WorkspaceError::NotAWorkspace { .. })));
    assert!(matches!(
        Workspace::open(&folder.path().join("none")),
        Err(WorkspaceError::File(FileError::NotFound { .. }))
    ));
    assert!(matches!(Workspace::init(&folder.path().join("a"), "x ="), Err(WorkspaceError::Invalid { .. })));
    assert!(!folder.path().join("a").exists(), "nothing is made from a configuration that is not valid");
}

#[test]
fn r11_an_edit_applies_to_what_is_on_disk_now() {
    let (_folder, workspace) = starter();
    workspace.load().unwrap();
    let by_hand = STARTER_TOML.replace("name = \"starter\"", "name = \"by hand\" # mine");
    fs::write(workspace.config_path(), &by_hand).unwrap();
    let loaded = workspace.edit(|text| set_budget(text, "daily", &limit("7"))).unwrap();
    assert_eq!(loaded.text, by_hand.replace("$5.00", "$7.00"), "both changes are there");
    assert_eq!(workspace.load().unwrap(), loaded);
}

#[test]
fn r11_a_change_on_disk_during_an_edit_is_not_lost() {
    let (_folder, workspace) = starter();
    let mut calls = 0;
    let loaded = workspace
        .edit(|text| {
            calls += 1;
            if calls == 1 {
                fs::write(workspace.config_path(), text.replace("name = \"starter\"", "name = \"meanwhile\"")).unwrap();
            }
            set_budget(text, "daily", &limit("7"))
        })
        .unwrap();
    assert!(calls == 2 && loaded.text.contains("meanwhile") && loaded.text.contains("$7.00"), "{}", loaded.text);
    let mut count = 0;
    let error = workspace.edit(|text| {
        count += 1;
        fs::write(workspace.config_path(), format!("{text}# {count}\n")).unwrap();
        Ok(text.to_owned())
    });
    assert!(matches!(error, Err(WorkspaceError::KeepsChanging { .. })), "it gives up in the end");
}

#[test]
fn an_edit_that_would_break_the_file_is_refused() {
    let (_folder, workspace) = starter();
    let before = workspace.load().unwrap();
    let error = workspace.edit(|text| Ok(text.replace("[\"simulated-large\"]", "[\"large\"]"))).unwrap_err();
    let message = error.to_string();
    assert!(
        matches!(error, WorkspaceError::Invalid { .. }) && message.contains("there is no model \"large\""),
        "{message}"
    );
    assert_eq!(workspace.load().unwrap(), before);
}

#[test]
fn an_edit_that_mends_a_broken_file_is_welcome() {
    let (_folder, workspace) = starter();
    fs::write(workspace.config_path(), STARTER_TOML.replace("limit = \"$5.00\"", "limit = \"lots\"")).unwrap();
    let broken = Workspace::open(workspace.root()).unwrap().load().unwrap();
    assert!(broken.config.is_none() && broken.problems.len() == 1, "{:?}", broken.problems);
    assert!(workspace.edit(|text| set_budget(text, "daily", &limit("7"))).unwrap().config.is_some());
}

#[test]
fn edits_of_one_process_never_lose_one_another() {
    let (_folder, workspace) = starter();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let workspace = &workspace;
            scope.spawn(move || workspace.edit(|text| set_budget(text, &format!("b{n}"), &limit("1"))).unwrap());
        }
    });
    assert_eq!(workspace.load().unwrap().config.unwrap().budgets.len(), 9);
}
