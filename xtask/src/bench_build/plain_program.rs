//! A first program with plain progenitor: list, act on an error.

#[allow(dead_code, unused_imports, mismatched_lifetime_syntaxes)]
mod api {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(feature = "ring")]
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "a provider is there")?;
    let client = api::Client::new("https://localhost");
    let page = client.get_api_partner_ledgers().send().await?;
    println!("{page:?}");
    Ok(())
}
