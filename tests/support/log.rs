//! Everything that is logged, kept as text: by `tracing`, and by `log`, which some dependencies write to.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::fmt::format::FmtSpan;

/// What was written so far. Clones share it.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Forgets what was written so far.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// A subscriber that writes here, at TRACE, with every span's beginning and end.
    pub fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let log = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish()
    }

    /// From now on what this thread does is written here, until the guard is dropped.
    ///
    /// While only one dispatcher exists, `tracing` asks the thread that first reaches an event whether it is wanted, and
    /// keeps the answer for all threads. A test on another thread would switch the event off; a second dispatcher makes
    /// `tracing` ask them all.
    pub fn on_this_thread(&self) -> DefaultGuard {
        static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));
        LazyLock::force(&SECOND);
        tracing::subscriber::set_default(self.subscriber())
    }

    /// From now on everything in this process is written here.
    pub fn take_everything(&self) {
        tracing::subscriber::set_global_default(self.subscriber()).unwrap();
        log::set_logger(Box::leak(Box::new(self.clone()))).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut log = self.clone();
        writeln!(log, "log {} {}: {}", record.level(), record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}
