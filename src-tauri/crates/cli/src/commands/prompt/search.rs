//! `prompt search`.

use clap::Args;
use signalbox_api::types::{PromptHit, PromptSearch, PromptsFound};
use signalbox_prompts::{Excerpt, ExcerptOf};

use crate::{
    error::Outcome,
    output::{Paint, Style, Table},
    session::Session,
};

/// Find prompts by words in names, labels, messages and texts
#[derive(Debug, Args)]
#[command(after_help = "\
All of the words must be there, in any order. The text is that of the newest version.

Examples:
  signalbox-cli prompt search parcel
  signalbox-cli prompt search shorter greeting
  signalbox-cli prompt search parcel --archived")]
pub(crate) struct Search {
    /// The words
    #[arg(required = true)]
    words: Vec<String>,
    /// Search in prompts that were put away too
    #[arg(long)]
    archived: bool,
}

impl Search {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let request = PromptSearch { text: self.words.join(" "), archived: self.archived };
        let found: PromptsFound = session.core.prompt_search(request).await?;
        session.output.show(&found, |found, style| {
            let mut table = Table::new(&["PROMPT", "FOUND IN", "TEXT"]);
            found.hits.iter().for_each(|hit| table.row(cells(hit, style)));
            let mut text = table.text(style, "Nothing was found");
            if found.more {
                text.push_str("\nThere are more; search for more words");
            }
            text
        })
    }
}

fn cells(hit: &PromptHit, style: Style) -> [String; 3] {
    let name = if hit.archived { format!("{} (put away)", hit.name) } else { hit.name.to_string() };
    match &hit.excerpt {
        Some(excerpt) => [name, place(excerpt.of), marked(excerpt, style)],
        None => [name, String::new(), String::new()],
    }
}

fn place(of: ExcerptOf) -> String {
    match of {
        ExcerptOf::Name => "name".to_owned(),
        ExcerptOf::Description => "description".to_owned(),
        ExcerptOf::Label => "label".to_owned(),
        ExcerptOf::Message { version } => format!("message of #{version}"),
        ExcerptOf::Text { version, line: Some(line) } => format!("#{version}, line {line}"),
        ExcerptOf::Text { version, line: None } => format!("#{version}, front matter"),
    }
}

/// The text with the word in bold.
fn marked(excerpt: &Excerpt, style: Style) -> String {
    let letters: Vec<char> = excerpt.text.chars().collect();
    let (start, end) = (excerpt.range.start as usize, excerpt.range.end as usize);
    let part = |from: usize, to: usize| letters.iter().take(to).skip(from).collect::<String>();
    let word = style.paint(Paint::Bold, &part(start, end));
    format!("{}{word}{}", part(0, start).trim_start(), part(end, letters.len()).trim_end())
}
