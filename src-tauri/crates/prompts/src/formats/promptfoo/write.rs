//! A prompt as a configuration of promptfoo.

use serde_json::{Map, Value, json};

use crate::{
    formats::{
        ExportFile, FormatError, Losses,
        carried::Carried,
        github::{untyped, unused},
        nunjucks, openai,
    },
    source::Source,
    template,
};

pub(in crate::formats) fn export(
    carried: &Carried,
    source: &Source,
    losses: &mut Losses,
) -> Result<Option<ExportFile>, FormatError> {
    let document = &carried.document;
    untyped(carried, losses);
    let head_lines = if source.head.is_empty() { 0 } else { source.head.matches('\n').count() as u32 + 2 };
    let Some(parts) = carried.parts(head_lines, losses) else { return Ok(None) };
    let (mut messages, mut used) = (Vec::new(), Vec::new());
    for part in &parts {
        let (text, notes) = nunjucks::of_jinja(part.text, &document.inputs);
        losses.notes("body", part.text, Some(head_lines + part.line), notes);
        if let Ok(tree) = template::read(part.text) {
            let analysis = crate::analysis::analyse(part.text, &tree);
            let names = nunjucks::roots(&analysis);
            // promptfoo renders each message for itself.
            for name in names.iter().filter(|name| parts.len() > 1 && document.variable(name).is_none()) {
                let line = Some(head_lines + part.line);
                losses.refused(
                    "body",
                    line,
                    format!("{name}, which another message may set"),
                    "set it in this message, or declare it as a variable",
                );
            }
            used.extend(names);
        }
        messages.push(json!({ "role": part.role.as_str(), "content": text }));
    }
    // Names of test values come after those of the template.
    let of_values = carried.values.iter().flat_map(|set| set.values.keys().cloned());
    unused(carried, &used.into_iter().chain(of_values).collect::<Vec<_>>(), losses);

    let mut map = Map::new();
    if let Some(description) = &document.description {
        map.insert("description".to_owned(), Value::from(description.as_str()));
    }
    let raw = serde_json::to_string_pretty(&messages).map_err(|error| FormatError::Shape(error.to_string()))?;
    let mut prompt = Map::from_iter([("id".to_owned(), Value::from(carried.name.as_str()))]);
    if let Some(name) = &document.name {
        prompt.insert("label".to_owned(), Value::from(name.as_str()));
    }
    prompt.insert("raw".to_owned(), Value::from(raw));
    let config = openai::write(document, losses);
    if !config.is_empty() {
        prompt.insert("config".to_owned(), Value::Object(config));
    }
    map.insert("prompts".to_owned(), json!([prompt]));
    match &document.model {
        Some(model) if model.contains(':') => {
            if model.starts_with("openai:") {
                losses.changed(
                    "model.id",
                    None,
                    "the model, whose name begins with a provider",
                    "look at it after an import",
                );
            }
            map.insert("providers".to_owned(), json!([model]));
        }
        Some(model) => drop(map.insert("providers".to_owned(), json!([format!("openai:{model}")]))),
        None => {}
    }
    tests(carried, &mut map, losses);
    let text = serde_yaml_ng::to_string(&map).map_err(|error| FormatError::Shape(error.to_string()))?;
    Ok(Some(ExportFile { path: format!("{}.promptfooconfig.yaml", carried.name), text }))
}

fn tests(carried: &Carried, map: &mut Map<String, Value>, losses: &mut Losses) {
    if carried.values.is_empty() {
        return;
    }
    let values = || carried.values.iter().flat_map(|set| set.values.values());
    if values().any(Value::is_array) {
        // Else a list would be one test for each of its items.
        map.insert("defaultTest".to_owned(), json!({ "options": { "disableVarExpansion": true } }));
    }
    let rows = carried.values.iter().map(|set| {
        for (name, value) in &set.values {
            let part = format!("values.{}.{name}", set.name);
            let Some(text) = value.as_str() else { continue };
            if text.starts_with("file://") {
                losses.changed(
                    part,
                    None,
                    format!("promptfoo reads the value of {name} from a file"),
                    "give it another beginning",
                );
            } else if nunjucks::looks_like_template(text) {
                losses.changed(
                    part,
                    None,
                    format!("promptfoo takes the value of {name} for a template"),
                    "take its braces out, or give it from a file",
                );
            }
        }
        json!({ "description": set.name, "vars": set.values })
    });
    let rows: Vec<Value> = rows.collect();
    map.insert("tests".to_owned(), Value::Array(rows));
}
