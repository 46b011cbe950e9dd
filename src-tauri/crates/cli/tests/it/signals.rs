//! Ending by a signal, and the endpoint that serves until then.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command},
};

use serde_json::Value;

use crate::harness::Place;

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn ctrl_c_cancels_the_call_and_settles_it() {
    let place = Place::new();
    place.edit("pace = \"0ms\"", "pace = \"200ms\"");
    let mut child = place.command(["call", "--stream", "A long story"]).spawn().unwrap();
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let log = place.run(["log", "list", "--json"]).succeeded().json();
    let call = &log["calls"][0];
    assert_eq!(call["status"], "cancelled");
    assert_eq!(call["settlement"]["kind"], "lower_bound", "what was delivered is paid");
}

#[test]
fn ctrl_c_ends_a_drill_and_an_input_that_never_comes() {
    let place = Place::new();
    let mut drill = place.command(["drill", "run", "rate-limit-storm"]).spawn().unwrap();
    let mut lines = BufReader::new(drill.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    send("-INT", &drill);
    lines.for_each(drop);
    assert_eq!(drill.wait().unwrap().code(), Some(130));

    let mut child = place.command(["call", "-"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    // It waits for what is never written from soon after it has announced itself.
    while std::fs::read_dir(place.home().join("instances")).unwrap().next().is_none() {
        std::thread::yield_now();
    }
    let stdin = child.stdin.take();
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(stdin);
}

#[test]
fn the_endpoint_serves_until_it_is_told_to_stop() {
    let place = Place::new();
    let mut child = place.command(["serve"]).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    let first: Value = serde_json::from_str(&first).unwrap();
    let address = first["listening"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let file = PathBuf::from(first["token_file"].as_str().unwrap());
    assert!(file.starts_with(place.home()), "{}", file.display());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "only this user reads it");
    let token = std::fs::read_to_string(&file).unwrap();

    assert!(models(&address, &token).starts_with("HTTP/1.1 200"));
    assert!(models(&address, "sbx_0000000000_wrong").starts_with("HTTP/1.1 401"));
    place.run(["call", "Beside it"]).succeeded();
    let list = place.run(["token", "list", "--json"]).succeeded().json();
    assert_eq!(list["tokens"][0]["revoked_at"], Value::Null);

    send("-TERM", &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!file.exists(), "its token is removed");
    let list = place.run(["token", "list", "--json"]).succeeded().json();
    assert_ne!(list["tokens"][0]["revoked_at"], Value::Null, "and lets nobody in any more");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = place.run(["serve", "--port", &port, "--json"]);
    assert_eq!((said.code, &said.error()["code"]), (Some(1), &"conflict".into()), "{}", said.shown());
    assert!(std::fs::read_dir(place.home()).unwrap().all(|entry| {
        let name = entry.unwrap().file_name();
        !name.to_string_lossy().ends_with(".token")
    }));
}

/// Asks for the list of models and gives the whole response.
fn models(address: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /v1/models HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}
