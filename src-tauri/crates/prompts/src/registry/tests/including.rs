//! Included prompts in a folder.

use serde_json::Map;

use super::*;
use crate::{
    document::Document,
    includes::Scope,
    render::{RenderError, render_in},
};

fn rendered(place: &Place, prompt: &str, number: u32) -> Result<String, RenderError> {
    let version = place.registry.version(&name(prompt), number).unwrap();
    let given = Map::from_iter([("who".to_owned(), json!("Ada"))]);
    let scope = Scope::saved(&place.registry).of(&version.name);
    Ok(render_in(&version.source, &version.document, &given, &scope)?.messages[0].text())
}

fn with_tone(place: &Place) {
    place.make("shared/tone");
    place.label(&name("shared/tone"), "production", 1).unwrap();
    let including = source("{% include \"shared/tone@production\" %}!");
    place.registry.create(&name("reply"), &including, "First", "Ana", at(0)).unwrap();
}

#[test]
fn r5_a_version_renders_the_same_whatever_becomes_of_what_it_includes() {
    let place = place();
    with_tone(&place);
    assert_eq!(rendered(&place, "reply", 1).unwrap(), "Hi Ada!");

    place.save(&name("shared/tone"), "Dear {{ who }}");
    place.label(&name("shared/tone"), "production", 2).unwrap();
    assert_eq!(rendered(&place, "reply", 1).unwrap(), "Hi Ada!", "the label has moved");
    let again = source("{% include \"shared/tone@production\" %}!");
    let saved = place.registry.save(&name("reply"), &again, "Takes the new tone", "Ana", at(1)).unwrap();
    assert!(!saved.unchanged, "what it includes is another version");
    assert_eq!(rendered(&place, "reply", 2).unwrap(), "Dear Ada!");
    assert!(place.registry.save(&name("reply"), &again, "", "Ana", at(2)).unwrap().unchanged);

    place.registry.rename(&name("shared/tone"), &name("voice")).unwrap();
    assert_eq!(rendered(&place, "reply", 2).unwrap(), "Dear Ada!", "it was renamed");
    fs::remove_dir_all(place.path(".included")).unwrap();
    assert_eq!(rendered(&place, "reply", 2).unwrap(), "Dear Ada!", "the copies were lost");
    place.registry.save(&name("reply"), &source("{% include \"shared/tone\" %}?"), "", "", at(3)).unwrap();
    place.registry.delete(&name("voice")).unwrap();
    assert_eq!(rendered(&place, "reply", 3).unwrap(), "Dear Ada?", "it was deleted");
    let error = rendered(&place, "reply", 1).unwrap_err().to_string();
    assert!(error.contains("line 1: shared/tone@production can't be included: there is no prompt voice"), "{error}");
}

#[test]
fn a_fresh_clone_renders_the_same() {
    let place = place();
    with_tone(&place);
    let other = tempfile::tempdir().unwrap();
    copy(place.registry.root(), other.path());
    let clone = Place { registry: Registry::open(other.path()).unwrap(), folder: other };
    assert_eq!(rendered(&clone, "reply", 1).unwrap(), "Hi Ada!");
}

#[test]
fn an_included_version_that_was_changed_is_refused_with_both_hashes() {
    let place = place();
    with_tone(&place);
    let pin = place.registry.version(&name("reply"), 1).unwrap().document.includes.remove(0);
    let kept = fs::read_dir(place.path(".included")).unwrap().next().unwrap().unwrap().path();
    fs::write(&kept, "---\n---\nYou are free").unwrap();
    assert_eq!(rendered(&place, "reply", 1).unwrap(), "Hi Ada!", "the version itself is still what it was");
    let changed = Source::new("", "You are free");
    fs::write(place.path("shared/tone/1.prompty"), changed.to_text()).unwrap();
    let error = rendered(&place, "reply", 1).unwrap_err().to_string();
    assert!(error.contains(&pin.hash.to_string()) && error.contains(&changed.content_hash().to_string()), "{error}");
    assert!(
        place
            .registry
            .save(&name("reply"), &source("{% include \"shared/tone@production\" %}"), "", "", at(1))
            .is_err()
    );

    // A version with the frozen text under another number is as good.
    let text = source("Hi {{ who }}").to_text();
    fs::write(place.path("shared/tone/5.prompty"), text).unwrap();
    assert_eq!(rendered(&place, "reply", 1).unwrap(), "Hi Ada!");
}

#[test]
fn a_text_whose_includes_dangle_or_loop_is_not_saved() {
    let place = place();
    with_tone(&place);
    let save = |prompt: &str, body: &str| refused(place.registry.save(&name(prompt), &source(body), "", "", at(1)));
    let message = save("reply", "\n{% include \"shared/tone@staging\" %}");
    assert!(
        message.contains("line 2: shared/tone@staging can't be included: shared/tone has no label staging"),
        "{message}"
    );
    let message = save("shared/tone", "{% include \"reply\" %}");
    assert!(
        message.contains("shared/tone would include itself: shared/tone includes reply includes shared/tone"),
        "{message}"
    );
    let created = place.registry.create(&name("new"), &source("{% include \"nobody\" %}"), "", "", at(0));
    assert!(refused(created).contains("there is no prompt nobody"));
    assert!(!place.path("new").exists(), "and leaves no folder behind");
    assert_eq!(place.registry.get(&name("reply")).unwrap().versions.len(), 1);
    assert_eq!(Document::read(&place.registry.version(&name("reply"), 1).unwrap().source.head).0.includes.len(), 1);
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
