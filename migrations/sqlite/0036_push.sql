-- Where browsers and apps want to be told what one is told: at most one a session, and gone with it. Ids are from a plain
-- sequence below 2^53, as clients read them as JSON numbers. token_sealed: the session's secret, sealed with the instance's
-- key, for apps that find the account of a message by it.
create table push_subscriptions (
    id integer primary key autoincrement,
    session_id bigint not null unique references sessions (id) on delete cascade,
    account_id bigint not null references accounts (id) on delete cascade,
    endpoint text not null,
    public_key blob not null,
    auth blob not null,
    standard boolean not null,
    kinds text not null,
    policy text not null,
    token_sealed blob,
    created_at bigint not null
);
create index push_subscriptions_by_account on push_subscriptions (account_id);

-- Notifications that are to be pushed. Whoever does so has one until lease_until.
create table push_deliveries (
    id integer primary key autoincrement,
    subscription_id bigint not null references push_subscriptions (id) on delete cascade,
    account_id bigint not null,
    notification_id bigint not null references notifications (id) on delete cascade,
    due_at bigint not null,
    attempts bigint not null default 0,
    lease_until bigint not null default 0
);
create unique index push_deliveries_once on push_deliveries (notification_id, subscription_id);
create index push_deliveries_by_subscription on push_deliveries (subscription_id);
create index push_deliveries_due on push_deliveries (due_at);
