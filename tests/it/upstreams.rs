//! The gateway against two mocks of the providers that others made: llmock, which also judges its client, and aimock.
//! `cargo xtask test` installs both in the versions that `tests/upstreams` pins.

mod aimock;
mod llmock;
pub(crate) mod mock;

/// What an upstream is told to answer: words of several lengths and scripts, so that a piece that is lost or damaged on
/// the way is seen.
const ANSWER: &str = "Platform 4: the 10:42 to Köln is “on time” 🚂 and the next one, at 11:02, is 5 minutes late.";

/// How one protocol of an upstream is reached.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    /// The provider's lines in `signalbox.toml`; `{origin}` is where the upstream listens.
    provider: &'static str,
    /// After so many pieces of its stream, a part of the answer but not all of it has been delivered.
    begun: u32,
}

impl Way {
    /// A provider and its one model, which both have this name in `signalbox.toml`.
    fn candidate(&self, name: &str, id: &str, origin: &str) -> String {
        format!(
            "[providers.{name}]\n{}\nkey = \"none\"\n\n\
             [models.{name}]\nprovider = \"{name}\"\nid = \"{id}\"\ntier = \"standard\"\n\
             price = {{ input = \"1.00\", output = \"4.00\" }}\n\n",
            self.provider.replace("{origin}", origin)
        )
    }
}

/// A route whose limits are short, because its upstream is on this machine.
fn route(name: &str, candidates: &[String], integrity: bool) -> String {
    format!(
        "[routes.{name}]\ngenerate = {candidates:?}\nmax_output = 200\n\
         limits = {{ first_token = \"500ms\", idle = \"500ms\", total = \"20s\" }}\n\
         patience = \"2s\"\nintegrity = {integrity}\n\n"
    )
}

const WORKSPACE: &str = "[workspace]\nname = \"upstreams\"\nproject = \"upstreams\"\ntime_zone = \"UTC\"\n\n";
