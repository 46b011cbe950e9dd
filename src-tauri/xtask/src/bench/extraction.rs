//! What reading, mending and asking again are worth with a real model.

use super::{
    example, folder,
    service::{Service, text},
};
use crate::{command, failure::Failure, model, paths};

/// Serves the model, and asks it for so many extractions in each way.
pub(super) fn measure(calls: u32) -> Result<(), Failure> {
    let measure = example("signalbox-gateway", "extraction")?;
    model::ensure()?;
    let folder = folder()?;
    let itself = std::env::current_exe().map_err(|error| Failure::Unexpected(error.to_string()))?;
    let mut serve = command::program(itself);
    serve.args(["model", "--port", "0", "--log"]).arg(folder.join("model.log"));
    let (_model, line) = Service::announced("the model", &mut serve, &folder.join("model-start.log"))?;
    let mut ask = command::program(measure);
    ask.arg(text(&line, "listening")?)
        .arg(text(&line, "model")?)
        .arg(paths::root().join("prompts"))
        .arg(calls.to_string());
    command::run(ask.env("SIGNALBOX_BENCH_OUT", folder.join("extraction.json")))
}
