//! `prompt render`.

use clap::Args;
use serde_json::json;
use signalbox_api::types::{ModelEstimate, Preview, PreviewRequest};

use crate::{
    error::{Error, Outcome},
    names::{self, PromptArgument},
    output::{Style, Table},
    session::Session,
    values::Values,
};

/// Print what a model would be sent
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is sent. The length and the price on every model go to standard error.

Examples:
  signalbox-cli prompt render search/rewrite --var question=\"Where is my parcel?\"
  signalbox-cli prompt render support/reply#2 --saved \"late parcel\"")]
pub(crate) struct Render {
    /// The prompt; the newest version unless a label or a number is given
    #[arg(value_name = "NAME[@LABEL|#N]")]
    prompt: PromptArgument,
    #[command(flatten)]
    values: Values,
}

impl Render {
    pub(crate) async fn run(self, session: &Session) -> Outcome {
        let version = names::version(&session.core, &self.prompt).await?;
        let values = self.values.of(session, &version).await?;
        let request = PreviewRequest {
            source: version.source.clone(),
            values,
            saved: Vec::new(),
            prompt: Some(version.name.to_string()),
            frozen: true,
        };
        let preview: Preview = session.core.prompt_preview(request).await?;
        let what = format!("{} #{}", version.name, version.info.number);
        let Some(rendered) = preview.rendered else {
            let problem = match (preview.problem, version.problem) {
                (Some(problem), _) => format!("line {} of the template: {}", problem.line, problem.message),
                (None, Some(problem)) => problem,
                (None, None) => "it can't be read".to_owned(),
            };
            return Err(Error::failure("invalid", format!("{what} can't be rendered: {problem}"))
                .hint("Give each variable a value with --var NAME=VALUE, or take saved ones with --saved"));
        };
        let messages: Vec<_> = rendered
            .messages
            .iter()
            .zip(&preview.message_tokens)
            .map(|(message, tokens)| json!({ "role": message.role, "content": message.text(), "tokens": tokens }))
            .collect();
        let shown = json!({
            "prompt": version.name, "version": version.info.number, "messages": messages, "estimates": preview.estimates,
        });
        session.output.show(&shown, |_, _| rendered.to_text())?;
        session.output.note(|style| estimates(&what, &preview.estimates, style));
        Ok(())
    }
}

fn estimates(what: &str, estimates: &[ModelEstimate], style: Style) -> String {
    let mut table = Table::new(&["MODEL", "TOKENS IN", "AT MOST OUT", "AT MOST"]);
    for estimate in estimates {
        table.row([
            estimate.model.clone(),
            format!("{}{}", if estimate.counted { "" } else { "about " }, estimate.input),
            estimate.max_output.to_string(),
            estimate.at_most.map_or("price unknown".to_owned(), |cost| cost.to_string()),
        ]);
    }
    format!("\n{what}\n{}", table.text(style, "There are no models in signalbox.toml"))
}
