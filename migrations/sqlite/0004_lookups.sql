-- An Undo may name what it takes back by its id alone.
create index likes_by_uri on likes (uri) where uri is not null;
create index follows_by_uri on follows (uri) where uri is not null;
create index follow_requests_by_uri on follow_requests (uri) where uri is not null;
create index blocks_by_uri on blocks (uri) where uri is not null;
-- Whether an inbox is one that a host shares; an account that goes takes its activities along.
create index actors_by_shared_inbox on actors (shared_inbox) where shared_inbox is not null;
create index outbox_by_account on outbox (account_id);
drop index actors_by_followers_uri;
-- The pictures of an account, without reading all that it wrote.
create index tweets_with_media on tweets (account_id, id) where has_media;
-- Begins with an equality: without statistics SQLite would else take tweets_public.
drop index tweets_local_public;
create index tweets_local_public on tweets (visibility, id) where local and retweet_of is null;

-- When a consumer last gave a sign of life: the log is not kept for one that never comes back.
alter table consumers add column seen_at bigint not null default 0;
update consumers set seen_at = unixepoch() * 1000;
