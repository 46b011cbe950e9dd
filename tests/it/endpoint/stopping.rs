//! An endpoint that stops, and the switch for it.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use signalbox_api::{
    Code, EndpointSwitch,
    types::{Empty, EndpointSet},
};
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};
use signalbox_server::{EndpointControl, EndpointLimits};
use tokio::time::timeout;

use super::{ALL, CHAT, Served, ends_well, question, read};
use crate::harness::{App, PATIENCE};

async fn far(faults: &str, grace: Duration) -> (WireServer, Served) {
    let faults = FaultSchedule::parse(faults).expect("the faults can be read");
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    let server = WireServer::start(WireSettings { simulated, key: None }).await.expect("the server starts");
    let toml = format!(
        "[providers.far]\nkind = \"openai-compatible\"\nbase_url = \"{}\"\nkey = \"none\"\n\n\
         [models.far]\nprovider = \"far\"\nid = \"simulated-small\"\nprice = {{ input = \"0\", output = \"0\" }}\n\n\
         [routes.default]\ngenerate = [\"far\"]\n",
        server.base_url()
    );
    let limits = EndpointLimits { grace, ..EndpointLimits::default() };
    let served = Served::with(limits, |folders| folders.write("signalbox.toml", &toml)).await;
    (server, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_answers_end_and_takes_nothing_new() {
    let (_server, served) = far("slow(5)*", PATIENCE).await;
    let mut responses = Vec::new();
    for path in ALL {
        responses.push((path, served.post(path, &question(path, "far", true)).send().await.unwrap()));
    }
    served.stop.cancel();
    for (path, response) in responses {
        let told = timeout(PATIENCE, read(response)).await.expect("it ends");
        assert!(ends_well(path, &told), "{told:?}");
    }
    timeout(PATIENCE, served.serving).await.expect("it stops").unwrap();
    let again = served.client.post(format!("{}{CHAT}", served.base)).json(&json!({})).send().await;
    assert!(again.is_err_and(|error| error.is_connect()), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_do_not_end_in_time_end_with_an_error_in_them() {
    let (server, served) = far("stall_after(2)*", Duration::ZERO).await;
    let mut responses = Vec::new();
    for path in ALL {
        responses.push((path, served.post(path, &question(path, "far", true)).send().await.unwrap()));
    }
    served.stop.cancel();
    for (path, response) in responses {
        let told = timeout(PATIENCE, read(response)).await.expect("it ends");
        assert!(!ends_well(path, &told) && told.text.contains("cancelled"), "{told:?}");
    }
    timeout(PATIENCE, served.serving).await.expect("it stops").unwrap();
    timeout(PATIENCE, server.until_left_early(3)).await.expect("the calls are aborted upstream");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_says_where_it_listens_and_what_to_do_when_a_port_is_taken() {
    let app = App::start().await;
    let control = Arc::new(EndpointControl::default());
    app.core.set_endpoint_switch(control.clone()).await.unwrap();
    let on = app.core.endpoint_set(EndpointSet { on: true, port: Some(0) }).await.unwrap();
    let address = on.address.expect("it listens");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(client.get(format!("{address}/health")).send().await.unwrap().status(), 200);
    let off = app.core.endpoint_set(EndpointSet { on: false, port: None }).await.unwrap();
    assert_eq!(off.address, None);
    assert!(client.get(format!("{address}/health")).send().await.is_err(), "it is off");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = app.core.endpoint_set(EndpointSet { on: true, port: Some(port) }).await.unwrap_err();
    assert_eq!(error.code, Code::Conflict, "{error:?}");
    let free = app.core.endpoint_get(Empty {}).await.unwrap().free_port.expect("another is free");
    assert_ne!(free, port);
    let on = app.core.endpoint_set(EndpointSet { on: true, port: Some(free) }).await.unwrap();
    assert_eq!(on.address, Some(format!("http://127.0.0.1:{free}")));
    app.core.close().await;
    assert!(
        client.get(format!("http://127.0.0.1:{free}/health")).send().await.is_err(),
        "it ends with the application"
    );
    control.stop().await;
}
