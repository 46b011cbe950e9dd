//! `provider`.

use clap::{Args, Subcommand};
use signalbox_api::types::{Empty, ProviderConnect, ProviderConnected, ProviderList, ProviderNamed, ProviderTest};
use signalbox_domain::{ProviderKind, Signal};
use signalbox_providers::{ConnectionTest, TestStep};
use signalbox_workspace::config::{OpenAiApi, Preset};

use crate::{
    describe::duration,
    error::{Error, Outcome},
    input, names,
    output::{Style, Table},
    progress::Progress,
    session::Session,
    words::one_of,
};

/// List, test and connect providers
#[derive(Debug, Subcommand)]
pub(crate) enum Provider {
    /// List the providers and how they do
    #[command(after_help = "\
Examples:
  signalbox-cli provider list")]
    List,
    /// Test whether a provider can be reached with its key; it costs nothing
    #[command(after_help = "\
Examples:
  signalbox-cli provider test openai
  signalbox-cli provider test anthropic --key spare")]
    Test(Test),
    /// Connect a provider: test it, keep its key, and add some of its models
    #[command(after_help = "\
What it is follows from --preset, --url or the beginning of the key; --kind says it for all others. The key is read from \
standard input, never an argument; a terminal asks for it and doesn't show it.

Examples:
  signalbox-cli provider connect --key-stdin < openai.key
  signalbox-cli provider connect --preset groq --key-stdin < groq.key
  signalbox-cli provider connect --url http://127.0.0.1:8080/v1 --name local")]
    Connect(Box<Connect>),
    /// Remove a provider with its models and its key
    #[command(after_help = "\
Examples:
  signalbox-cli provider remove local")]
    Remove(Named),
    /// Look for servers of models on this machine
    #[command(after_help = "\
Examples:
  signalbox-cli provider discover")]
    Discover,
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The provider's name in signalbox.toml
    name: String,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The provider's name in signalbox.toml
    name: String,
    /// The name of the key to test with, when it has several [default: the first that is there]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The name that it shall have in signalbox.toml [default: made from what it is]
    #[arg(long)]
    name: Option<String>,
    /// The protocol that it speaks
    #[arg(long, value_parser = one_of(&ProviderKind::ALL, ProviderKind::as_str))]
    kind: Option<ProviderKind>,
    /// The well-known service that it is
    #[arg(long, conflicts_with = "kind", value_parser = one_of(&Preset::ALL, Preset::as_str))]
    preset: Option<Preset>,
    /// Its address, up to and with /v1
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Speak OpenAI's Responses instead of chat completions
    #[arg(long)]
    responses: bool,
    /// The region of AWS Bedrock
    #[arg(long)]
    region: Option<String>,
    /// The API version of Azure OpenAI
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
    /// Read its key from standard input
    #[arg(long)]
    key_stdin: bool,
    /// A model to add, by its identifier there; may be given several times [default: a sensible few]
    #[arg(long = "model", value_name = "ID")]
    models: Vec<String>,
}

pub(crate) async fn run(session: &Session, asked: Provider) -> Outcome {
    let core = &session.core;
    match asked {
        Provider::List => show(session, &core.provider_list(Empty {}).await?),
        Provider::Test(Test { name, key }) => test(session, name, key).await,
        Provider::Connect(asked) => connect(session, *asked).await,
        Provider::Remove(Named { name }) => {
            names::provider(core, &name).await?;
            show(session, &core.provider_remove(ProviderNamed { name }).await?)
        }
        Provider::Discover => {
            let progress = Progress::wait(session.output, "looking for servers on this machine");
            let servers = core.provider_discover(Empty {}).await?;
            drop(progress);
            session.output.show(&servers, |found, style| {
                let mut table = Table::new(&["SERVER", "ADDRESS", "", "MODELS"]);
                for server in &found.servers {
                    let state = if server.running {
                        style.signal(Signal::Clear, "running")
                    } else {
                        style.signal(Signal::Dark, "not there")
                    };
                    table.row([server.name.clone(), server.base_url.clone(), state, server.models.join(", ")]);
                }
                table.text(style, "Nothing was looked for")
            })
        }
    }
}

fn show(session: &Session, list: &ProviderList) -> Outcome {
    session.output.show(list, |list, style| {
        let mut table = Table::new(&["PROVIDER", "KIND", "ADDRESS", "", "MODELS"]);
        for provider in &list.providers {
            let detail = provider.detail.as_ref().map(|detail| format!(", {detail}")).unwrap_or_default();
            let models: Vec<&str> = provider.models.iter().map(|model| model.name.as_str()).collect();
            table.row([
                provider.name.clone(),
                provider.preset.map_or(provider.kind.as_str(), Preset::as_str).to_owned(),
                provider.base_url.clone().unwrap_or_default(),
                style.signal(provider.signal, &format!("{}{detail}", provider.word)),
                models.join(", "),
            ]);
        }
        table.text(style, "There are no providers in signalbox.toml; signalbox-cli provider connect adds one")
    })
}

async fn test(session: &Session, name: String, key: Option<String>) -> Outcome {
    names::provider(&session.core, &name).await?;
    let progress = Progress::wait(session.output, format!("testing {name}"));
    let test = session.core.provider_test(ProviderTest { name: name.clone(), key }).await?;
    drop(progress);
    session.output.show(&test, steps)?;
    match test.steps.iter().find_map(|step| step.failure.as_ref()) {
        None => Ok(()),
        Some(failure) => {
            Err(Error::failure("provider", format!("{name}: {}", failure.message)).hint_if(failure.hint.clone()))
        }
    }
}

fn steps(test: &ConnectionTest, style: Style) -> String {
    let step = |step: &TestStep| {
        let signal = if step.ok { Signal::Clear } else { Signal::Stop };
        let note = step.note.as_ref().map(|note| format!(", {note}")).unwrap_or_default();
        format!("{} ({}){note}", style.signal(signal, &step.name), duration(step.ms))
    };
    let mut lines: Vec<String> = test.steps.iter().map(step).collect();
    if !test.models.is_empty() {
        let ids: Vec<&str> = test.models.iter().map(|model| model.id.as_str()).collect();
        lines.push(format!("Models: {}", ids.join(", ")));
    }
    lines.join("\n")
}

async fn connect(session: &Session, asked: Connect) -> Outcome {
    let Connect { name, kind, preset, url, responses, region, api_version, key_stdin, models } = asked;
    let key = if key_stdin { Some(input::key(name.as_deref().unwrap_or("the provider")).await?) } else { None };
    let request = ProviderConnect {
        name,
        kind,
        preset,
        base_url: url,
        api: responses.then_some(OpenAiApi::Responses),
        region,
        api_version,
        key,
        models,
    };
    let progress = Progress::wait(session.output, "connecting");
    let connected = session.core.provider_connect(request).await.map_err(|error| {
        let no_hint = error.hint.is_none();
        let hint = no_hint.then(|| "signalbox-cli provider connect --help shows what can be said of it".to_owned());
        Error::from(error).hint_if(hint)
    })?;
    drop(progress);
    session.output.show(&connected, |connected, style| {
        let ProviderConnected { name, added, test, routed } = connected;
        let routed = if *routed { "\nThe route default begins with the first of them now" } else { "" };
        let added = if added.is_empty() { "no model; add some with --model".to_owned() } else { added.join(", ") };
        format!("{}\nConnected {name} with {added}{routed}", steps(test, style))
    })
}
