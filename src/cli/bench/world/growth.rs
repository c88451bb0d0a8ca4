//! `rookery bench growth`: what a home page, a post and a like cost the server as the database grows tenfold and tenfold.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Runtime;

use super::drive::World;
use super::fill::{self, Filled, Past};
use super::maxima::{self, Asking};
use super::server::Running;
use super::shape::Shape;
use super::{READERS, Size, WRITERS, bytes_of, drawn, folder_in, indexed};
use crate::cli::Failure;
use crate::cli::bench::report::{self, Figure};
use crate::clock::{DAY_MS, Millis};

/// Posts of the smallest world, all of the last month; what is added is older.
const LEAST: usize = 10_000;
const OLD_MS: (Millis, Millis) = (30 * DAY_MS, 5 * 365 * DAY_MS);

/// Arguments of `bench growth`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Posts of the largest world; the smallest has 10,000
    #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER")]
    pub most: usize,
    /// Another seed draws another world
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Seconds for each figure
    #[arg(long, default_value_t = 10, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// An empty PostgreSQL database to fill, instead of SQLite
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Where the data go for the time of the bench, instead of the system's folder for such
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
    /// Also write the figures to this file, as JSON
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// Runs the bench and prints its table.
pub fn run(args: &Args) -> Result<(), Failure> {
    let figures = Runtime::new()?.block_on(measure(args))?;
    if let Some(path) = &args.out {
        let engine = if args.database.is_some() { "postgres" } else { "sqlite" };
        let about = json!({ "version": env!("CARGO_PKG_VERSION"), "engine": engine, "seed": args.seed,
            "seconds": args.seconds, "most": args.most });
        report::write(path, about, &figures)?;
    }
    Ok(write!(io::stdout(), "{}", report::shown(&figures))?)
}

async fn measure(args: &Args) -> Result<Vec<Figure>, Failure> {
    let (folder, seed) = (folder_in(args.folder.as_deref())?, args.seed);
    let shape = drawn(Size::Ci.people(), seed).await?;
    let mut figures = Vec::new();
    let mut first = None;
    let (mut posts, mut filled) = (LEAST, None);
    while posts <= args.most {
        let store = fill::open(fill::place(folder.path(), args.database.as_deref())).await?;
        let there = match filled.take() {
            None => fill::fill(&store, &shape, Past::month(LEAST, seed)).await?,
            Some(there) => {
                let past = Past { posts: posts - posts / 10, ages_ms: OLD_MS, seed: seed.wrapping_add(7) };
                fill::add(&store, &shape, &there, past).await?;
                there
            }
        };
        fill::close(store).await?;
        let costs = costs(folder.path(), args, (&shape, &there), posts).await?;
        let first = *first.get_or_insert(costs);
        let micros = |name, cost: fn(&Costs) -> f64| {
            Figure::new(name, cost(&costs) * 1e6, "µs of a core")
                .beside(cost(&first) * 1e6, "with 10,000 posts")
        };
        figures.extend([
            Figure::new("posts in the database", report::number(posts), ""),
            Figure::new("… on the disk", bytes_of(folder.path(), "rookery.db") / 1_048_576.0, "MiB"),
            micros("a home page", |costs| costs.home),
            micros("a post", |costs| costs.post),
            micros("a like", |costs| costs.like),
        ]);
        filled = Some(there);
        posts = posts.saturating_mul(10);
    }
    Ok(figures)
}

/// Seconds of a core.
#[derive(Clone, Copy)]
struct Costs {
    home: f64,
    post: f64,
    like: f64,
}

async fn costs(
    folder: &Path,
    args: &Args,
    (shape, filled): (&Arc<Shape>, &Filled),
    posts: usize,
) -> Result<Costs, Failure> {
    let server = Running::start(folder, args.database.as_deref(), &folder.join("server.log")).await?;
    indexed(&server, posts).await?;
    let world = Arc::new(World::new(Arc::clone(shape), filled.clone(), server.address));
    let time = Duration::from_secs(args.seconds);
    eprintln!("measuring with {posts} posts …");
    // What everybody asks for is in memory then, as on a server that has run for a while.
    maxima::everybody(&world, &server, READERS).await?;
    let home = maxima::most(&world, &server, Asking::Homes, (READERS, time)).await?.cpu;
    let like = maxima::most(&world, &server, Asking::Likes, (WRITERS, time)).await?.cpu;
    let post = maxima::most(&world, &server, Asking::Posts, (WRITERS, time)).await?.cpu;
    server.stop().await?;
    Ok(Costs { home, post, like })
}
