//! The formats, by their words, their files and their functions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{
    ExportFile, Exported, Exporting, FormatError, Imported, Losses,
    carried::{Carried, MOST_VARIABLES},
    dotprompt, evals, github, langfuse,
    names::prompt_name,
    native, promptfoo, prompty,
};
use crate::{includes::Scope, source::Source, values::SavedValues, yaml};

/// A format of prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Prompty, second version: Signalbox's own.
    Prompty,
    /// Dotprompt, of Genkit and Firebase.
    Dotprompt,
    /// A configuration of promptfoo.
    Promptfoo,
    /// A prompt of Langfuse, as its interface gives it.
    Langfuse,
    /// A `.prompt.yml` of GitHub Models.
    Github,
    /// Samples of OpenAI evals.
    Evals,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Prompty, Self::Dotprompt, Self::Promptfoo, Self::Langfuse, Self::Github, Self::Evals];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        self.row().word
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        self.row().title
    }

    fn row(self) -> &'static Row {
        match self {
            Self::Prompty => &ROWS[0],
            Self::Dotprompt => &ROWS[1],
            Self::Promptfoo => &ROWS[2],
            Self::Langfuse => &ROWS[3],
            Self::Github => &ROWS[4],
            Self::Evals => &ROWS[5],
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        Self::ALL.into_iter().find(|format| format.as_str() == word).ok_or(FormatError::Unknown)
    }
}

/// What an import reads.
pub(crate) struct Input<'i> {
    /// The file's path from the folder that is imported, with `/`.
    pub(crate) file: &'i str,
    pub(crate) text: &'i str,
    /// Other files, by their paths from this file's folder.
    pub(crate) near: Near<'i>,
}

/// Reads another file, by its path from the folder of the one that names it.
pub(crate) type Near<'n> = &'n dyn Fn(&str) -> Result<String, FormatError>;

/// A prompt that was read.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) values: Vec<SavedValues>,
    pub(crate) labels: Vec<String>,
    pub(crate) message: Option<String>,
    pub(crate) losses: Losses,
}

impl Made {
    /// A prompt in native form.
    pub(crate) fn of(carried: Carried, losses: Losses) -> Result<Self, FormatError> {
        if carried.document.inputs.len() > MOST_VARIABLES {
            return Err(FormatError::Shape(format!("a prompt uses more than {MOST_VARIABLES} variables; split it")));
        }
        let source = native::source(&carried).map_err(FormatError::Shape)?;
        let Carried { name, values, labels, message, .. } = carried;
        Ok(Self { name, source, values, labels, message, losses })
    }
}

struct Row {
    word: &'static str,
    title: &'static str,
    /// How its files end.
    endings: &'static [&'static str],
    /// Whether a document of YAML or JSON is one.
    looks: fn(&Value) -> bool,
    import: fn(&Input<'_>) -> Result<Vec<Made>, FormatError>,
    export: fn(&Carried, &Source, &mut Losses) -> Result<Option<ExportFile>, FormatError>,
}

const ROWS: [Row; 6] = [
    Row {
        word: "prompty",
        title: "Prompty",
        endings: &[".prompty"],
        looks: |_| false,
        import: prompty::import,
        export: prompty::export,
    },
    Row {
        word: "dotprompt",
        title: "Dotprompt",
        endings: &[".prompt"],
        looks: |_| false,
        import: dotprompt::import,
        export: dotprompt::export,
    },
    Row {
        word: "promptfoo",
        title: "promptfoo",
        endings: &["promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json"],
        looks: |document| document.get("prompts").is_some(),
        import: promptfoo::import,
        export: promptfoo::export,
    },
    Row {
        word: "langfuse",
        title: "Langfuse",
        endings: &[".langfuse.json"],
        looks: langfuse::looks,
        import: langfuse::import,
        export: langfuse::export,
    },
    Row {
        word: "github",
        title: "GitHub Models",
        endings: &[".prompt.yml", ".prompt.yaml"],
        looks: |document| document.get("messages").is_some_and(Value::is_array),
        import: github::import,
        export: github::export,
    },
    Row {
        word: "evals",
        title: "OpenAI evals",
        endings: &[".jsonl"],
        looks: |_| false,
        import: evals::import,
        export: evals::export,
    },
];

/// How a file that may be a prompt's ends.
const PERHAPS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Whether a file's name is reason enough to look into it.
pub fn may_be(file: &str) -> bool {
    let lower = file.to_lowercase();
    PERHAPS.iter().any(|ending| lower.ends_with(ending)) || by_name(&lower).is_some()
}

fn by_name(lower: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.row().endings.iter().any(|ending| lower.ends_with(ending)))
}

