-- Who used what on a day: hashtags (kind 0, item is the folded name), links (1, the address) and tweets (2, the id:
-- liked or repeated). One row an account; hour is that of the last time, in hours since 1970.
create table trend_uses (
    kind bigint not null,
    item text not null,
    day bigint not null,
    account_id bigint not null references accounts (id) on delete cascade,
    hour bigint not null,
    uses bigint not null default 1,
    primary key (kind, item, day, account_id)
);
create index trend_uses_by_hour on trend_uses (kind, hour);
create index trend_uses_by_day on trend_uses (day);
create index trend_uses_by_account on trend_uses (account_id);

-- What was used most of late, as it was last reckoned.
create table trends (
    kind bigint not null,
    position bigint not null,
    item text not null,
    primary key (kind, position)
);
create table trend_reckonings (
    kind bigint not null primary key,
    reckoned_at bigint not null
);
