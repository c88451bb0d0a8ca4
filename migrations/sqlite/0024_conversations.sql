-- Direct tweets of a thread among the same accounts, for each user among them. participants: the ids of the others, in
-- their order.
create table conversations (
    id integer primary key autoincrement,
    account_id bigint not null references accounts (id) on delete cascade,
    thread_id bigint not null,
    participants text not null,
    last_tweet_id bigint not null,
    unread boolean not null
);
create unique index conversations_once on conversations (account_id, thread_id, participants);
create index conversations_by_account on conversations (account_id, last_tweet_id);
create index conversations_by_thread on conversations (thread_id);

create table conversation_tweets (
    account_id bigint not null references accounts (id) on delete cascade,
    tweet_id bigint not null references tweets (id) on delete cascade,
    conversation_id bigint not null references conversations (id) on delete cascade,
    primary key (account_id, tweet_id)
) without rowid;
create index conversation_tweets_by_tweet on conversation_tweets (tweet_id);
create index conversation_tweets_in_order on conversation_tweets (conversation_id, tweet_id);
