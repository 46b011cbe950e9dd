//! What the windows are told of providers, cool-downs and the alarm, without anybody asking.

use signalbox_api::types::Event;
use signalbox_domain::Signal;
use signalbox_providers::{
    FaultSchedule, SimulatedSettings,
    wire::{WireServer, WireSettings},
};

use crate::harness::{App, default_route, toml_for};

async fn wire(faults: &str) -> WireServer {
    let faults = FaultSchedule::parse(faults).unwrap();
    let simulated = SimulatedSettings { pace: 0.0, faults, ..SimulatedSettings::default() };
    WireServer::start(WireSettings { simulated, key: None }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_failed_on_the_way_is_told_and_so_is_the_end_of_its_cool_down() {
    let (busy, good) = (wire("rate_limited(retry_after=1)").await, wire("").await);
    let app = App::with(|folders| {
        let toml = toml_for(&busy.base_url(), "$5.00", "none")
            .replace("generate = [\"priced\"]", "generate = [\"priced\", \"second\"]\npatience = \"0ms\"");
        let second = format!(
            "\n[providers.good]\nkind = \"openai-compatible\"\nbase_url = {:?}\nkey = \"none\"\n\n\
             [models.second]\nprovider = \"good\"\nid = \"simulated-small\"\ntier = \"standard\"\n\
             price = {{ input = \"1.00\", output = \"4.00\" }}\n",
            good.base_url()
        );
        folders.write("signalbox.toml", &(toml + &second));
    })
    .await;
    let mut events = app.events();
    let call = app.run(default_route()).await;
    assert_eq!(call.served.unwrap().provider, "good");
    let told = |name: &'static str, wanted: Signal| {
        move |event: &Event| match event {
            Event::Provider { provider } if provider.name == name && provider.signal == wanted => {
                Some((provider.word.clone(), provider.detail.clone()))
            }
            _ => None,
        }
    };
    let (word, detail) = app.wait_for(&mut events, told("wire", Signal::Caution)).await;
    assert_eq!((word.as_str(), detail.as_deref()), ("cooling down", Some("priced: rate limited")));
    // Nobody calls: the end of the cool-down is told because its time has come, in whichever order.
    let (mut is_over, mut is_dark, dark) = (false, false, told("wire", Signal::Dark));
    let both = |event: &Event| {
        is_over |= matches!(event, Event::Gateway { state } if state.cool_downs.is_empty());
        is_dark |= dark(event).is_some();
        (is_over && is_dark).then_some(())
    };
    app.wait_for(&mut events, both).await;
}
