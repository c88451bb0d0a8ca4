-- What became of the deliveries of a tweet, one row a tweet and host; the id is the last of these deliveries'.
create table delivery_results (
    id integer primary key,
    tweet_id bigint not null,
    host text not null,
    outcome bigint not null,
    status bigint,
    delivered bigint not null default 0,
    refused bigint not null default 0,
    dropped bigint not null default 0,
    tries bigint not null default 0,
    ended_at bigint not null
);
create unique index delivery_results_once on delivery_results (tweet_id, host);
create index delivery_results_by_age on delivery_results (ended_at);
create index outbox_by_tweet on outbox (tweet_id) where tweet_id is not null;

-- What the order of an author's activities is kept for: a tweet, an account, or 0 for all that is theirs.
alter table outbox add column about_id bigint not null default 0;
-- How often a delivery was sent.
alter table deliveries add column tries bigint not null default 0;

-- When and how a host last failed, for the admin.
alter table instances add column last_failure_at bigint;
alter table instances add column last_failure text not null default '';

create index inbox_parked_by_id on inbox (id) where state = 'parked';
