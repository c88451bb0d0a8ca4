//! Pages that tweets link to: what is known of each, which are to be asked, and which tweet has a card of which.
//!
//! An address has one row however many tweets link to it, so that it is asked once. A row is claimed with a lease that
//! ends by itself, so that another process asks when its holder dies.

use std::collections::HashMap;

use super::conn::Conn;
use super::value::args;
use super::{Echo, Row, StoreError};
use crate::clock::Millis;
use crate::config::limits::PREVIEW_LOOK_MS;
use crate::model::ids::{RowId, TweetId};
use crate::model::preview::{Page, Picture, Preview};

/// A tweet that may have a card: everybody may see it, and nothing else stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The tweet.
    pub id: TweetId,
    /// Whether one of ours wrote it.
    pub local: bool,
    /// Its sanitised HTML.
    pub html: String,
}

/// A tweet's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The tweet.
    pub tweet: TweetId,
    /// The number of the page, if it is new.
    pub id: RowId,
    /// The page's address.
    pub url: String,
    /// The host of that, with its port if that is unusual.
    pub host: String,
    /// When the page is to be asked, unless enough is known of it.
    pub due_at: Millis,
    /// It is asked by then even if a later time was set before.
    pub hurries: bool,
}

/// Until when what is known of a page is enough for a new link to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// A card that was made since then.
    pub card_since: Millis,
    /// That there is none, if that was found since then.
    pub none_since: Millis,
}

/// A page that is to be asked now, and whoever took it has it alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: RowId,
    /// Its address.
    pub url: String,
    /// The host of that.
    pub host: String,
    /// How often it was asked in vain.
    pub attempts: i64,
}

/// Where a page's picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The host of the page.
    pub host: String,
    /// The picture's address.
    pub url: String,
}

/// Those of these tweets that may have a card.
pub fn candidates(conn: &mut Conn, ids: &[TweetId]) -> Result<Vec<Candidate>, StoreError> {
    conn.query(
        "select id, local, html from tweets
         where id in_ints($1) and visibility in (0, 1) and retweet_of is null and quote_of is null
             and not has_media and not has_poll",
        args![ids],
        |row| Ok(Candidate { id: row.take()?, local: row.take()?, html: row.take()? }),
    )
}

/// Gives a tweet, if it is still there, the card of the page that it links to, in place of another it had; the page is
/// to be asked unless enough is known of it or it is to be asked anyway.
pub fn link(conn: &mut Conn, link: &Link, fresh: Fresh, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into link_previews (id, url, host, due_at, looked_at) values ($1, $2, $3, $4, $5)
         on conflict (url) do update set due_at = excluded.due_at
         where (link_previews.due_at is null and link_previews.fetched_at
                 < case when link_previews.state = 1 then $6 else $7 end)
             or ($8 and link_previews.attempts = 0 and link_previews.due_at > excluded.due_at)",
        args![
            link.id,
            &link.url,
            &link.host,
            link.due_at,
            now_ms,
            fresh.card_since,
            fresh.none_since,
            link.hurries
        ],
    )?;
    conn.touched(Echo::Previews);
    conn.execute(
        "insert into tweet_previews (tweet_id, preview_id)
         select t.id, p.id from tweets t, link_previews p where t.id = $1 and p.url = $2
         on conflict (tweet_id) do update set preview_id = excluded.preview_id",
        args![link.tweet, &link.url],
    )?;
    Ok(())
}

/// Takes the cards of these tweets away.
pub fn unlink(conn: &mut Conn, tweets: &[TweetId]) -> Result<(), StoreError> {
    conn.touched(Echo::Previews);
    conn.execute("delete from tweet_previews where tweet_id in_ints($1)", args![tweets])?;
    Ok(())
}

/// The cards of these tweets, in one query; tweets without one are left out.
pub fn of_tweets(conn: &mut Conn, tweets: &[TweetId]) -> Result<HashMap<TweetId, Preview>, StoreError> {
    if tweets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = conn.query(
        "select t.tweet_id, p.id, p.url, p.title, p.description, p.site_name, p.author, p.image_url, p.image_alt,
             p.width, p.height, p.blurhash
         from tweet_previews t join link_previews p on p.id = t.preview_id
         where t.tweet_id in_ints($1) and p.state = 1",
        args![tweets],
        |row| Ok((row.take()?, preview(row)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// The cards of the pages at these addresses, by address; pages without one are left out.
pub fn of_urls(conn: &mut Conn, urls: Vec<String>) -> Result<HashMap<String, Preview>, StoreError> {
    let cards = conn.query(
        "select id, url, title, description, site_name, author, image_url, image_alt, width, height, blurhash
         from link_previews where url in_texts($1) and state = 1",
        args![urls],
        preview,
    )?;
    Ok(cards.into_iter().map(|card| (card.url.clone(), card)).collect())
}

fn preview(row: &mut Row<'_>) -> Result<Preview, StoreError> {
    let (id, url, title, description) = (row.take()?, row.take()?, row.take()?, row.take()?);
    let (site_name, author) = (row.take()?, row.take()?);
    let (source, alt): (Option<String>, String) = (row.take()?, row.take()?);
    let (width, height, blurhash) = (row.take()?, row.take()?, row.take()?);
    let picture = source.map(|source| Picture { source, alt, width, height, blurhash });
    Ok(Preview { id, url, title, description, site_name, author, picture })
}

/// Whether a page is to be asked now.
pub fn is_due(conn: &mut Conn, now_ms: Millis) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from link_previews where due_at <= $1 and lease_until <= $1)",
        args![now_ms],
        |row| row.take(),
    )
}

/// Takes pages that are to be asked now, those first that wait for longest, until `until_ms`.
pub fn take(conn: &mut Conn, now_ms: Millis, until_ms: Millis, limit: i64) -> Result<Vec<Due>, StoreError> {
    conn.query(
        "update link_previews set lease_until = $2 where id in (
             select id from link_previews where due_at <= $1 and lease_until <= $1
             order by due_at limit $3 for update skip locked)
         returning id, url, host, attempts",
        args![now_ms, until_ms, limit],
        |row| Ok(Due { id: row.take()?, url: row.take()?, host: row.take()?, attempts: row.take()? }),
    )
}

