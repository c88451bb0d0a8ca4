-- What people would rather not read. contexts: a bit for each place where it counts.
create table filters (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    title text not null,
    contexts bigint not null,
    action text not null,
    expires_at bigint
);
create index filters_by_account on filters (account_id, id);

create table filter_keywords (
    id integer primary key,
    filter_id bigint not null references filters (id) on delete cascade,
    keyword text not null,
    whole_word boolean not null default true
);
create index filter_keywords_by_filter on filter_keywords (filter_id, id);

create table filter_tweets (
    id integer primary key,
    filter_id bigint not null references filters (id) on delete cascade,
    tweet_id bigint not null references tweets (id) on delete cascade
);
create unique index filter_tweets_once on filter_tweets (filter_id, tweet_id);
create index filter_tweets_by_tweet on filter_tweets (tweet_id);
