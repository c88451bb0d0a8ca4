//! What a search costs: `cargo bench --bench search`, or with another number of tweets `-- 10000`.
//!
//! A million tweets are made from a seed, as long as people write them (lognormal, 62 characters at the median) and of words
//! as often as words are (Zipf), in languages with and without spaces. Printed are times of whole searches (p50 and p99),
//! how soon a tweet is findable after it was taken in, what the index takes on disk, and what completing a name costs.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rookery::clock::{Clock, Millis};
use rookery::error::Result;
use rookery::model::ids::{AccountId, TweetId, floor_at};
use rookery::search::{
    AccountDoc, AccountSearch, Batch, Change, Mark, Search, SearchDoc, SearchQuery, TweetSearch,
};

const TWEETS: u64 = 1_000_000;
const AUTHORS: u64 = 20_000;
const PEOPLE: u64 = 200_000;
/// Words of each language.
const WORDS: usize = 30_000;
/// Tweets that are taken in together.
const BATCH: u64 = 1_000;
/// Time between two tweets: a million in 116 days.
const APART_MS: Millis = 10_000;
const MEDIAN_CHARS: f64 = 62.0;
const SPREAD: f64 = 0.8;
const PAGE: usize = 20;
const RUNS: usize = 400;
/// Tweets whose way into the index is measured.
const FRESH: u64 = 20;

const LANGUAGES: [(&str, &str, &str); 6] = [
    ("en", "bcdfghjklmnprstvw", "aeiou"),
    ("de", "bdfghklmnrstwz", "aeiouäöü"),
    ("fr", "bcdfglmnprstv", "aeiouéè"),
    ("es", "bcdfglmnprst", "aeiouáó"),
    ("ru", "бвгдзклмнпрст", "аеиоуя"),
    ("ja", "かきくけこさしすせそたちつてとなにぬねの", "山川田中村木本東京都大小日月"),
];

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let tweets = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(TWEETS);
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (search, _) = Search::open(folder.path())?;
    runtime.block_on(measured(&search, tweets, folder.path()))?;
    Ok(())
}

async fn measured(search: &Search, tweets: u64, folder: &Path) -> Result<()> {
    let words = Words::make();
    let end_ms = Clock::system().now_ms();
    let began = Instant::now();
    fill(search, &words, tweets, end_ms).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{:<52}{:>14.0}", "tweets taken in a second", as_f64(tweets) / seconds);
    println!("{:<52}{:>14.0}", "bytes of index a tweet", as_f64(bytes_in(folder)) / as_f64(tweets));
    println!("\n{:<52}{:>12}{:>12}", "µs", "p50", "p99");
    for (title, kind) in Kind::ALL {
        queries(search, &words, title, kind, end_ms).await?;
    }
    freshness(search, &words, end_ms).await?;
    complete(search, &words);
    Ok(())
}

/// What is searched for.
#[derive(Clone, Copy)]
enum Kind {
    Common,
    Rare,
    Two,
    Phrase,
    Hashtag,
    From,
    Operators,
    Unspaced,
    Best,
    BestCommon,
}

