//! The server that is measured: this program as a process of its own, so that its memory and time are its alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::cli::Failure;
use crate::cli::bench::wire::{Asked, Asker, HERE};

/// How long it may take to be ready; a search index is filled meanwhile.
const START_PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Parts of a second in which the system counts a process's time: fixed for programs, whatever the kernel does inside.
const TICKS: f64 = 100.0;

/// A running server; it ends with this value.
pub(super) struct Running {
    child: Child,
    /// The process.
    pid: u32,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    /// Seconds of a core.
    pub(super) cpu: f64,
    /// Bytes of memory that are its own, without the files it reads.
    pub(super) memory: f64,
}

impl Running {
    /// Starts it on the data of a folder and waits until it is ready.
    pub(super) async fn start(folder: &Path, database: Option<&str>, log: &Path) -> Result<Self, Failure> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = free.local_addr()?;
        drop(free);
        let said = std::fs::File::create(log)?;
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .env_clear()
            .env("ROOKERY_DATA_DIR", folder)
            .env("ROOKERY_DATABASE_URL", database.unwrap_or_default())
            .env("ROOKERY_BASE_URL", format!("http://{HERE}"))
            .env("ROOKERY_FEDERATION_INSECURE", "on")
            .env("ROOKERY_LISTEN", address.to_string())
            .env("ROOKERY_RATE_LIMITS", "off")
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or_else(|| Failure::Other("the server ended at once".to_owned()))?;
        let mut running = Self { child, pid, address };
        running.ready(log).await?;
        Ok(running)
    }

    async fn ready(&mut self, log: &Path) -> Result<(), Failure> {
        let (end, asked) = (Instant::now() + START_PATIENCE, Asked::get("/readyz", "none"));
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                let said = std::fs::read_to_string(log)?;
                return Err(Failure::Other(format!("the server ended ({status}): {said}")));
            }
            if let Ok(mut asker) = Asker::connect(self.address).await
                && asker.good(&asked).await.is_ok()
            {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Failure::Other("the server was not ready in time".to_owned()))
    }

    /// What it has used so far.
    pub(super) fn used(&self) -> Result<Used, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // The name before it may have spaces; user and system time are the 12th and 13th after it.
        let after = stat.rsplit_once(") ").map(|(_, after)| after).unwrap_or_default();
        let ticks: f64 =
            after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.strip_suffix("kB"));
        let kib: f64 = own.and_then(|kib| kib.trim().parse().ok()).unwrap_or_default();
        Ok(Used { cpu: ticks / TICKS, memory: kib * 1_024.0 })
    }

    /// How many files and connections it has open.
    pub(super) fn descriptors(&self) -> Result<usize, Failure> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.pid))?.count())
    }

    /// What its metrics say of a name (with its labels), summed.
    pub(super) async fn metric(&self, name: &str) -> Result<f64, Failure> {
        let mut asker = Asker::connect(self.address).await?;
        let told = asker.good(&Asked::get("/metrics", "none")).await?;
        let told = String::from_utf8_lossy(told);
        let values =
            told.lines().filter_map(|line| line.strip_prefix(name)?.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum())
    }

    /// Ends it as a supervisor would, and waits.
    pub(super) async fn stop(mut self) -> Result<(), Failure> {
        // The program has no other way to send a signal without unsafe code.
        Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}
