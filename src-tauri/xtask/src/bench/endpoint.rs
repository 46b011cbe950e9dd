//! The local endpoint under load, beside a direct call and its peers: `cargo xtask bench endpoint` and `… streams`.

use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use super::{
    folder, peers,
    service::{Service, text},
};
use crate::{command, failure::Failure, paths};

/// The models of the mock, by the names that they have for callers: so many pieces, so many microseconds apart.
const MODELS: [(&str, &str); 3] = [("fast", "mock-16-0"), ("paced", "mock-16-2000"), ("long", "mock-60-1000000")];
/// How long each thing is measured in each round, in seconds.
const SECONDS: f64 = 1.5;

/// Everything that is needed to ask through our endpoint.
struct Bench {
    folder: PathBuf,
    load: PathBuf,
    count: PathBuf,
    mock_address: String,
    home: PathBuf,
    ours: Target,
    // In the order in which they are to end.
    _signalbox: Service,
    _mock: Service,
}

/// Whoever is asked.
struct Target {
    name: &'static str,
    address: String,
    headers: Vec<(&'static str, String)>,
    process: Option<u32>,
    /// Whether it names the mock's models as the mock does.
    by_id: bool,
}

/// Measures the endpoint, and unless it is to be alone its peers.
pub(crate) fn measure(rounds: u32, alone: bool) -> Result<(), Failure> {
    let bench = Bench::start()?;
    let direct =
        Target { name: "direct", address: bench.mock_address.clone(), headers: Vec::new(), process: None, by_id: true };
    let mut targets = vec![&direct, &bench.ours];
    let (litellm, portkey);
    if !alone {
        let port = free_port()?;
        let key = vec![("authorization", format!("Bearer {}", peers::LITELLM_KEY))];
        let service = peers::litellm(port, &bench.mock_address, &MODELS, &bench.folder)?;
        litellm = Peer { target: at("LiteLLM", port, &service, key, false), _service: service };
        let port = free_port()?;
        let service = peers::portkey(port, &bench.folder)?;
        let host = format!("http://{}/v1", bench.mock_address);
        let headers = vec![
            ("x-portkey-provider", "openai".to_owned()),
            ("x-portkey-custom-host", host),
            ("authorization", "Bearer none".to_owned()),
        ];
        portkey = Peer { target: at("Portkey", port, &service, headers, true), _service: service };
        targets.extend([&litellm.target, &portkey.target]);
    }
    bench.ask("measure", &targets, rounds)
}

/// Keeps a thousand streams open for a minute.
pub(crate) fn streams() -> Result<(), Failure> {
    let bench = Bench::start()?;
    bench.ask("streams", &[&bench.ours], 1)
}

struct Peer {
    target: Target,
    _service: Service,
}

fn at(name: &'static str, port: u16, service: &Service, headers: Vec<(&'static str, String)>, by_id: bool) -> Target {
    Target { name, address: format!("127.0.0.1:{port}"), headers, process: Some(service.process()), by_id }
}

impl Bench {
    fn start() -> Result<Self, Failure> {
        // Together: packages that are built one by one have their dependencies built anew, with other features.
        let mut build = command::cargo();
        build.args(["build", "--release", "--bin", "signalbox-cli"]);
        for package in ["signalbox-cli", "signalbox-server", "signalbox-store"] {
            build.args(["--package", package]);
        }
        let [mock, load, count] = ["mock", "endpoint", "count"].map(|name| {
            build.args(["--example", name]);
            paths::built("release", &format!("examples/{name}"))
        });
        command::run(&mut build)?;
        let folder = folder()?;
        let state = folder.join("endpoint");
        if state.exists() {
            fs::remove_dir_all(&state).map_err(Failure::file("delete", &state))?;
        }
        let (home, workspace) = (state.join("home"), state.join("workspace"));
        let prompts = workspace.join("prompts");
        fs::create_dir_all(&prompts).map_err(Failure::file("create", &prompts))?;
        let (mock, said) = Service::announced("the mock", &mut command::program(mock), &state.join("mock.txt"))?;
        let mock_address = text(&said, "listening")?;
        let config = workspace.join("signalbox.toml");
        fs::write(&config, toml(&mock_address)).map_err(Failure::file("write", &config))?;
        let mut serve = command::program(paths::built("release", "signalbox-cli"));
        serve.arg("--home").arg(&home).arg("--workspace").arg(&workspace).arg("serve");
        let (signalbox, said) = Service::announced("signalbox-cli", &mut serve, &state.join("signalbox.txt"))?;
        let file = PathBuf::from(text(&said, "token_file")?);
        let token = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
        let ours = Target {
            name: "Signalbox",
            address: text(&said, "listening")?.replacen("http://", "", 1),
            headers: vec![("authorization", format!("Bearer {}", token.trim()))],
            process: Some(signalbox.process()),
            by_id: false,
        };
        Ok(Self { folder, load, count, mock_address, home, ours, _signalbox: signalbox, _mock: mock })
    }

    /// Puts the load on the targets, and has it checked that every call is in the database.
    fn ask(&self, what: &str, targets: &[&Target], rounds: u32) -> Result<(), Failure> {
        let plan = self.folder.join("plan.json");
        let all: Vec<_> = targets.iter().map(|target| target.json()).collect();
        let text = format!(
            r#"{{"rounds":{rounds},"seconds":{SECONDS},"targets":[{}],"check":{{"target":"{}","program":{},"home":{}}}}}"#,
            all.join(","),
            self.ours.name,
            quoted(&self.count),
            quoted(&self.home),
        );
        fs::write(&plan, text).map_err(Failure::file("write", &plan))?;
        let mut load = command::program(&self.load);
        load.arg(what).arg(&plan).arg(self.folder.join("endpoint.json"));
        command::run(&mut load)
    }
}

impl Target {
    fn json(&self) -> String {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| format!(r#"["{name}","{value}"]"#)).collect();
        let models = MODELS.map(|(name, id)| format!(r#""{name}":"{}""#, if self.by_id { id } else { name }));
        format!(
            r#"{{"name":"{}","address":"{}","path":"/v1/chat/completions","headers":[{}],"models":{{{}}},"pid":{}}}"#,
            self.name,
            self.address,
            headers.join(","),
            models.join(","),
            self.process.map_or("null".to_owned(), |process| process.to_string()),
        )
    }
}

/// A workspace whose models are the mock's, with a budget that is never reached but has to be looked at.
fn toml(mock: &str) -> String {
    let mut toml = format!(
        "[workspace]\nname = \"bench\"\nproject = \"bench\"\n\n[providers.mock]\nkind = \"openai-compatible\"\n\
         base_url = \"http://{mock}/v1\"\nkey = \"none\"\n\n[budgets.daily]\nscope = \"project:bench\"\nperiod = \"day\"\n\
         limit = \"$1000000\"\n"
    );
    for (name, id) in MODELS {
        // Writing into a text doesn't fail.
        let _ = write!(
            toml,
            "\n[models.{name}]\nprovider = \"mock\"\nid = \"{id}\"\nprice = {{ input = \"0.25\", output = \"2.00\" }}\n"
        );
    }
    toml
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "\\\\"))
}

fn free_port() -> Result<u16, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Failure::file("find a free port on", Path::new("127.0.0.1")))
}
