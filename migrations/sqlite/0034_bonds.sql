-- What one wants of those one follows: their retweets, to be told of each post, only these languages (a JSON list).
alter table follows add column retweets boolean not null default true;
alter table follows add column notify boolean not null default false;
alter table follows add column languages text;
alter table follow_requests add column retweets boolean not null default true;
alter table follow_requests add column notify boolean not null default false;
alter table follow_requests add column languages text;
create index follows_notifying on follows (followee_id, follower_id) where notify;

-- When a mute ends by itself.
alter table mutes add column expires_at bigint;
create index mutes_by_end on mutes (expires_at) where expires_at is not null;

-- Threads of which one is told nothing more.
create table muted_threads (
    account_id bigint not null references accounts (id) on delete cascade,
    thread_id bigint not null,
    created_at bigint not null,
    primary key (account_id, thread_id)
) without rowid;

-- Hosts of which one sees nothing in lists.
create table hidden_hosts (
    id integer primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    host text not null,
    created_at bigint not null
);
create unique index hidden_hosts_once on hidden_hosts (account_id, host);
create index hidden_hosts_by_account on hidden_hosts (account_id, id);

-- What one notes for oneself about others.
create table account_notes (
    account_id bigint not null references accounts (id) on delete cascade,
    target_id bigint not null references accounts (id) on delete cascade,
    note text not null,
    primary key (account_id, target_id)
) without rowid;
create index account_notes_by_target on account_notes (target_id);
