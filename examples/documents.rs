//! A file goes up and comes down, each with its progress. `cargo run --example documents`

mod support;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use linkcy::{DownloadError, Error, Upload};
use linkcy_sandbox::Sandbox;
use support::{Alice, client_of};

const SIZE: usize = 3_000_000;

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = client_of(&sandbox)?.build()?;
    let alice = Alice::onboard(&linkcy).await?;
    let folder = tempfile::tempdir()?;

    let passport = folder.path().join("passport.pdf");
    tokio::fs::write(&passport, [&b"%PDF-1.4 "[..], &vec![b'.'; SIZE]].concat()).await?;

    // A file is read as it is sent: memory does not grow with it.
    let bar = progress("up");
    let shown = bar.clone();
    let file = Upload::path(&passport)
        .await?
        .content_type("application/pdf")
        .on_progress(move |sent| shown.set_position(sent));
    let uploaded = linkcy.documents().upload(file).end_user_id(alice.id.into()).await?;
    bar.finish();
    println!("uploaded     {}", uploaded.id);

    // The answer leads to the file: an address that is good for some minutes and opens without a session.
    let document = linkcy.documents().get(uploaded.id).await?;
    let bar = progress("down");
    let shown = bar.clone();
    let file = linkcy.fetch(&document.download).await?.on_progress(move |came| shown.set_position(came));
    // `save_in` makes a safe file name of what the server says and overwrites nothing.
    let saved = file.save_in(folder.path(), &document.file_name).await;
    bar.finish();
    match saved {
        Ok(path) => println!("saved as     {}", path.display()),
        // The passport itself is in that folder already.
        Err(Error::Download(error)) if matches!(*error, DownloadError::Exists { .. }) => {
            println!("not saved    {error}")
        }
        Err(error) => return Err(error.into()),
    }
    let again = linkcy.fetch(&document.download).await?.save_in(folder.path(), "copy.pdf").await?;
    println!("saved as     {} ({} bytes)", again.display(), tokio::fs::metadata(&again).await?.len());
    Ok(())
}

fn progress(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:<5} {bar:40} {bytes}/{total_bytes}")
        .unwrap_or(ProgressStyle::default_bar());
    ProgressBar::new(SIZE as u64).with_style(style).with_prefix(what)
}