/// Writes what a page says of itself. What is known of its picture stays while that has the same address.
pub fn found(conn: &mut Conn, id: RowId, page: &Page, now_ms: Millis) -> Result<(), StoreError> {
    let picture = page.picture.as_ref().map(|url| url.as_str().to_owned());
    conn.touched(Echo::Previews);
    conn.execute(
        "update link_previews set state = 1, title = $2, description = $3, site_name = $4, author = $5,
             width = case when image_url = $6 then width else 0 end,
             height = case when image_url = $6 then height else 0 end,
             blurhash = case when image_url = $6 then blurhash end,
             image_url = $6, image_alt = $7, fetched_at = $8, due_at = null, attempts = 0, lease_until = 0
         where id = $1",
        args![
            id,
            &page.title,
            &page.description,
            &page.site_name,
            &page.author,
            picture,
            &page.picture_alt,
            now_ms
        ],
    )?;
    Ok(())
}

/// Remembers that a page has no card. When it could not be asked (`is_known` is false), the card stays that it had.
pub fn nothing(conn: &mut Conn, id: RowId, is_known: bool, now_ms: Millis) -> Result<(), StoreError> {
    conn.touched(Echo::Previews);
    conn.execute(
        "update link_previews set state = case when $2 or state <> 1 then 2 else 1 end, fetched_at = $3,
             due_at = null, attempts = 0, lease_until = 0
         where id = $1",
        args![id, is_known, now_ms],
    )?;
    Ok(())
}

/// A page was asked in vain and is to be asked again at `due_at`.
pub fn again(conn: &mut Conn, id: RowId, due_at: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update link_previews set due_at = $2, attempts = attempts + 1, lease_until = 0 where id = $1",
        args![id, due_at],
    )?;
    Ok(())
}

/// Puts other pages of a host off that are due before `until_ms`, at most `limit`: it does not answer, and shall not
/// hold up the pages of others.
pub fn put_off(conn: &mut Conn, host: &str, until_ms: Millis, limit: i64) -> Result<(), StoreError> {
    conn.execute(
        "update link_previews set due_at = $2 where id in (
             select id from link_previews where host = $1 and due_at < $2 order by due_at limit $3)",
        args![host, until_ms, limit],
    )?;
    Ok(())
}

/// Where the picture of a page comes from, if it is shown.
pub fn picture(conn: &mut Conn, id: RowId) -> Result<Option<Source>, StoreError> {
    conn.query_opt(
        "select host, image_url from link_previews where id = $1 and state = 1 and image_url is not null",
        args![id],
        |row| Ok(Source { host: row.take()?, url: row.take()? }),
    )
}

/// Writes what was seen of the picture from `source`: pixels and blurhash.
pub fn set_seen(
    conn: &mut Conn,
    id: RowId,
    source: &str,
    (width, height): (i64, i64),
    blurhash: &str,
) -> Result<(), StoreError> {
    conn.touched(Echo::Previews);
    conn.execute(
        "update link_previews set width = $3, height = $4, blurhash = $5 where id = $1 and image_url = $2",
        args![id, source, width, height, blurhash],
    )?;
    Ok(())
}

/// Looks at pages that were last looked at before `before_ms`, at most `limit`: those that no tweet links to any more
/// are forgotten. Answers how many.
pub fn prune(conn: &mut Conn, before_ms: Millis, limit: i64) -> Result<u64, StoreError> {
    let looked: Vec<i64> = conn.query(
        "select id from link_previews where looked_at < $1 order by looked_at limit $2",
        args![before_ms, limit],
        super::int,
    )?;
    if looked.is_empty() {
        return Ok(0);
    }
    conn.touched(Echo::Previews);
    let gone = conn.execute(
        "delete from link_previews where id in_ints($1)
             and not exists (select 1 from tweet_previews t where t.preview_id = link_previews.id)",
        args![looked.clone()],
    )?;
    // The others are looked at again when it is their turn.
    conn.execute(
        "update link_previews set looked_at = $2 where id in_ints($1)",
        args![looked, before_ms.saturating_add(PREVIEW_LOOK_MS)],
    )?;
    Ok(gone)
}
