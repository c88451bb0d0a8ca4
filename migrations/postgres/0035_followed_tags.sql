-- Hashtags, folded, whose public posts come into one's home.
create table followed_tags (
    id bigint primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    tag text not null
);
create unique index followed_tags_once on followed_tags (account_id, tag);
create index followed_tags_by_account on followed_tags (account_id, id);
create index followed_tags_by_tag on followed_tags (tag, account_id);
