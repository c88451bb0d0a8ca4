-- Accounts: the public face of local users (domain is null) and of remote actors.
create table accounts (
    id bigint primary key,
    username text not null,
    username_folded text not null,
    domain text,
    display_name text not null default '',
    bio text not null default '',
    bio_html text not null default '',
    fields text not null default '[]',
    avatar text,
    header text,
    kind text not null default 'person',
    locked boolean not null default false,
    discoverable boolean not null default true,
    indexable boolean not null default true,
    created_at bigint not null,
    updated_at bigint not null,
    suspended_at bigint,
    limited_at bigint,
    tweets_count bigint not null default 0,
    followers_count bigint not null default 0,
    following_count bigint not null default 0,
    last_tweet_at bigint
);
create unique index accounts_by_handle on accounts (username_folded, coalesce(domain, ''));
create index accounts_local on accounts (id) where domain is null;

-- Users: login data and settings of local accounts.
create table users (
    account_id bigint primary key references accounts (id) on delete cascade,
    email text not null,
    email_folded text not null unique,
    password_hash text not null,
    role text not null default 'user',
    state text not null default 'active',
    language text,
    notifications_read_id bigint not null default 0,
    created_at bigint not null,
    last_seen_at bigint
);

-- Sessions: web logins and bearer tokens, found by the hash of their secret.
create table sessions (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    token_hash bytea not null unique,
    kind text not null,
    scopes text not null,
    name text not null default '',
    address text not null default '',
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint
);
create index sessions_by_account on sessions (account_id);

-- Key pairs: of local accounts with the private half sealed, of remote ones the public half alone.
create table actor_keys (
    key_uri text primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    public_pem text not null,
    private_sealed bytea,
    created_at bigint not null,
    fetched_at bigint not null,
    retired_at bigint
);
create index actor_keys_by_account on actor_keys (account_id);

-- Actors: how remote accounts are reached.
create table actors (
    account_id bigint primary key references accounts (id) on delete cascade,
    uri text not null unique,
    url text,
    inbox text not null,
    shared_inbox text,
    outbox text,
    followers_uri text,
    following_uri text,
    featured_uri text,
    host text not null,
    also_known_as text not null default '[]',
    moved_to text,
    remote_tweets bigint,
    remote_followers bigint,
    remote_following bigint,
    fetched_at bigint not null
);
create index actors_by_followers_uri on actors (followers_uri);
create index actors_by_host on actors (host);

create table tweets (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    local boolean not null,
    visibility bigint not null,
    text text not null default '',
    html text not null default '',
    content_warning text not null default '',
    sensitive boolean not null default false,
    language text,
    reply_to bigint,
    reply_to_account bigint,
    thread_id bigint not null,
    retweet_of bigint,
    quote_of bigint,
    uri text unique,
    url text,
    created_at bigint not null,
    edited_at bigint,
    has_media boolean not null default false,
    likes_count bigint not null default 0,
    retweets_count bigint not null default 0,
    replies_count bigint not null default 0,
    quotes_count bigint not null default 0
);
create index tweets_by_account on tweets (account_id, id);
create index tweets_by_thread on tweets (thread_id, id);
create index tweets_by_reply on tweets (reply_to, id) where reply_to is not null;
create unique index tweets_by_retweet on tweets (retweet_of, account_id) where retweet_of is not null;
create index tweets_by_quote on tweets (quote_of, id) where quote_of is not null;
create index tweets_local_public on tweets (id) where local and visibility = 0 and retweet_of is null;
create index tweets_public on tweets (id) where visibility = 0 and retweet_of is null;

-- Versions of an edited tweet before its present one.
create table tweet_edits (
    id bigint primary key,
    tweet_id bigint not null references tweets (id) on delete cascade,
    text text not null,
    html text not null,
    content_warning text not null,
    media text not null default '[]',
    created_at bigint not null
);
create index tweet_edits_by_tweet on tweet_edits (tweet_id, id);

create table tweet_mentions (
    tweet_id bigint not null references tweets (id) on delete cascade,
    account_id bigint not null references accounts (id) on delete cascade,
    primary key (tweet_id, account_id)
);
create index tweet_mentions_by_account on tweet_mentions (account_id, tweet_id);

create table tweet_tags (
    tag text not null,
    tweet_id bigint not null references tweets (id) on delete cascade,
    primary key (tag, tweet_id)
);
create index tweet_tags_by_tweet on tweet_tags (tweet_id);

create table media (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint references tweets (id) on delete cascade,
    position bigint not null default 0,
    kind text not null,
    mime text not null,
    file_key text,
    thumb_key text,
    remote_url text,
    alt text not null default '',
    width bigint not null default 0,
    height bigint not null default 0,
    thumb_width bigint not null default 0,
    thumb_height bigint not null default 0,
    blurhash text,
    size_bytes bigint not null default 0,
    created_at bigint not null
);
create index media_by_tweet on media (tweet_id, position) where tweet_id is not null;
create index media_by_account on media (account_id, id);
create index media_unattached on media (created_at) where tweet_id is null;

