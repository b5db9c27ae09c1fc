//! What a user's first program does: log in, list, act on an error.

use linkcy::{Client, Environment, Error, Login};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let login = Login::Partner {
        partner_name: "acme".into(),
        username: "api-user".into(),
        password: "a password".into(),
    };
    let linkcy = Client::builder(Environment::sandbox()).credentials(login).build()?;
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
