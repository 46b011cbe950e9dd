//! Makes the TypeScript client and the window's permissions from the list, and holds that those in the repository are up
//! to date. With `SIGNALBOX_WRITE_BINDINGS=1` it writes them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use ts_rs::{Config, TS};

use crate::{ApiError, COMMANDS, types};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
const TYPESCRIPT: &str = "ui/src/lib/host/generated";
const PERMISSIONS: &str = "src-tauri/permissions/api.toml";
const HEADER: &str = "// Made from the list of commands by `cargo xtask bindings`.\n";

macro_rules! export_types {
    ($(#[doc = $doc:literal] $name:ident($request:ident) -> $response:ident;)*) => {
        fn export(config: &Config) {
            $(
                <types::$request as TS>::export_all(config).unwrap();
                <types::$response as TS>::export_all(config).unwrap();
            )*
            <ApiError as TS>::export_all(config).unwrap();
            <types::Subscribe as TS>::export_all(config).unwrap();
            <types::Frame as TS>::export_all(config).unwrap();
        }
    };
}

crate::commands!(export_types);

#[test]
fn bindings_are_what_the_list_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new().with_out_dir(folder.path()).with_import_extension(Some("ts"));
    export(&config);
    let mut made = read_all(folder.path());
    for text in made.values_mut() {
        // The generator names itself in a first line of its own.
        let body: String = text.lines().skip_while(|line| line.starts_with("//") || line.is_empty()).fold(
            String::new(),
            |mut all, line| {
                all.push_str(line.trim_end());
                all.push('\n');
                all
            },
        );
        *text = format!("{HEADER}{body}");
    }
    let index = index(made.keys());
    made.insert(PathBuf::from("index.ts"), index);
    made.insert(PathBuf::from("commands.ts"), commands());
    let typescript = Path::new(ROOT).join(TYPESCRIPT);
    let permissions = Path::new(ROOT).join(PERMISSIONS);
    if std::env::var_os("SIGNALBOX_WRITE_BINDINGS").is_some() {
        let _ = fs::remove_dir_all(&typescript);
        for (path, text) in &made {
            let path = typescript.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(permissions, permission()).unwrap();
        return;
    }
    let advice = "run `cargo xtask bindings` and commit what changes";
    let kept = read_all(&typescript);
    assert_eq!(kept.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>(), "the files differ; {advice}");
    for (path, text) in made {
        assert!(kept[&path] == text, "{} is out of date; {advice}", path.display());
    }
    assert!(fs::read_to_string(permissions).unwrap() == permission(), "{PERMISSIONS} is out of date; {advice}");
}

fn read_all(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn index<'a>(files: impl Iterator<Item = &'a PathBuf>) -> String {
    files.fold(HEADER.to_owned(), |mut all, file| {
        writeln!(all, "export type * from \"./{}\";", file.display()).unwrap();
        all
    })
}

fn commands() -> String {
    let mut names: Vec<&str> = COMMANDS.iter().flat_map(|command| [command.request, command.response]).collect();
    names.sort_unstable();
    names.dedup();
    let mut text = format!("{HEADER}import type {{ {} }} from \"./index.ts\";\n\n", names.join(", "));
    text.push_str("/** Every command: what it takes and what it gives. */\nexport interface Commands {\n");
    for command in COMMANDS {
        writeln!(text, "  /** {} */", command.doc.trim()).unwrap();
        writeln!(text, "  {}: {{ request: {}; response: {} }};", command.name, command.request, command.response)
            .unwrap();
    }
    text.push_str("}\n");
    text
}

fn permission() -> String {
    let mut text = String::from(
        "# Made from the list of commands by `cargo xtask bindings`.\n\n[[permission]]\nidentifier = \"allow-api\"\n\
         description = \"Every command of the application\"\ncommands.allow = [\n",
    );
    for command in COMMANDS {
        writeln!(text, "    \"{}\",", command.name).unwrap();
    }
    text.push_str("]\n");
    text
}
