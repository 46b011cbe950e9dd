//! The application that a command works on.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use signalbox_api::{Core, Options, types::Empty};
use signalbox_secrets::Keychain;
use signalbox_workspace::{CONFIG_FILE, config::ProblemSeverity};

use crate::{
    arguments::Common,
    error::{Error, Outcome},
    interrupt::Interrupt,
    output::{Output, Paint},
};

/// The application, opened for one command.
pub(crate) struct Session {
    /// All that can be asked of it.
    pub(crate) core: Arc<Core>,
    /// Where what is found goes.
    pub(crate) output: Output,
    /// Whether somebody wants the command to end.
    pub(crate) interrupt: Interrupt,
}

impl Session {
    /// Opens the application beside others on the same state folder.
    pub(crate) async fn open(common: Common, output: Output) -> Outcome<Self> {
        let interrupt = Interrupt::listen();
        let workspace = common.workspace.or_else(|| path_of("SIGNALBOX_WORKSPACE")).or_else(here);
        let made = workspace.clone().filter(|root| is_empty(root));
        let options = Options {
            home: common.home.or_else(|| path_of("SIGNALBOX_HOME")),
            workspace,
            exclusive: false,
            keychain: Keychain::system(),
        };
        let core = Core::open(options).await?;
        if let Some(root) = made {
            output.note(|_| format!("{} was empty; a starter workspace was made there", root.display()));
        }
        Ok(Self { core, output, interrupt })
    }

    /// Whether `signalbox.toml` can be used. There is no good configuration to fall back on when a command begins.
    pub(crate) async fn check_config(&self) -> Outcome {
        let workspace = self.core.app_info(Empty {}).await?.workspace;
        let path = PathBuf::from(&workspace.root).join(CONFIG_FILE);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            workspace.problems.iter().partition(|problem| problem.severity == ProblemSeverity::Error);
        if let Some((first, others)) = errors.split_first() {
            let others = match others.len() {
                0 => String::new(),
                count => format!(" ({count} more)"),
            };
            return Err(Error::failure("invalid", format!("{}, {first}{others}", path.display()))
                .hint("Open signalbox.toml in a text editor and mend what is named here"));
        }
        for warning in warnings {
            self.output
                .note(|style| format!("{} {}, {warning}", style.paint(Paint::Yellow, "warning:"), path.display()));
        }
        Ok(())
    }

    /// Does something until it is done or somebody asks to end.
    pub(crate) async fn until_interrupted<T>(&self, work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.interrupt.asked() => Err(self.interrupt.error()),
        }
    }
}

fn path_of(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The folder that this was started in, when it is a workspace.
fn here() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.join(CONFIG_FILE).is_file().then_some(here)
}

/// Whether a folder will become a starter workspace.
fn is_empty(root: &Path) -> bool {
    std::fs::read_dir(root).map_or(true, |mut entries| entries.next().is_none())
}
