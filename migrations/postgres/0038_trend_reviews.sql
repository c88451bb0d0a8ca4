-- The highest that something stood on a day, in 2^20 of an account: what is usual for it is told from these.
create table trend_peaks (
    kind bigint not null,
    item text not null,
    day bigint not null,
    peak bigint not null,
    primary key (kind, item, day)
);
create index trend_peaks_by_day on trend_peaks (day);

-- The host of a linked page.
alter table trends add column host text not null default '';

-- What moderators decided about hashtags (kind 0, item is the folded name), links (1, the address), tweets (2, the id)
-- and all pages of a host (3, its name). A decision about a tweet goes with it.
create table trend_reviews (
    id bigint not null primary key,
    kind bigint not null,
    item text not null,
    approved boolean not null,
    tweet_id bigint references tweets (id) on delete cascade,
    unique (kind, item)
);
create index trend_reviews_in_order on trend_reviews (kind, id);
create index trend_reviews_by_tweet on trend_reviews (tweet_id) where tweet_id is not null;
