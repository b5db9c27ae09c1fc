//! What a user's first program does: log in, list, act on an error.

use linkcy::{Client, Credentials, Environment, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let linkcy = Client::builder(Environment::sandbox())
        .credentials(Credentials::partner("acme", "api-user", "a password"))
        .build()?;
    match linkcy.ledgers().list().page_size(50).await {
        Ok(page) => {
            for ledger in page.content {
                println!("{} {}", ledger.id, ledger.status);
            }
        }
        Err(error) if error.is_not_found() => println!("none"),
        Err(error) => return Err(error),
    }
    Ok(())
}
