//! Data sets of prompts: a file of JSON lines for each, `datasets/NAME.jsonl`, that people share and edit like prompts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::{Map, Value, json};
use signalbox_domain::ContentHash;
use signalbox_prompts::PromptName;
use signalbox_workspace::{FileError, create_new, read_to_string, write_atomic};

use super::{Core, start::blocking};
use crate::{
    ApiError, Code,
    types::{Item, ItemNamed, ItemRemoved, ItemSave, ItemSaved},
};

/// How many digits of a hash name an item.
const ID_DIGITS: usize = 12;
/// How often an edit begins anew when the file changes under it.
const MOST_TRIES: u32 = 8;

impl Core {
    /// Adds an item to the data set of a prompt. One that is there isn't added again.
    pub async fn item_save(&self, request: ItemSave) -> Result<ItemSaved, ApiError> {
        let ItemSave { name, case, values, expected } = request;
        let (file, path) = self.data_set(&name).await?;
        let case = case.map(|case| case.trim().to_owned()).filter(|case| !case.is_empty());
        let item = Item { id: id_of(&values, expected.as_deref()), case, values, expected };
        let added = item.clone();
        let unchanged = blocking(move || {
            edit(&path, |text| {
                if lines(text).any(|line| line.id.as_deref() == Some(added.id.as_str())) {
                    return Ok(None);
                }
                let line = serde_json::to_string(&added).map_err(|error| ApiError::internal(&error))?;
                let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                Ok(Some(format!("{text}{gap}{line}\n")))
            })
        })
        .await?;
        Ok(ItemSaved { item, file, unchanged: !unchanged })
    }

    /// Takes an item out of the data set of a prompt.
    pub async fn item_remove(&self, request: ItemNamed) -> Result<ItemRemoved, ApiError> {
        let ItemNamed { name, id } = request;
        let (_, path) = self.data_set(&name).await?;
        let removed = blocking(move || {
            edit(&path, |text| {
                let kept: String =
                    lines(text).filter(|line| line.id.as_deref() != Some(&id)).map(|line| line.text).collect();
                Ok(Some(kept).filter(|kept| kept != text))
            })
        })
        .await?;
        Ok(ItemRemoved { removed })
    }

    /// The data set of a prompt, from the workspace's folder and as a path.
    async fn data_set(&self, name: &str) -> Result<(String, PathBuf), ApiError> {
        let name = PromptName::new(name)?;
        let now = self.registry(move |registry| Ok(registry.name_now(&name)?)).await?;
        let file = format!("datasets/{now}.jsonl");
        let path = self.workspace.path(&file)?;
        Ok((file, path))
    }
}

/// A line with its end.
struct Line<'t> {
    text: &'t str,
    /// What names the item that it holds, whatever it says of itself: one that somebody has changed since is another. None
    /// where it is no item.
    id: Option<String>,
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.split_inclusive('\n').map(|text| {
        let said: Option<Value> = serde_json::from_str(text).ok();
        let item = said.as_ref().and_then(|said| Some((said.get("values")?.as_object()?, said.get("expected"))));
        Line { text, id: item.map(|(values, expected)| id_of(values, expected.and_then(Value::as_str))) }
    })
}

/// Changes a file that other programs may change too: what was written meanwhile is looked at again. Only one edit is made
/// at a time. Says whether something was written.
fn edit(path: &Path, change: impl Fn(&str) -> Result<Option<String>, ApiError>) -> Result<bool, ApiError> {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let read = || match read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(FileError::NotFound { .. }) => Ok(None),
        Err(error) => Err(ApiError::from(error)),
    };
    for _ in 0..MOST_TRIES {
        let before = read()?;
        let Some(after) = change(before.as_deref().unwrap_or_default())? else { return Ok(false) };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| FileError::new(folder, error))?;
        }
        let written = match before {
            None => create_new(path, after.as_bytes()),
            Some(_) if read()? != before => continue,
            Some(_) => write_atomic(path, after.as_bytes()),
        };
        match written {
            Err(FileError::Exists { .. }) => {}
            other => return other.map(|()| true).map_err(ApiError::from),
        }
    }
    let message = format!("{} keeps changing while it is written", path.display());
    Err(ApiError::new(Code::Conflict, message).with_hint("Close the program that writes it and try again"))
}

/// What names an item: values and wanted answer, whatever the order of the keys was.
fn id_of(values: &Map<String, Value>, expected: Option<&str>) -> String {
    let text = json!({ "values": sorted(&Value::Object(values.clone())), "expected": expected }).to_string();
    let hash = ContentHash::of(text.as_bytes()).to_string();
    hash.trim_start_matches("b3:").chars().take(ID_DIGITS).collect()
}

/// The same value with the keys of its objects in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| key.as_str());
            Value::Object(pairs.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        other => other.clone(),
    }
}
