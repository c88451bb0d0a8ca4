//! `rookery bench api`: what apps ask most, over HTTP, beside a handler that answers the same bytes from memory.

mod load;
mod streams;
mod world;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Runtime;

use self::load::Load;
use self::world::World;
use super::ground::Ground;
use super::report::{self, Figure};
use super::wire::{Asked, HERE};
use crate::cli::Failure;
use crate::telemetry::metrics::{self, Metrics};

/// Arguments of `bench api`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Seconds for each figure
    #[arg(long, default_value_t = 5, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Connections that ask at once
    #[arg(long, default_value_t = 32, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub connections: u16,
    /// Listeners of the stream
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=4_000))]
    pub listeners: u16,
    /// An empty PostgreSQL database to fill, instead of SQLite
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Also write the figures to this file, as JSON
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// Runs the bench and prints its table.
pub fn run(args: &Args) -> Result<(), Failure> {
    let metrics = metrics::install().map_err(|error| Failure::Other(error.to_string()))?;
    let figures = Runtime::new()?.block_on(measure(args, metrics))?;
    if let Some(path) = &args.out {
        let about = json!({ "version": env!("CARGO_PKG_VERSION"),
            "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            "engine": if args.database.is_some() { "postgres" } else { "sqlite" },
            "seconds": args.seconds, "connections": args.connections, "listeners": args.listeners });
        report::write(path, about, &figures)?;
    }
    Ok(write!(io::stdout(), "{}", report::shown(&figures))?)
}

async fn measure(args: &Args, metrics: Metrics) -> Result<Vec<Figure>, Failure> {
    let ground = Ground::start(HERE, args.database.as_deref(), Vec::new(), metrics).await?;
    eprintln!("making people and their posts …");
    let world = World::make(&ground).await?;
    let load = Load { connections: usize::from(args.connections), time: Duration::from_secs(args.seconds) };
    let mut figures = Vec::new();
    for (name, asked) in read(&world) {
        figures.extend(measured(&ground, &load, name, &asked).await?);
    }
    eprintln!("measuring: {} listeners of the stream …", args.listeners);
    figures.extend(streams::measure(&ground, &world, usize::from(args.listeners)).await?);
    // The last, since who follows the log has much to do after it.
    let write = Asked::post("/api/v1/statuses", &world.token, r#"{"status":"one more of them"}"#);
    figures.extend(measured(&ground, &load, "posts written", &write).await?);
    ground.stop().await?;
    Ok(figures)
}

/// What is read, with its name.
fn read(world: &World) -> [(&'static str, Asked); 4] {
    let token = &world.token;
    let thread = format!("/api/v1/statuses/{}/context", world.thread);
    [
        ("home of 20 posts", Asked::get("/api/v1/timelines/home?limit=20", token)),
        ("notifications", Asked::get("/api/v1/notifications?limit=20", token)),
        ("thread of 500 answers", Asked::get(&thread, token)),
        ("search", Asked::get("/api/v2/search?q=branch&type=statuses&limit=20", token)),
    ]
}

/// How often it is answered and how slowly at worst, beside the same answer from memory.
async fn measured(
    ground: &Ground,
    load: &Load,
    name: &'static str,
    asked: &Asked,
) -> Result<[Figure; 2], Failure> {
    eprintln!("measuring: {name} …");
    let answer = asked.answer_of(ground.address).await?;
    let (real, bare) = (load.on(ground.address, asked).await?, load.on_memory(asked, answer).await?);
    Ok([
        Figure::new(name, real.a_second, "a second").beside(bare.a_second, "a second from memory"),
        Figure::new("… 99 of 100 in", real.slowest_ms, "ms").beside(bare.slowest_ms, "ms from memory"),
    ])
}
