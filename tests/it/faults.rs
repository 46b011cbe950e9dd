//! What may go wrong upstream, over real HTTP, and what the caller gets.

mod bench;
mod leaving;

use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

/// A server that answers at once, but for what its schedule says.
async fn wire(faults: &str) -> WireServer {
    let faults = FaultSchedule::parse(faults).expect("the faults can be read");
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts")
}

/// A provider at a server and its one model, which both have the same name in `signalbox.toml`. Every model has the same
/// id and costs the same, so that whoever answers gives the same answer for the same money.
fn candidate(name: &str, server: &WireServer) -> String {
    format!(
        "[providers.{name}]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.{name}]\nprovider = \"{name}\"\nid = \"simulated-small\"\ntier = \"standard\"\n\
         price = {{ input = \"1.00\", output = \"4.00\" }}\n\n",
        server.base_url()
    )
}

const WORKSPACE: &str = "[workspace]\nname = \"faults\"\nproject = \"faults\"\ntime_zone = \"UTC\"\n\n\
                         [budgets.daily]\nscope = \"project:*\"\nperiod = \"day\"\nlimit = \"$500.00\"\n\n";
