-- A poll hangs on its tweet. ended: its end was noticed; told_to: up to which vote the voters were told of it, null
-- when there is nobody left to tell; untold: votes came that others have not heard of yet.
alter table tweets add column has_poll boolean not null default false;
create table polls (
    tweet_id integer primary key references tweets (id) on delete cascade,
    multiple boolean not null,
    ends_at bigint,
    ended boolean not null default false,
    told_to bigint,
    voters_count bigint,
    untold boolean not null default false,
    told_at bigint not null default 0,
    checked_at bigint not null default 0
);
create index polls_ending on polls (ends_at) where not ended;
create index polls_telling on polls (tweet_id) where told_to is not null;
create index polls_untold on polls (told_at) where untold;

create table poll_options (
    tweet_id bigint not null references polls (tweet_id) on delete cascade,
    position bigint not null,
    title text not null,
    votes_count bigint not null default 0,
    primary key (tweet_id, position)
) without rowid;

create table poll_votes (
    id integer primary key,
    tweet_id bigint not null references polls (tweet_id) on delete cascade,
    account_id bigint not null references accounts (id) on delete cascade,
    position bigint not null,
    created_at bigint not null
);
create unique index poll_votes_once on poll_votes (tweet_id, account_id, position);
create index poll_votes_in_order on poll_votes (tweet_id, id);
create index poll_votes_by_account on poll_votes (account_id);