create table likes (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint not null references tweets (id) on delete cascade,
    uri text,
    created_at bigint not null
);
create unique index likes_once on likes (account_id, tweet_id);
create index likes_by_tweet on likes (tweet_id, id);
create index likes_by_account on likes (account_id, id);

create table bookmarks (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint not null references tweets (id) on delete cascade
);
create unique index bookmarks_once on bookmarks (account_id, tweet_id);
create index bookmarks_by_account on bookmarks (account_id, id);
create index bookmarks_by_tweet on bookmarks (tweet_id);

create table pins (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint not null unique references tweets (id) on delete cascade
);
create index pins_by_account on pins (account_id, id);

create table follows (
    id bigint primary key,
    follower_id bigint not null references accounts (id) on delete cascade,
    followee_id bigint not null references accounts (id) on delete cascade,
    uri text,
    created_at bigint not null
);
create unique index follows_once on follows (follower_id, followee_id);
create index follows_by_followee on follows (followee_id, id);
create index follows_by_follower on follows (follower_id, id);

create table follow_requests (
    id bigint primary key,
    follower_id bigint not null references accounts (id) on delete cascade,
    followee_id bigint not null references accounts (id) on delete cascade,
    uri text,
    created_at bigint not null
);
create unique index follow_requests_once on follow_requests (follower_id, followee_id);
create index follow_requests_by_followee on follow_requests (followee_id, id);

create table blocks (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    target_id bigint not null references accounts (id) on delete cascade,
    uri text,
    created_at bigint not null
);
create unique index blocks_once on blocks (account_id, target_id);
create index blocks_by_target on blocks (target_id);

create table mutes (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    target_id bigint not null references accounts (id) on delete cascade,
    notifications boolean not null default true,
    created_at bigint not null
);
create unique index mutes_once on mutes (account_id, target_id);
create index mutes_by_target on mutes (target_id);

-- Ids from a plain sequence below 2^53: some clients read them as JSON numbers.
create table notifications (
    id bigint generated by default as identity primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    kind text not null,
    from_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint references tweets (id) on delete cascade,
    dedupe text not null unique,
    created_at bigint not null
);
create index notifications_by_account on notifications (account_id, id);
create index notifications_by_tweet on notifications (tweet_id) where tweet_id is not null;
create index notifications_by_from on notifications (from_id);

create table idempotency_keys (
    account_id bigint not null references accounts (id) on delete cascade,
    key text not null,
    tweet_id bigint not null,
    created_at bigint not null,
    primary key (account_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- The event log. Followers read it in the order (txid, seq), and only what is settled.
create table events (
    seq bigint generated by default as identity primary key,
    txid bigint not null default (pg_current_xact_id()::text)::bigint,
    payload text not null,
    created_at bigint not null
);
create index events_in_order on events (txid, seq);

create table consumers (
    name text primary key,
    txid bigint not null,
    seq bigint not null
);

-- Remote hosts and the health of the way to them.
create table instances (
    host text primary key,
    state bigint not null default 0,
    failures bigint not null default 0,
    next_attempt_at bigint,
    first_failure_at bigint,
    last_success_at bigint,
    form bigint not null default 0,
    lease_owner text,
    lease_until bigint not null default 0,
    blocked boolean not null default false,
    software text,
    created_at bigint not null
);

-- Outgoing activities, stored once each; a row per inbox waits in its host's lane. While rows for the
-- followers' inboxes are still being written, fanout_after is the last inbox that has its row.
create table outbox (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    activity_uri text not null,
    body bytea not null,
    tweet_id bigint,
    fanout_after text,
    created_at bigint not null
);
create index outbox_fanning_out on outbox (id) where fanout_after is not null;
create table deliveries (
    id bigint primary key,
    outbox_id bigint not null references outbox (id) on delete cascade,
    host text not null,
    inbox text not null,
    account_id bigint not null,
    attempts bigint not null default 0
);
create index deliveries_by_host on deliveries (host, id);
create unique index deliveries_once on deliveries (outbox_id, inbox);

-- Incoming activities: verified, stored, acknowledged; then worked off in order per object.
create table inbox (
    id bigint primary key,
    activity_uri text not null unique,
    actor_uri text not null,
    object_uri text not null,
    body bytea not null,
    state text not null default 'waiting',
    attempts bigint not null default 0,
    next_attempt_at bigint not null default 0,
    lease_until bigint not null default 0,
    error text,
    created_at bigint not null
);
create index inbox_waiting on inbox (next_attempt_at, id) where state = 'waiting';
create index inbox_by_object on inbox (object_uri, id) where state = 'waiting';
create index inbox_by_age on inbox (created_at);

-- Ids of deleted or undone remote things, so that a late arrival does not bring them back.
create table tombstones (
    uri text primary key,
    created_at bigint not null
);
create index tombstones_by_age on tombstones (created_at);

create table settings (
    key text primary key,
    value text not null
);
