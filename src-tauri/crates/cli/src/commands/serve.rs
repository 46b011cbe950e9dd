//! `serve`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use signalbox_api::{
    Core,
    types::{Empty, TokenCreate, TokenNamed},
};
use signalbox_server::{Endpoint, EndpointLimits, EndpointOptions};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{Error, Outcome},
    input,
    session::Session,
};

/// Serve the local endpoint, so that any program on this machine can ask models through Signalbox
///
/// It speaks the protocols of OpenAI (/v1/chat/completions, /v1/responses, /v1/models, /v1/embeddings) and of Anthropic
/// (/v1/messages). A program needs its address as base URL and an app token as API key; `model` is a model's name,
/// route:NAME or prompt:NAME@LABEL. It listens on this machine only, and works beside an open window.
#[derive(Debug, Args)]
#[command(after_help = "\
The first line of standard output says where it listens and where the token of this run is: \
{\"listening\":\"http://127.0.0.1:N\",\"token_file\":\"…\"}. Only you can read that file; it is removed and the token revoked \
at the end. Tokens made by signalbox-cli token create work too. Ctrl-C takes no further requests, lets those under way end \
for ten seconds, and stops.

Examples:
  signalbox-cli serve
  signalbox-cli serve --port 4141
  curl -H \"Authorization: Bearer $(cat TOKEN_FILE)\" http://127.0.0.1:4141/v1/models")]
pub(crate) struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
}

/// The first line.
#[derive(Serialize)]
struct Listening<'a> {
    listening: String,
    token_file: &'a Path,
}

/// The token of this run, in a file that is removed at the end.
struct RunToken {
    id: String,
    file: PathBuf,
}

pub(crate) async fn run(session: &Session, asked: Serve) -> Outcome {
    let options = EndpointOptions { port: asked.port, limits: EndpointLimits::default() };
    let endpoint = Endpoint::bind(session.core.clone(), options).await?;
    let token = RunToken::make(&session.core).await?;
    let listening = Listening { listening: format!("http://{}", endpoint.address), token_file: &token.file };
    let said = session.output.line(&listening);
    let served = match said {
        Ok(()) => {
            let stop = CancellationToken::new();
            let mut serving = tokio::spawn(endpoint.serve(stop.clone()));
            let ended = tokio::select! {
                ended = &mut serving => ended,
                () = session.interrupt.asked() => {
                    stop.cancel();
                    serving.await
                }
            };
            ended.map_err(|error| Error::failure("internal", format!("the endpoint ended abnormally: {error}")))
        }
        Err(error) => Err(error),
    };
    token.end(&session.core).await.and(served)
}

impl RunToken {
    async fn make(core: &Core) -> Outcome<Self> {
        let home = PathBuf::from(core.app_info(Empty {}).await?.home);
        let process = std::process::id();
        let name = format!("serve-{process}");
        // A process of the same number may have been ended before it could clean up.
        revoke(core, &name).await?;
        let made = core.token_create(TokenCreate { name, ..TokenCreate::default() }).await?;
        let token = Self { id: made.token.id, file: home.join(format!("{}.token", made.token.name)) };
        if let Err(error) = input::write_private(&token.file, &made.secret) {
            token.end(core).await?;
            return Err(error);
        }
        Ok(token)
    }

    async fn end(self, core: &Core) -> Outcome {
        let _ = std::fs::remove_file(&self.file);
        core.token_revoke(TokenNamed { id: self.id }).await?;
        Ok(())
    }
}

async fn revoke(core: &Core, name: &str) -> Outcome {
    let tokens = core.token_list(Empty {}).await?.tokens;
    for token in tokens.into_iter().filter(|token| token.name == name && token.revoked_at.is_none()) {
        core.token_revoke(TokenNamed { id: token.id }).await?;
    }
    Ok(())
}
