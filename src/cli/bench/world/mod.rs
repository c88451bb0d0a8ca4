//! `rookery bench world`: a seeded world of many people on a server of its own, asked over HTTP as a hundredth of the Seed
//! asks, and more and more of it until it is too much.

mod drive;
mod fill;
pub mod growth;
mod maxima;
mod paper;
mod plan;
mod probe;
mod server;
mod shape;
mod soak;
mod tell;
mod words;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::json;
use tokio::runtime::Runtime;

use self::drive::{Tally, World};
use self::fill::{Filled, Past};
use self::maxima::{Asking, Most};
use self::paper::Costs;
use self::plan::Plan;
use self::server::{Running, Used};
use self::shape::Shape;
use super::report;
use crate::cli::Failure;
use crate::error::Error;

/// Posts of each account in the month before, on average.
const POSTS_EACH: usize = 20;
/// Connections that carry out a plan.
const CONNECTIONS: usize = 192;
/// Connections when something is asked as fast as it is answered.
const READERS: usize = 32;
const WRITERS: usize = 128;
/// Hundredths of the Seed that are tried one after the other.
const STEPS: [f64; 10] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0];
/// A step was too much when 99 of 100 home pages, or posts, took longer.
const HOME_MS: f64 = 50.0;
const POST_MS: f64 = 100.0;

/// How large a world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// 5,000 accounts: does it work at all
    Ci,
    /// 60,000 accounts
    Bench,
    /// 400,000 accounts; takes 30 GB of disk
    Big,
}

impl Size {
    fn people(self) -> u32 {
        match self {
            Self::Ci => 5_000,
            Self::Bench => 60_000,
            Self::Big => 400_000,
        }
    }
}

/// Arguments of `bench world`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// How many accounts there are
    #[arg(long, value_enum, default_value_t = Size::Bench)]
    pub size: Size,
    /// Another seed draws another world
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Seconds of everyday life with its story; each other figure takes a sixth of them
    #[arg(long, default_value_t = 60, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(12..=7_200))]
    pub seconds: u64,
    /// Hundredths of the Seed that everyday life asks
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub percent: u32,
    /// Only everyday life: neither more and more of it, nor the most of each thing
    #[arg(long)]
    pub only_life: bool,
    /// Instead of all that: so many minutes of everyday life, and whether memory or times grow
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(6..=10_080))]
    pub soak: Option<u32>,
    /// An empty PostgreSQL database to fill, instead of SQLite
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Where the data of the world go for the time of the bench, instead of the system's folder for such
    #[arg(long, value_name = "PATH")]
    pub folder: Option<PathBuf>,
    /// Also write the figures to this file, as JSON
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// Runs the bench and prints its table.
pub fn run(args: &Args) -> Result<(), Failure> {
    let (figures, costs) = Runtime::new()?.block_on(measure(args))?;
    if let Some(path) = &args.out {
        let about = json!({ "version": env!("CARGO_PKG_VERSION"),
            "cores": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            "engine": if args.database.is_some() { "postgres" } else { "sqlite" },
            "seed": args.seed, "people": args.size.people(), "seconds": args.seconds, "percent": args.percent });
        report::write(path, about, &figures)?;
    }
    let paper = costs.map(|costs| costs.shown()).unwrap_or_default();
    Ok(write!(io::stdout(), "{}\n{paper}", report::shown(&figures))?)
}

/// What an idle server and a folder hold before and after.
struct Scene {
    folder: tempfile::TempDir,
    server: Running,
    world: Arc<World>,
    idle: Used,
    posts: usize,
    disk: f64,
}

async fn measure(args: &Args) -> Result<(Vec<report::Figure>, Option<Costs>), Failure> {
    let scene = Scene::set(args).await?;
    let mut figures = Vec::new();
    let cold = maxima::everybody(&scene.world, &scene.server, READERS).await?;
    let warm = scene.server.used()?;
    tell::start(&mut figures, &cold, (&scene.idle, &warm), &scene.world);
    if let Some(minutes) = args.soak {
        let soaked =
            soak::soak(&scene.world, &scene.server, (f64::from(args.percent), args.seed), minutes).await?;
        soak::tell(&mut figures, &soaked);
        scene.server.stop().await?;
        return Ok((figures, None));
    }
    let time = Duration::from_secs(args.seconds);
    let before = scene.server.used()?;
    let life = Plan::draw(&scene.world.shape, f64::from(args.percent), (time, true), args.seed)?;
    let tally = drive::drive(&scene.world, life, CONNECTIONS, "everyday life").await?;
    tell::life(&mut figures, &tally, (before, scene.server.used()?), time);
    if args.only_life {
        scene.server.stop().await?;
        return Ok((figures, None));
    }
    let more = more_and_more(&scene, args, time / 6).await?;
    tell::more(&mut figures, &more);
    let costs = mosts(&mut figures, scene, args, (time / 6, warm.memory)).await?;
    Ok((figures, Some(costs)))
}

