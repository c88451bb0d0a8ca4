-- Whom an account of ours lets quote its posts, and whom a remote post's author does, as far as that was said.
alter table accounts add column quotable bigint not null default 0;
alter table tweets add column can_quote bigint;
-- How a quote stands with whom it quotes, and the stamp by which they allow it.
alter table tweets add column quote_state bigint not null default 0;
alter table tweets add column quote_stamp text;
create index tweets_by_stamp on tweets (quote_stamp) where quote_stamp is not null;

-- Stamps by which accounts of ours allow quotes on other instances.
create table quote_stamps (
    id bigint primary key,
    tweet_id bigint not null references tweets (id) on delete cascade,
    quoting_uri text not null,
    quoter_id bigint not null references accounts (id) on delete cascade,
    created_at bigint not null
);
create unique index quote_stamps_once on quote_stamps (tweet_id, quoting_uri);
create index quote_stamps_by_quoter on quote_stamps (quoter_id);
