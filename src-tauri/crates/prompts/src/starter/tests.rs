#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use super::*;
use crate::{
    lint::lint,
    registry::{Registry, Selector},
    render::render,
};

#[test]
fn every_starter_prompt_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    write_starter(folder.path()).unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let list = registry.list().unwrap();
    let names: Vec<&str> = list.iter().map(|prompt| prompt.name.as_str()).collect();
    assert_eq!(names, ["extract/invoice", "search/classify", "search/rewrite", "summarise/cited", "support/reply"]);

    for summary in list {
        assert_eq!(summary.problem, None, "{}", summary.name);
        assert!(summary.description.is_some());
        let prompt = registry.get(&summary.name).unwrap();
        assert!((2..=4).contains(&prompt.values.len()), "{} needs two to four test values", summary.name);
        assert!(registry.resolve(&summary.name, &Selector::Label("production".to_owned())).is_ok());
        for info in prompt.versions {
            let at = format!("{} {}", summary.name, info.number);
            assert!(!info.message.is_empty() && !info.author.is_empty(), "{at} says why and by whom");
            let version = registry.version(&summary.name, info.number).unwrap();
            assert_eq!(version.problem, None, "{at}");
            assert_eq!(version.source.content_hash(), info.hash, "{at}");
            assert_eq!(version.document.name.as_deref(), Some(summary.name.as_str()), "{at}");
            let told = lint(&version.source, &prompt.values).into_iter();
            // The first versions have what the later ones do better.
            let newest = Some(info.number) == summary.latest;
            let told: Vec<_> = told.filter(|said| newest || said.severity != crate::Severity::Hint).collect();
            assert_eq!(told, [], "{at}");
            for set in &prompt.values {
                let rendered = render(&version.source, &version.document, &set.values).unwrap();
                let text = rendered.to_text();
                assert!(!text.contains("\n\n\n") && !text.contains("None"), "{at} with {}:\n{text}", set.name);
            }
        }
    }
}

#[test]
fn the_files_are_written_as_the_registry_writes_them() {
    for (path, text) in FILES {
        if path.ends_with(".prompty") {
            assert_eq!(crate::source::Source::parse(text).unwrap().to_text(), *text, "{path}");
        }
    }
}

#[test]
fn r9_the_injection_of_the_starter_stays_in_its_message() {
    let folder = tempfile::tempdir().unwrap();
    write_starter(folder.path()).unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    let name = "support/reply".parse().unwrap();
    let values = registry.get(&name).unwrap().values;
    let attack = values.iter().find(|set| set.name == "injection in message").unwrap();
    let version = registry.version(&name, 2).unwrap();
    insta::assert_snapshot!(render(&version.source, &version.document, &attack.values).unwrap().to_text());
}

#[test]
fn what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("support/reply/values.yaml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "mine: {}\n").unwrap();
    write_starter(folder.path()).unwrap();
    write_starter(folder.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine: {}\n");
}