impl Kind {
    const ALL: [(&'static str, Self); 10] = [
        ("one of the ten commonest words", Self::Common),
        ("a rare word", Self::Rare),
        ("two words", Self::Two),
        ("a phrase of two common words", Self::Phrase),
        ("a hashtag", Self::Hashtag),
        ("a word by an author", Self::From),
        ("a word with a picture in a language", Self::Operators),
        ("unspaced writing", Self::Unspaced),
        ("the best of two words", Self::Best),
        ("the best of a common word", Self::BestCommon),
    ];

    fn text(self, words: &Words, random: &mut Random) -> String {
        let common = |random: &mut Random| words.at(0, random.below(10));
        match self {
            Self::Common | Self::BestCommon => common(random).to_owned(),
            Self::Rare => words.at(0, 5_000 + random.below(20_000)).to_owned(),
            Self::Two | Self::Best => {
                format!("{} {}", words.at(0, random.below(200)), words.at(0, random.below(200)))
            }
            Self::Phrase => format!("\"{} {}\"", common(random), common(random)),
            Self::Hashtag => format!("#{}", words.at(0, random.below(300))),
            Self::From => format!("{} from:someone", common(random)),
            Self::Operators => format!("{} has:image lang:en", words.at(0, random.below(300))),
            Self::Unspaced => words.at(5, random.below(300)).to_owned(),
        }
    }
}

async fn queries(search: &Search, words: &Words, title: &str, kind: Kind, now_ms: Millis) -> Result<()> {
    let mut random = Random(7);
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let text = kind.text(words, &mut random);
        let author = AccountId(number(1 + random.below(AUTHORS)));
        let handles = HashMap::from([("someone".to_owned(), author)]);
        let begun = Instant::now();
        let query = SearchQuery::parse(&text)?;
        let asked = TweetSearch { query: &query, viewer: None, handles: &handles, before: None, limit: PAGE };
        match kind {
            Kind::Best | Kind::BestCommon => _ = search.tweets().best(&asked, now_ms).await?,
            _ => _ = search.tweets().newest(&asked).await?,
        }
        times.push(begun.elapsed());
    }
    print_times(title, &mut times);
    Ok(())
}

/// From a tweet that was handed over to the first search that finds it, without asking the index to hurry.
async fn freshness(search: &Search, words: &Words, end_ms: Millis) -> Result<()> {
    let mut times = Vec::new();
    for turn in 0..FRESH {
        let token = format!("freshword{turn}");
        let mut doc = tweet(words, &mut Random(turn), TweetId(floor_at(end_ms) + 1 + number(turn)));
        doc.text = format!("{} {token}", doc.text);
        let query = SearchQuery::parse(&token)?;
        let handles = HashMap::new();
        let asked = TweetSearch { query: &query, viewer: None, handles: &handles, before: None, limit: 1 };
        let begun = Instant::now();
        search.tweets().apply(Batch { changes: vec![Change::Put(Box::new(doc))], position: None }).await?;
        while search.tweets().newest(&asked).await?.is_empty() {
            tokio::task::yield_now().await;
        }
        times.push(begun.elapsed());
    }
    print_times("from taken in to findable", &mut times);
    Ok(())
}

/// Completing a name and a hashtag after each letter, as somebody types.
fn complete(search: &Search, words: &Words) {
    let mut random = Random(3);
    for chunk in (0..PEOPLE).collect::<Vec<_>>().chunks(4_096) {
        let docs: Vec<AccountDoc> = chunk.iter().map(|n| person(words, &mut random, *n)).collect();
        search.put_accounts(&docs);
    }
    let tags: Vec<(String, u32)> =
        (0..20_000).map(|n| (words.at(0, n).to_owned(), u32::try_from(30_000 - n).unwrap_or(1))).collect();
    search.load_tags(&tags);
    let (mut names, mut hashtags, mut mistyped) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let word: Vec<char> = words.at(0, random.below(20_000)).chars().collect();
        for letters in 1..=word.len() {
            let prefix: String = word.iter().take(letters).collect();
            let asked = AccountSearch { text: &prefix, followed: &[], typos: false, limit: 10 };
            names.push(timed(|| search.accounts(asked)));
            hashtags.push(timed(|| search.suggest_tags(&prefix, 10)));
        }
        let wrong: String = word.iter().rev().chain(&['q', 'q']).collect();
        let asked = AccountSearch { text: &wrong, followed: &[], typos: true, limit: 10 };
        mistyped.push(timed(|| search.accounts(asked)));
    }
    print_times("completing a name, 200,000 accounts", &mut names);
    print_times("completing a hashtag", &mut hashtags);
    print_times("a mistyped name that nobody has", &mut mistyped);
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    std::hint::black_box(work());
    begun.elapsed()
}

fn person(words: &Words, random: &mut Random, n: u64) -> AccountDoc {
    let name = words.at(0, random.below(20_000));
    AccountDoc {
        id: AccountId(number(n + 1)),
        username: format!("{name}{n}"),
        host: None,
        display_name: format!("{name} {}", words.at(1, random.below(20_000))),
        followers: u32::try_from(random.below(10_000)).unwrap_or(0),
    }
}

