//! `rookery bench federation`: signed activities in and out, and what a dead, a slow and a distant host cost others.

mod bare;
mod inbox;
mod lanes;
mod peers;
mod people;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Runtime;

use self::peers::Peers;
use super::ground::Ground;
use super::report::{self, Figure};
use crate::cli::Failure;
use crate::error::Error;
use crate::federation::keys::{KeyPair, PublicKey};
use crate::telemetry::metrics::{self, Metrics};

/// The instance under measurement.
const HERE: &str = "rookery.bench";
/// Key pairs of the authors elsewhere, who share them: making one takes a tenth of a second.
const KEY_PAIRS: usize = 8;

/// Arguments of `bench federation`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Activities that arrive
    #[arg(long, default_value_t = 20_000, value_name = "NUMBER", value_parser = in_range)]
    pub activities: usize,
    /// Posts that go to 200 hosts each
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = in_range)]
    pub posts: usize,
    /// An empty PostgreSQL database to fill, instead of SQLite
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Also write the figures to this file, as JSON
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

fn in_range(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("allowed is 1 to 1000000".to_owned()),
    }
}

/// The key pairs of authors elsewhere.
#[derive(Clone)]
struct Keys(Arc<Vec<KeyPair>>);

impl Keys {
    fn make() -> Result<Self, Failure> {
        let pairs: Result<Vec<KeyPair>, _> = (0..KEY_PAIRS).map(|_| KeyPair::generate()).collect();
        Ok(Self(Arc::new(pairs.map_err(Error::internal)?)))
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn pair(&self, number: usize) -> Result<&KeyPair, Error> {
        self.0.get(number).ok_or(Error::NotFound("key"))
    }

    fn public(&self, number: usize) -> Result<PublicKey, Error> {
        self.pair(number)?.public_key().map_err(Error::internal)
    }
}

/// Runs the bench and prints its table.
pub fn run(args: &Args) -> Result<(), Failure> {
    let metrics = metrics::install().map_err(|error| Failure::Other(error.to_string()))?;
    let keys = Keys::make()?;
    eprintln!("measuring bare signatures …");
    let (signs, checks) = (bare::signs_a_second(keys.pair(0)?)?, bare::checks_a_second(keys.pair(0)?)?);
    let figures = Runtime::new()?.block_on(measure(args, &keys, (signs, checks), metrics))?;
    if let Some(path) = &args.out {
        let about = json!({ "version": env!("CARGO_PKG_VERSION"), "cores": cores(),
            "engine": if args.database.is_some() { "postgres" } else { "sqlite" },
            "activities": args.activities, "posts": args.posts });
        report::write(path, about, &figures)?;
    }
    Ok(write!(io::stdout(), "{}", report::shown(&figures))?)
}

async fn measure(
    args: &Args,
    keys: &Keys,
    (signs, checks): (f64, f64),
    metrics: Metrics,
) -> Result<Vec<Figure>, Failure> {
    let peers = Peers::start().await?;
    let hosts = lanes::hosts();
    let found = peers.found(&hosts);
    let ground = Ground::start(HERE, args.database.as_deref(), found, metrics).await?;
    let mut figures = Vec::new();
    for figure in inbox::measure(&ground, keys, args.activities).await? {
        figures.push(figure.beside(checks, "bare checks a second"));
    }
    let lanes = lanes::Lanes::prepare(&ground, &peers).await?;
    let many = lanes.to_many(args.posts).await?;
    figures.push(many.beside(signs, "bare signatures a second"));
    figures.extend(lanes.beside_the_dead().await?);
    figures.push(lanes.to_a_distant_one().await?.beside(500.0, "wanted a second"));
    ground.stop().await?;
    peers.stop().await;
    Ok(figures)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
