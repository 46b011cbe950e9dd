//! Models and the places of providers, changed through commands.

use serde_json::json;
use signalbox_api::{
    Code,
    types::{ConfigPart, ConfigSection, Empty, ModelAdd, ModelNamed, ModelSet, PriceText, ProviderSet},
};
use signalbox_domain::Tier;

use crate::harness::{App, command};

/// A workspace with providers that are never asked anything.
async fn app() -> App {
    App::with(|folders| {
        let toml = "[workspace]\nname = \"test\"\nproject = \"support\"\n\n\
            [providers.router]\nkind = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:9/v1\"\nkey = \"none\"\n\n\
            [providers.other]\nkind = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:9/v1\"\nkey = \"none\"\n\n\
            # the one that everybody uses\n\
            [models.llama]\nprovider = \"other\"\nid = \"llama\"\ntier = \"simple\"\nfamily = \"llama\"\n\
            context_window = 8_000\nprice = { input = \"1.00\", output = \"2.00\" } # agreed\n\n\
            [models.last]\nprovider = \"other\"\n\n\
            [routes.default]\ngenerate = [\"llama\", \"last\"]\nclassify = [\"llama\"]\n";
        folders.write("signalbox.toml", toml);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_found_gets_a_name_that_is_free_and_its_family() {
    let app = app().await;
    for (id, name, family) in [
        ("llama3.2:3b", "llama3.2-3b", Some("llama")),
        ("meta-llama/llama", "llama-2", Some("llama")),
        ("eu.anthropic.claude-sonnet-4-5-v1:0", "eu.anthropic.claude-sonnet-4-5-v1-0", Some("claude")),
        ("llama", "llama-3", Some("llama")),
        ("nobody/knows", "knows", None),
    ] {
        let asked = ModelAdd { provider: "router".into(), id: id.into() };
        let list = app.core.model_add(asked.clone()).await.unwrap().list;
        let router = list.providers.iter().find(|one| one.name == "router").unwrap();
        let added = router.models.iter().find(|model| model.id == id).unwrap();
        assert_eq!((added.name.as_str(), added.family.as_deref()), (name, family), "{id}");
        let again = app.core.model_add(asked).await.unwrap().list;
        let router = again.providers.iter().find(|one| one.name == "router").unwrap();
        assert_eq!(router.models.iter().filter(|model| model.id == id).count(), 1, "a second time adds nothing");
    }
    let list = app.core.provider_list(Empty {}).await.unwrap();
    let other = list.providers.iter().find(|one| one.name == "other").unwrap();
    assert_eq!(other.models[0].routes, ["default"], "the model that had the name is still whose it was");
    let moved = ModelSet {
        name: "llama".into(),
        provider: Some("router".into()),
        id: Some("llama".into()),
        tier: Some(Tier::Standard),
        price: None,
    };
    assert_eq!(app.core.model_set(moved).await.unwrap_err().code, Code::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_model_that_was_removed_comes_back_to_the_letter() {
    let app = app().await;
    let before = app.folders.read("signalbox.toml");
    let removed = app.core.model_remove(ModelNamed { name: "llama".into() }).await.unwrap();
    let after = app.folders.read("signalbox.toml");
    assert!(!after.contains("[models.llama]") && !after.contains("classify"), "{after}");
    app.core.config_undo(removed.undo).await.unwrap();
    assert_eq!(app.folders.read("signalbox.toml"), before, "with its price, family, window and places in chains");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_goes_back_to_the_list_price_and_a_provider_moves() {
    let app = app().await;
    let before = app.folders.read("signalbox.toml");
    let price = PriceText {
        input: "3.00".into(),
        output: "4.00".into(),
        cached_input: None,
        cache_write: None,
        cache_write_1h: None,
        reasoning: None,
    };
    let set = ModelSet { name: "llama".into(), provider: None, id: None, tier: None, price: Some(price) };
    app.core.model_set(set).await.unwrap();
    let changed = app.core.model_list_price(ModelNamed { name: "llama".into() }).await.unwrap();
    let price = |list: &signalbox_api::types::ProviderList| list.providers[1].models[0].price;
    let free = price(&changed.list);
    app.core.config_undo(changed.undo).await.unwrap();
    assert_ne!(price(&app.core.provider_list(Empty {}).await.unwrap()), free);
    let moved = ProviderSet {
        name: "router".into(),
        base_url: Some(" http://127.0.0.1:8/v1/ ".into()),
        region: None,
        api_version: None,
    };
    let changed = app.core.provider_set(moved.clone()).await.unwrap();
    assert_eq!(changed.list.providers[0].base_url.as_deref(), Some("http://127.0.0.1:8/v1"));
    assert!(app.core.provider_set(ProviderSet { name: "nobody".into(), ..moved.clone() }).await.is_err());
    let bad = ProviderSet { base_url: Some("not an address".into()), ..moved };
    assert!(app.core.provider_set(bad).await.is_err());
    app.core.config_undo(changed.undo).await.unwrap();
    assert!(app.folders.read("signalbox.toml").starts_with(&before[..before.find("price").unwrap()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_file_is_shown_as_it_stands() {
    let app = app().await;
    let part = |section, name: &str| ConfigPart { section, name: name.into() };
    let shown = app.core.config_part(part(ConfigSection::Models, "llama")).await.unwrap().text;
    assert!(
        shown.starts_with("# the one that everybody uses\n[models.llama]") && shown.contains("# agreed"),
        "{shown}"
    );
    let shown = command(&app.core, "config_part", json!({ "section": "routes", "name": "default" })).await.unwrap();
    assert_eq!(shown["text"], "[routes.default]\ngenerate = [\"llama\", \"last\"]\nclassify = [\"llama\"]\n");
    assert!(app.core.config_part(part(ConfigSection::Routes, "nobody")).await.is_err());
}