async fn fill(search: &Search, words: &Words, tweets: u64, end_ms: Millis) -> Result<()> {
    let mut random = Random(1);
    let began_ms = end_ms - APART_MS * number(tweets);
    let mut done = 0;
    while done < tweets {
        let until = tweets.min(done + BATCH);
        let changes = (done..until).map(|n| {
            let id = TweetId(floor_at(began_ms + APART_MS * number(n)));
            Change::Put(Box::new(tweet(words, &mut random, id)))
        });
        search.tweets().apply(Batch { changes: changes.collect(), position: None }).await?;
        done = until;
    }
    search.tweets().flush().await
}

fn tweet(words: &Words, random: &mut Random, id: TweetId) -> SearchDoc {
    let language = usize::try_from(random.below(10)).unwrap_or(0).min(9);
    // English is half of it.
    let language = language.saturating_sub(4);
    let chars = (MEDIAN_CHARS * (SPREAD * random.normal()).exp()).min(500.0);
    let mut text = String::new();
    let mut hashtags = Vec::new();
    while as_f64(u64::try_from(text.chars().count()).unwrap_or(0)) < chars {
        let word = words.by_frequency(language, random);
        if !text.is_empty() && language != 5 {
            text.push(' ');
        }
        if random.below(40) == 0 {
            hashtags.push(word.to_owned());
        }
        text.push_str(word);
    }
    let author = AccountId(number(1 + random.below(AUTHORS)));
    SearchDoc {
        id,
        author,
        hashtags,
        marks: if random.below(5) == 0 { vec![Mark::Image] } else { Vec::new() },
        language: LANGUAGES.get(language).map(|(tag, ..)| (*tag).to_owned()),
        text,
        everyone: true,
        audience: vec![author],
        ..SearchDoc::default()
    }
}

/// Words of each language, the commonest first.
struct Words(Vec<Vec<String>>);

impl Words {
    fn make() -> Self {
        Self(LANGUAGES.iter().zip(11..).map(|((_, hard, soft), seed)| language(hard, soft, seed)).collect())
    }

    fn at(&self, language: usize, place: u64) -> &str {
        let words = self.0.get(language).map(Vec::as_slice).unwrap_or_default();
        usize::try_from(place).ok().and_then(|at| words.get(at)).map_or("word", String::as_str)
    }

    /// The n-th word comes as often as 1/n: the logarithm of its place is evenly spread.
    fn by_frequency(&self, language: usize, random: &mut Random) -> &str {
        let places = as_f64(u64::try_from(WORDS).unwrap_or(1));
        let place = places.powf(random.fraction()) - 1.0;
        // The place is a whole number below the number of words.
        let place = format!("{place:.0}").parse().unwrap_or(0);
        self.at(language, place)
    }
}

fn language(hard: &str, soft: &str, seed: u64) -> Vec<String> {
    let (hard, soft): (Vec<char>, Vec<char>) = (hard.chars().collect(), soft.chars().collect());
    let mut random = Random(seed);
    let one = |from: &[char], random: &mut Random| {
        let many = u64::try_from(from.len()).unwrap_or(1);
        usize::try_from(random.below(many)).ok().and_then(|at| from.get(at)).copied().unwrap_or('a')
    };
    let word = |_| {
        let syllables = 1 + random.below(4);
        (0..syllables).flat_map(|_| [one(&hard, &mut random), one(&soft, &mut random)]).collect()
    };
    (0..WORDS).map(word).collect()
}

fn print_times(title: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let micros = |share| at(share).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6);
    println!("{title:<52}{:>12.0}{:>12.0}", micros(50), micros(99));
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(facts) if facts.is_dir() => bytes_in(&entry.path()),
            Ok(facts) => facts.len(),
            Err(_) => 0,
        })
        .sum()
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn as_f64(n: u64) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % limit.max(1)
    }

    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        as_f64(self.below(1 << 30)) / as_f64(1 << 30)
    }

    /// Of the standard normal distribution, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let (one, other) = (self.fraction().max(1e-12), self.fraction());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
    }
}
