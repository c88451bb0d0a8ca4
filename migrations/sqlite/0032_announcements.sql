-- What admins tell everybody here.
create table announcements (
    id integer primary key,
    text text not null,
    starts_at bigint,
    ends_at bigint,
    all_day boolean not null default false,
    published_at bigint not null,
    updated_at bigint not null
);

-- Who has read it.
create table announcement_reads (
    announcement_id bigint not null references announcements (id) on delete cascade,
    account_id bigint not null references accounts (id) on delete cascade,
    primary key (announcement_id, account_id)
) without rowid;
create index announcement_reads_by_account on announcement_reads (account_id);

-- Who reacted with which emoji.
create table announcement_reactions (
    announcement_id bigint not null references announcements (id) on delete cascade,
    name text not null,
    account_id bigint not null references accounts (id) on delete cascade,
    created_at bigint not null,
    primary key (announcement_id, name, account_id)
) without rowid;
create index announcement_reactions_by_account on announcement_reactions (account_id);
