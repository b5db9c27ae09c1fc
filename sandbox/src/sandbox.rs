//! A running sandbox: its address, its thread, and its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::control::Control;
use crate::shared::Shared;
use crate::state::partner::Credentials;

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    pub(crate) credentials: Credentials,
    pub(crate) stop: Option<oneshot::Sender<Infallible>>,
    pub(crate) thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// What its partner logs in with.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Serves until the process is asked to stop, by SIGINT or SIGTERM; fails only if the server's thread does. What was
    /// answered by then is in the state.
    pub fn run(self) -> ExitCode {
        self.run_with(|| {})
    }

    /// The same; `ready` is called once the signals are listened for.
    pub fn run_with(mut self, ready: impl FnOnce()) -> ExitCode {
        let (stop, thread) = (self.stop.take(), self.thread.take());
        let Ok(waiter) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return ExitCode::FAILURE;
        };
        // As the first process of a container nobody else handles the signals. Leaving waits for the server's thread.
        waiter.block_on(async move {
            let ended = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join));
            let asked = asked_to_stop();
            ready();
            tokio::select! {
                () = asked => {
                    drop(stop);
                    ExitCode::SUCCESS
                }
                ended = ended => match ended {
                    Ok(None | Some(Ok(()))) => ExitCode::SUCCESS,
                    _ => ExitCode::FAILURE,
                }
            }
        })
    }

    /// Control over it from outside its API.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A server thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Listens for a signal to stop from now on; the future ends with one.
#[cfg(unix)]
fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        match signals {
            [Ok(mut interrupt), Ok(mut terminate)] => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // Without handlers the signals end the process as they always do.
            _ => std::future::pending().await,
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn asked_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
