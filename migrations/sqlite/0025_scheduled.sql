-- Tweets to be published later: params holds all that was asked for. failure: why it could not be, when its time came.
create table scheduled_tweets (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    due_at bigint not null,
    params text not null,
    failure text,
    created_at bigint not null
);
create index scheduled_tweets_by_account on scheduled_tweets (account_id, id);
create index scheduled_tweets_by_day on scheduled_tweets (account_id, due_at);
create index scheduled_tweets_due on scheduled_tweets (due_at, id) where failure is null;

-- The tweet to come that an upload waits for.
alter table media add column scheduled_id bigint references scheduled_tweets (id) on delete set null;
create index media_by_scheduled on media (scheduled_id) where scheduled_id is not null;

-- Whether tweet_id names a tweet to come.
alter table idempotency_keys add column scheduled boolean not null default false;
