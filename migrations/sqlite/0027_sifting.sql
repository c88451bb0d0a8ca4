-- Whose notifications somebody lets through, lets wait or does not want; no row: as by default.
create table notification_policies (
    account_id integer primary key references users (account_id) on delete cascade,
    not_following bigint not null,
    not_followers bigint not null,
    new_accounts bigint not null,
    private_mentions bigint not null,
    limited_accounts bigint not null
);

-- Notifications that wait, and by whom: a request each. From whom they were let through, all are from then on.
alter table notifications add column filtered boolean not null default false;
drop index notifications_by_account;
drop index notifications_by_from;
create index notifications_shown on notifications (account_id, id) where not filtered;
create index notifications_waiting on notifications (account_id, id) where filtered;
create index notifications_by_pair on notifications (from_id, account_id, id);
create table notification_requests (
    id integer primary key autoincrement,
    account_id bigint not null references accounts (id) on delete cascade,
    from_id bigint not null references accounts (id) on delete cascade,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index notification_requests_once on notification_requests (account_id, from_id);
create index notification_requests_by_account on notification_requests (account_id, id);
create index notification_requests_by_from on notification_requests (from_id);
create table notification_permissions (
    account_id bigint not null references accounts (id) on delete cascade,
    from_id bigint not null references accounts (id) on delete cascade,
    primary key (account_id, from_id)
) without rowid;
create index notification_permissions_by_from on notification_permissions (from_id);
