-- Accounts that moved to another one, ours and remote ones. While followed_to is set, our followers up to that one have
-- followed along and the rest are still to. A move that was undone has no target; its date counts for the next one.
create table moves (
    account_id bigint primary key references accounts (id) on delete cascade,
    target_id bigint references accounts (id) on delete set null,
    moved_at bigint not null,
    followed_to bigint
);
create index moves_by_target on moves (target_id) where target_id is not null;
create index moves_under_way on moves (account_id) where followed_to is not null;

-- Other accounts that are the same person as one of ours, by their ActivityPub ids: they may move here.
create table aliases (
    account_id bigint not null references accounts (id) on delete cascade,
    uri text not null,
    primary key (account_id, uri)
);

-- Relays that an admin subscribed to.
create table relays (
    id bigint primary key,
    kind text not null,
    address text not null unique,
    inbox text not null,
    host text not null,
    actor_uri text unique,
    state text not null,
    created_at bigint not null
);
