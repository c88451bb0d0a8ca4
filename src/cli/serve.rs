//! `rookery serve`: the server.

use std::future::Future;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Failure;
use crate::app::App;
use crate::config::Config;
use crate::http;
use crate::telemetry::{logs, metrics};

/// `serve` has no options of its own: all of them are settings.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {}

/// From the signal to the end of the process; supervisors commonly kill after 10 s.
const STOP_PATIENCE: Duration = Duration::from_secs(9);
/// The part of it that is left for closing the store when requests take all the time they may.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or Ctrl-C, then drains and stops.
pub fn run(config: &Config) -> Result<(), Failure> {
    logs::init(config.log.format, config.log.level).map_err(|error| Failure::Other(error.to_string()))?;
    let metrics = metrics::install().map_err(|error| Failure::Other(error.to_string()))?;
    if config.federation.insecure {
        tracing::warn!(
            "federation_insecure is on: plain http and private addresses are allowed. Never run a public instance so"
        );
    }
    let runtime = Runtime::new()?;
    let served = runtime.block_on(serve(config, metrics));
    // Threads that block have what is left.
    let left = served.as_ref().map_or(CLOSE_PATIENCE, |end| end.saturating_duration_since(Instant::now()));
    runtime.shutdown_timeout(left);
    served.map(|_| ())
}

/// Serves and stops. Answers when the process has to have ended.
async fn serve(config: &Config, metrics: metrics::Metrics) -> Result<Instant, Failure> {
    let stop = CancellationToken::new();
    watch_signals(stop.clone())?;
    let app = App::open(config, config.storage.process_id).await?;
    let state = app.start().await?;
    let base_url = app.service.addresses().base().clone();
    let gateway = http::gateway(config, base_url, app.service.clock().clone());
    let router = http::router(state, gateway, app.checks(), metrics.clone());
    let listener = TcpListener::bind(config.server.listen).await.map_err(|error| {
        let address = config.server.listen;
        Failure::Other(format!("cannot listen on {address} ({error}); is another server there? Set `listen`"))
    })?;
    let upkeep = app.tasks.spawn(metrics_upkeep(metrics, app.stop.clone()));
    announce(&app, config, &listener).await?;
    let mut server = http::server(config);
    server.limits.drain = STOP_PATIENCE.saturating_sub(CLOSE_PATIENCE);
    let (end, ()) = tokio::join!(told_to_stop(&stop, &app), server.run(listener, router, stop.clone()));
    tracing::info!("stopping: requests are done, closing the store");
    upkeep.abort();
    if tokio::time::timeout_at(end, app.close()).await.is_err() {
        tracing::warn!(
            "closing took too long; what was acknowledged is on disk and the rest goes on next time"
        );
    }
    tracing::info!("stopped");
    Ok(end)
}

/// Waits for the signal, and ends what runs by itself while requests still may. Answers when all has to be over.
async fn told_to_stop(stop: &CancellationToken, app: &App) -> Instant {
    stop.cancelled().await;
    app.stop.cancel();
    Instant::now() + STOP_PATIENCE
}

async fn announce(app: &App, config: &Config, listener: &TcpListener) -> Result<(), Failure> {
    let address = listener.local_addr()?;
    let origin = config.server.base_url.as_str();
    tracing::info!(%address, "Rookery serves {origin}");
    if !app.service.has_users().await? {
        tracing::info!("there is no account yet: open {origin}/setup to make the first one, an admin");
    }
    Ok(())
}

async fn metrics_upkeep(metrics: metrics::Metrics, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(metrics::UPKEEP_EVERY)).await.is_some() {
        metrics.upkeep();
    }
}

/// Cancels `stop` at the first SIGTERM or Ctrl-C; the second one ends the process at once.
fn watch_signals(stop: CancellationToken) -> Result<(), Failure> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        signalled(&mut terminate, tokio::signal::ctrl_c()).await;
        tracing::info!("stopping: no new connections; once more stops at once");
        stop.cancel();
        signalled(&mut terminate, tokio::signal::ctrl_c()).await;
        std::process::exit(130);
    });
    Ok(())
}

async fn signalled(
    terminate: &mut tokio::signal::unix::Signal,
    interrupt: impl Future<Output = std::io::Result<()>>,
) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt => {}
    }
}
