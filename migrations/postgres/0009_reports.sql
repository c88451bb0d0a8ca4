-- The instance itself, as the owner of what its actor signs. It is suspended and of no host: nobody ever sees it.
insert into accounts (id, username, username_folded, domain, kind, locked, discoverable, indexable, created_at,
    updated_at, suspended_at)
values (0, 'instance', 'instance', '.', 'application', true, false, false, 0, 0, 0);

-- Complaints about accounts: by people here (reporter_id) or by another instance (origin).
create table reports (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    reporter_id bigint references accounts (id) on delete set null,
    origin text,
    activity_uri text,
    comment text not null,
    forward boolean not null default false,
    created_at bigint not null,
    resolved_at bigint,
    resolver_id bigint references accounts (id) on delete set null
);
create index reports_open on reports (id) where resolved_at is null;
create index reports_resolved on reports (id) where resolved_at is not null;
create index reports_by_account on reports (account_id);
create index reports_by_reporter on reports (reporter_id) where reporter_id is not null;
create index reports_by_resolver on reports (resolver_id) where resolver_id is not null;
create index reports_by_origin on reports (origin) where resolved_at is null and origin is not null;
create unique index reports_once on reports (activity_uri, account_id) where activity_uri is not null;

create table report_tweets (
    report_id bigint not null references reports (id) on delete cascade,
    tweet_id bigint not null references tweets (id) on delete cascade,
    primary key (report_id, tweet_id)
);
create index report_tweets_by_tweet on report_tweets (tweet_id);
