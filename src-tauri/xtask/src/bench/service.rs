//! Servers that run while something is measured.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{command, failure::Failure};

/// A server that takes longer to start is a failure; LiteLLM reads a lot of Python first.
const START_LIMIT: Duration = Duration::from_mins(5);
const BREATH: Duration = Duration::from_millis(50);
/// How long one may take to end by itself.
const GOODBYE: Duration = Duration::from_secs(15);

/// A field of the flat object on a server's first line.
pub(crate) fn text(line: &str, name: &str) -> Result<String, Failure> {
    let value = line.split(&format!("\"{name}\":")).nth(1).and_then(|rest| rest.split('"').nth(1));
    value.map(str::to_owned).ok_or_else(|| Failure::Unexpected(format!("there is no {name} in {line}")))
}

/// A server. It is ended when this is dropped.
pub(crate) struct Service {
    child: Child,
    name: &'static str,
}

impl Service {
    /// Starts a server that says on its first line where it listens.
    pub(crate) fn announced(name: &'static str, command: &mut Command, log: &Path) -> Result<(Self, String), Failure> {
        let mut service = Self::started(name, command.stdout(Stdio::piped()), log)?;
        let mut line = String::new();
        if let Some(output) = service.child.stdout.take() {
            let mut output = BufReader::new(output);
            output.read_line(&mut line).map_err(Failure::file("read what it says", Path::new(name)))?;
            // Nobody reads on; but a server mustn't fail because nobody does.
            thread::spawn(move || drop(output.read_to_end(&mut Vec::new())));
        }
        if line.is_empty() {
            return Err(Failure::Unexpected(format!("{name} said nothing; look into {}", log.display())));
        }
        Ok((service, line))
    }

    /// Starts a server at an address, and waits until it answers there.
    pub(crate) fn at(
        name: &'static str,
        address: &str,
        path: &str,
        command: &mut Command,
        log: &Path,
    ) -> Result<Self, Failure> {
        let output = File::create(log).map_err(Failure::file("create", log))?;
        let mut service = Self::started(name, command.stdout(output), log)?;
        let began = Instant::now();
        while !answers(address, path) {
            if began.elapsed() > START_LIMIT || matches!(service.child.try_wait(), Ok(Some(_))) {
                return Err(Failure::Unexpected(format!(
                    "{name} doesn't answer at {address}; look into {}",
                    log.display()
                )));
            }
            thread::sleep(BREATH);
        }
        Ok(service)
    }

    fn started(name: &'static str, command: &mut Command, log: &Path) -> Result<Self, Failure> {
        let errors = File::options().create(true).append(true).open(log).map_err(Failure::file("create", log))?;
        eprintln!("$ {}", command::line(command));
        let child = command.stdin(Stdio::null()).stderr(errors).spawn();
        Ok(Self { child: child.map_err(|error| command::not_started(command, &error))?, name })
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Asked first, so that it can end what it has started.
        let asked = command::succeeds(command::program("kill").arg(self.child.id().to_string()));
        let began = Instant::now();
        while asked && began.elapsed() < GOODBYE {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(BREATH);
        }
        eprintln!("{} didn't end by itself", self.name);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a server answers a request with success.
fn answers(address: &str, path: &str) -> bool {
    let Ok(mut socket) = TcpStream::connect(address) else { return false };
    let _ = socket.set_read_timeout(Some(Duration::from_secs(5)));
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut answer = [0; 12];
    socket.write_all(request.as_bytes()).is_ok()
        && socket.read_exact(&mut answer).is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_server_s_first_line_is_read() {
        for line in [
            r#"{"listening":"http://127.0.0.1:4141","token_file":"/home/me/serve-1.token"}"#,
            r#"{"listening": "http://127.0.0.1:4141", "token_file": "/home/me/serve-1.token"}"#,
        ] {
            assert_eq!(text(line, "listening").ok().as_deref(), Some("http://127.0.0.1:4141"));
            assert_eq!(text(line, "token_file").ok().as_deref(), Some("/home/me/serve-1.token"));
            assert!(text(line, "port").is_err());
        }
    }
}