impl Scene {
    async fn set(args: &Args) -> Result<Self, Failure> {
        let folder = folder_in(args.folder.as_deref())?;
        let (people, seed) = (args.size.people(), args.seed);
        let shape = drawn(people, seed).await?;
        let store = fill::open(fill::place(folder.path(), args.database.as_deref())).await?;
        if store.read(crate::store::users::any).await.map_err(Error::from)? {
            return Err(Failure::Other("the database is not empty: a bench fills one of its own".to_owned()));
        }
        let posts = usize::try_from(people).unwrap_or_default().saturating_mul(POSTS_EACH);
        let filled: Filled = fill::fill(&store, &shape, Past::month(posts, seed)).await?;
        fill::close(store).await?;
        let disk = bytes_of(folder.path(), "rookery.db");
        let log = folder.path().join("server.log");
        let server = Running::start(folder.path(), args.database.as_deref(), &log).await?;
        let idle = server.used()?;
        let world = Arc::new(World::new(shape, filled, server.address));
        indexed(&server, posts).await?;
        Ok(Self { folder, server, world, idle, posts, disk })
    }
}

/// A folder for the data of a bench, gone with it.
fn folder_in(place: Option<&Path>) -> Result<tempfile::TempDir, Failure> {
    Ok(match place {
        Some(place) => tempfile::tempdir_in(place)?,
        None => tempfile::tempdir()?,
    })
}

/// Draws so many people, off the threads of the load.
async fn drawn(people: u32, seed: u64) -> Result<Arc<Shape>, Failure> {
    eprintln!("drawing {people} people …");
    let shape = tokio::task::spawn_blocking(move || Shape::draw(people, seed)).await;
    Ok(Arc::new(shape.map_err(Error::internal)??))
}

/// Waits until the search has read all of the past.
async fn indexed(server: &Running, posts: usize) -> Result<(), Failure> {
    let work = fill::bar("filling the search index", posts);
    let mut last = 0.0;
    loop {
        let documents = server.metric("rookery_search_documents").await?;
        if documents >= report::number(posts) {
            work.finish();
            return Ok(());
        }
        if documents > last {
            last = documents;
            work.set_position(u64::try_from(shape::whole(documents)).unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Everyday life at more and more of the Seed, until it is too much: the steps that were carried, and the first that was
/// not.
async fn more_and_more(scene: &Scene, args: &Args, time: Duration) -> Result<Vec<(f64, Tally)>, Failure> {
    let mut steps = Vec::new();
    for percent in STEPS {
        let plan = Plan::draw(&scene.world.shape, percent, (time, false), args.seed.wrapping_add(99))?;
        let tally =
            drive::drive(&scene.world, plan, CONNECTIONS, &format!("{percent} % of the Seed")).await?;
        let too_much = tell::percentile(&tally.homes, 99) > HOME_MS
            || tell::percentile(&tally.posts, 99) > POST_MS
            || tally.refused > 0;
        steps.push((percent, tally));
        if too_much {
            break;
        }
    }
    Ok(steps)
}

/// The most of each thing, the limits beside, and what each costs.
async fn mosts(
    figures: &mut Vec<report::Figure>,
    scene: Scene,
    args: &Args,
    (time, memory): (Duration, f64),
) -> Result<Costs, Failure> {
    let (world, server) = (&scene.world, &scene.server);
    let most = async |name: &str, asking, connections| -> Result<Most, Failure> {
        eprintln!("measuring: {name} …");
        maxima::most(world, server, asking, (connections, time)).await
    };
    let homes = most("home pages", Asking::Homes, READERS).await?;
    let likes = most("likes", Asking::Likes, WRITERS).await?;
    let searches = most("searches", Asking::Searches, READERS).await?;
    let posts = most("posts", Asking::Posts, WRITERS).await?;
    let people = report::number(world.shape.following.people());
    let index = bytes_of(scene.folder.path(), "search");
    let posts_there = server.metric("rookery_search_documents").await?;
    let fan_out = world.shape.fan_out;
    let costs = Costs {
        post: posts.cpu,
        read: homes.cpu,
        interaction: likes.cpu,
        memory: (memory - scene.idle.memory).max(0.0) / people,
        disk: scene.disk / report::number(scene.posts),
        index: index / posts_there.max(1.0),
    };
    let Scene { folder, server, world, .. } = scene;
    server.stop().await?;
    eprintln!("measuring: the same rows written bare …");
    let bare = maxima::bare_posts(&world, (folder.path(), args.database.as_deref()), time).await?;
    tell::mosts(figures, (&homes, &likes, &searches), (&posts, bare, fan_out), &costs);
    Ok(costs)
}

/// Bytes of the files of a folder whose path begins so, folders below included.
fn bytes_of(folder: &Path, name: &str) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(name));
    named
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes_of(&entry.path(), ""),
            Ok(about) => f64::from(u32::try_from(about.len() / 1_024).unwrap_or(u32::MAX)) * 1_024.0,
            Err(_) => 0.0,
        })
        .sum()
}
