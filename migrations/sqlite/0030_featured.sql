-- Hashtags that somebody shows on their profile.
create table featured_tags (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tag text not null,
    created_at bigint not null,
    unique (account_id, tag)
);

-- Accounts that somebody recommends on their profile; only such as they follow.
create table endorsements (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    target_id bigint not null references accounts (id) on delete cascade,
    created_at bigint not null,
    unique (account_id, target_id)
);
create index endorsements_in_order on endorsements (account_id, id);
create index endorsements_by_target on endorsements (target_id);

-- Suggestions that somebody does not want to see again.
create table dismissed_suggestions (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    target_id bigint not null references accounts (id) on delete cascade,
    unique (account_id, target_id)
);
create index dismissed_suggestions_in_order on dismissed_suggestions (account_id, id);
create index dismissed_suggestions_by_target on dismissed_suggestions (target_id);

-- Who wants to be found, by when they last wrote and by when they came.
create index accounts_by_activity on accounts (last_tweet_at, id)
    where domain is null and discoverable and suspended_at is null and limited_at is null and last_tweet_at is not null;
create index accounts_findable on accounts (id)
    where domain is null and discoverable and suspended_at is null and limited_at is null;