/// What a file is, by its name and else by what it holds.
pub fn detect(file: &str, text: &str) -> Option<Format> {
    let lower = file.to_lowercase();
    if let Some(format) = by_name(&lower) {
        return Some(format);
    }
    if lower.contains("promptfooconfig") {
        return Some(Format::Promptfoo);
    }
    let ending = std::path::Path::new(&lower).extension().and_then(|ending| ending.to_str());
    let document = if ending == Some("json") {
        serde_json::from_str(text).ok()?
    } else if text.trim_start().starts_with("---\n") && text.matches("\n---").count() > 0 {
        let handlebars = ["{{role ", "{{#", "{{>", "{{history"].iter().any(|mark| text.contains(mark));
        return Some(if handlebars { Format::Dotprompt } else { Format::Prompty });
    } else if text.trim_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(document) => document,
            // A line for each sample.
            Err(_) => return evals::looks(text).then_some(Format::Evals),
        }
    } else {
        yaml::read(text).ok()?
    };
    Format::ALL.into_iter().find(|format| (format.row().looks)(&document))
}

/// Reads the prompts of one text. `near` reads other files, by their paths from the folder of this one.
pub fn import_text(
    format: Format,
    file: &str,
    text: &str,
    near: &dyn Fn(&str) -> Result<String, FormatError>,
) -> Result<Vec<Imported>, FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unix = text.contains('\r').then(|| text.replace("\r\n", "\n").replace('\r', "\n"));
    let input = Input { file, text: unix.as_deref().unwrap_or(text), near };
    let made = (format.row().import)(&input)?;
    made.into_iter()
        .map(|made| {
            let Made { name, source, values, labels, message, losses } = made;
            let name = prompt_name(&name)?;
            Ok(Imported {
                file: file.to_owned(),
                format,
                name,
                source,
                values,
                labels,
                message,
                losses: losses.into_inner(),
            })
        })
        .collect()
}

/// Writes prompts that include no others for another tool. A prompt that the format can't hold is told in the losses and
/// has no file.
pub fn export(format: Format, prompts: &[Exporting]) -> Result<Exported, FormatError> {
    export_in(format, prompts, &Scope::none())
}

/// The same for prompts with includes, whose text is put in where the format knows none.
pub fn export_in(format: Format, prompts: &[Exporting], scope: &Scope<'_>) -> Result<Exported, FormatError> {
    let mut exported = Exported::default();
    for prompt in prompts {
        let mut losses = Losses::of(prompt.name.as_str());
        let mut carried = match Carried::of(prompt) {
            Ok(carried) => carried,
            Err(error) => {
                losses.refused("front matter", None, error.to_string(), "mend it first");
                exported.losses.extend(losses.into_inner());
                continue;
            }
        };
        // Prompty keeps the text as it is.
        let mut put_in = Losses::of(prompt.name.as_str());
        let whole = if format == Format::Prompty { None } else { carried.put_in(&prompt.source, scope, &mut put_in) };
        if put_in.has_refused() {
            exported.losses.extend(put_in.into_inner());
            continue;
        }
        let file = (format.row().export)(&carried, whole.as_ref().unwrap_or(&prompt.source), &mut losses)?;
        if whole.is_some() {
            losses.forget_lines("body");
            losses = losses.after(&put_in);
        }
        if format != Format::Langfuse && !carried.labels.is_empty() {
            losses.left_out(
                "labels",
                None,
                format!("the labels {}", carried.labels.join(", ")),
                "set them where the prompt is used",
            );
        }
        // Prompty keeps the text as it is, and samples hold what is sent.
        if !carried.document.examples.is_empty() && !matches!(format, Format::Prompty | Format::Evals) {
            losses.refused(
                "examples",
                None,
                "examples, for which the format has no place",
                "write them into the template as messages of the user and the assistant",
            );
        }
        if losses.has_refused() {
            losses.keep_refused();
        } else {
            exported.files.extend(file);
        }
        exported.losses.extend(losses.into_inner());
    }
    Ok(exported)
}

/// The name that a file's path suggests.
pub(crate) fn stem(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(folder, name)| (folder, name));
    let lower = name.to_lowercase();
    let endings = ROWS.iter().flat_map(|row| row.endings).chain(&PERHAPS);
    let cut = endings.filter(|ending| lower.ends_with(*ending)).map(|ending| ending.len()).max().unwrap_or(0);
    let stem = name.get(..name.len() - cut).unwrap_or(name).trim_end_matches(['.', '-', '_']);
    match (folder, stem) {
        ("", "") => name.split('.').next().unwrap_or(name).to_owned(),
        ("", stem) => stem.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, stem) => format!("{folder}/{stem}"),
    }
}
