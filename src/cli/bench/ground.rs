//! The server that a bench measures: the real one, on loopback, with a data folder of its own.

use std::ffi::OsString;
use std::net::SocketAddr;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::cli::Failure;
use crate::config::{self, DevHost};
use crate::http;
use crate::store::Store;
use crate::telemetry::metrics::Metrics;

/// Connections that the bench itself may open to the server.
const CLIENT_CONNECTIONS: usize = 4_096;

/// A running server.
pub(super) struct Ground {
    /// Its parts.
    pub(super) app: App,
    /// The database, beside the use-cases: a bench makes worlds faster than people could.
    pub(super) store: Store,
    /// Where it listens.
    pub(super) address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Ground {
    /// Starts a server for `host` on an empty database: one of its own, or the PostgreSQL one named. It finds
    /// `peers` where they are said to listen.
    pub(super) async fn start(
        host: &str,
        database: Option<&str>,
        peers: Vec<DevHost>,
        metrics: Metrics,
    ) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let own = [
            ("DATA_DIR", folder.path().display().to_string()),
            ("DATABASE_URL", database.unwrap_or_default().to_owned()),
            ("BASE_URL", format!("http://{host}")),
            ("RATE_LIMITS", "off".to_owned()),
            ("FEDERATION_INSECURE", "on".to_owned()),
        ];
        let variables: Vec<(OsString, OsString)> =
            own.into_iter().map(|(key, value)| (format!("ROOKERY_{key}").into(), value.into())).collect();
        let mut config = config::load(None, variables)?;
        config.federation.dev_hosts = peers;
        let app = App::open(&config, 0).await?;
        if database.is_some() && app.service.has_users().await? {
            app.close().await;
            return Err(Failure::Other("the database is not empty: a bench fills one of its own".to_owned()));
        }
        let state = app.start().await?;
        let store = app.service.store().clone();
        let gateway =
            http::gateway(&config, app.service.addresses().base().clone(), app.service.clock().clone());
        let router = http::router(state, gateway, app.checks(), metrics);
        let mut server = http::server(&config);
        server.limits.max_per_client = CLIENT_CONNECTIONS;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(server.run(listener, router, stop.clone()));
        Ok(Self { app, store, address, stop, serving, _folder: folder })
    }

    /// Stops the server; its data goes with it.
    pub(super) async fn stop(self) -> Result<(), Failure> {
        self.stop.cancel();
        self.serving.await.map_err(crate::error::Error::internal)?;
        drop(self.store);
        self.app.close().await;
        Ok(())
    }
}
