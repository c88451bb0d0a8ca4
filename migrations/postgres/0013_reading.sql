-- What a remote tweet answers while that is not here, and what its own host says how often it is liked and repeated.
alter table tweets add column reply_to_uri text;
alter table tweets add column stated_likes bigint;
alter table tweets add column stated_retweets bigint;
create index tweets_awaiting on tweets (reply_to_uri) where reply_to_uri is not null;

-- What is read of other instances beside what they send: the answers of a thread, the last posts of an account.
create table backfills (
    kind text not null,
    subject_id bigint not null,
    lease_until bigint not null default 0,
    next_at bigint not null default 0,
    found bigint not null default 0,
    primary key (kind, subject_id)
);
create index backfills_by_age on backfills (next_at);
