//! Old names that lead to new ones, and prompts that were put away.

use super::*;

#[test]
fn an_old_name_leads_to_the_prompt_until_another_takes_it() {
    let place = place();
    let prompt = place.make("support/reply");
    place.label(&prompt, "production", 1).unwrap();
    place.registry.rename(&prompt, &name("support/answer")).unwrap();
    place.registry.rename(&name("support/answer"), &name("mail/answer")).unwrap();
    for old in ["support/reply", "support/answer"] {
        let old = name(old);
        assert_eq!(place.registry.get(&old).unwrap().summary.name, name("mail/answer"));
        let version = place.registry.resolve(&old, &"@production".parse().unwrap()).unwrap();
        assert_eq!((version.name, version.info.number), (name("mail/answer"), 1));
        assert_eq!(place.registry.renamed(&old).unwrap(), Some(name("mail/answer")));
    }
    assert_eq!(place.save(&prompt, "by the old name").version.number, 2);
    assert_eq!(place.registry.list().unwrap().len(), 1, "it is one prompt");
    assert_eq!(
        place.registry.former_names(&name("mail/answer")).unwrap(),
        [name("support/answer"), name("support/reply")]
    );
    insta::assert_snapshot!(fs::read_to_string(place.path("redirects.toml")).unwrap());

    place.make("support/reply");
    assert_eq!(place.registry.get(&name("support/reply")).unwrap().versions.len(), 1, "the new one");
    assert_eq!(place.registry.former_names(&name("mail/answer")).unwrap(), [name("support/answer")]);
    // Back again, and nothing leads in a circle.
    place.registry.rename(&name("mail/answer"), &name("support/answer")).unwrap();
    assert_eq!(place.registry.get(&name("mail/answer")).unwrap().summary.name, name("support/answer"));
    assert_eq!(place.registry.renamed(&name("support/answer")).unwrap(), None);
    place.registry.delete(&name("support/answer")).unwrap();
    assert!(place.registry.get(&name("mail/answer")).is_err());
}

#[test]
fn an_old_name_is_let_go_and_taken_back() {
    let place = place();
    let prompt = place.make("support/reply");
    place.registry.rename(&prompt, &name("mail/answer")).unwrap();
    place.registry.set_redirect(&prompt, None).unwrap();
    assert!(place.registry.get(&prompt).is_err(), "it leads nowhere");
    assert!(place.registry.redirects().unwrap().is_empty());
    place.registry.set_redirect(&prompt, None).unwrap();
    place.registry.set_redirect(&prompt, Some(&name("mail/answer"))).unwrap();
    assert_eq!(place.registry.get(&prompt).unwrap().summary.name, name("mail/answer"));
    let message = refused(place.registry.set_redirect(&prompt, Some(&name("mail/nobody"))));
    assert!(message.contains("there is no prompt mail/nobody"), "{message}");
    let message = refused(place.registry.set_redirect(&name("mail/answer"), Some(&name("mail/answer"))));
    assert!(message.contains("there is a prompt mail/answer already"), "{message}");
}

#[test]
fn redirects_that_git_could_not_merge_or_that_lead_in_a_circle_harm_nobody() {
    let place = place();
    place.make("new");
    let text = "[redirects]\n<<<<<<< HEAD\nold = \"new\"\n=======\n\"a/b\" = \"new\"\n>>>>>>> theirs\nx = \"y\"\ny = \"x\"\n\"../up\" = \"new\"\nz = 1\n";
    fs::write(place.path("redirects.toml"), text).unwrap();
    for old in ["old", "a/b"] {
        assert_eq!(place.registry.get(&name(old)).unwrap().summary.name, name("new"));
    }
    assert!(place.registry.get(&name("x")).is_err());
    // What can't be read as a whole isn't written.
    let message = refused(place.registry.rename(&name("new"), &name("newer")));
    assert!(message.contains("redirects.toml, line 2"), "{message}");
    assert!(place.registry.get(&name("new")).is_ok());
    assert_eq!(fs::read_to_string(place.path("redirects.toml")).unwrap(), text);
}

#[test]
fn a_rename_that_fails_leaves_the_old_name_alone() {
    let place = place();
    place.make("a");
    place.make("b");
    assert!(place.registry.rename(&name("a"), &name("b")).is_err());
    assert!(place.registry.redirects().unwrap().is_empty());
    assert!(place.registry.get(&name("a")).is_ok());

    place.registry.rename(&name("a"), &name("c")).unwrap();
    let before = fs::read_to_string(place.path("redirects.toml")).unwrap();
    assert!(place.registry.rename(&name("c"), &name("b")).is_err());
    assert_eq!(fs::read_to_string(place.path("redirects.toml")).unwrap(), before);
    assert_eq!(place.registry.get(&name("a")).unwrap().summary.name, name("c"), "and older names too");
}

#[test]
fn a_prompt_that_was_put_away_can_be_used_and_taken_back() {
    let place = place();
    let prompt = place.make("a");
    place.label(&prompt, "production", 1).unwrap();
    let before = fs::read_to_string(place.path("a/labels.toml")).unwrap();
    place.registry.archive(&prompt, true).unwrap();
    assert!(place.registry.list().unwrap()[0].archived);
    assert!(place.registry.resolve(&prompt, &"@production".parse().unwrap()).is_ok());
    assert_eq!(place.save(&prompt, "two").version.number, 2);
    assert!(place.registry.get(&prompt).unwrap().summary.archived, "a new version doesn't take it back");
    place.registry.archive(&prompt, false).unwrap();
    place.registry.archive(&prompt, false).unwrap();
    assert!(!place.registry.list().unwrap()[0].archived);
    let after = fs::read_to_string(place.path("a/labels.toml")).unwrap();
    assert!(after.starts_with(before.lines().next().unwrap()) && !after.contains("archived"), "{after}");
}
