-- Other instances' custom emoji, one picture for each host and code; a tweet or account keeps a list of those it uses.
create table remote_emoji (
    id bigint primary key,
    host text not null,
    shortcode text not null,
    url text not null,
    updated_at bigint,
    created_at bigint not null
);
create unique index remote_emoji_by_code on remote_emoji (host, shortcode);
alter table tweets add column emoji text not null default '';
alter table accounts add column emoji text not null default '';

-- Our own.
create table custom_emoji (
    id bigint primary key,
    shortcode text not null unique,
    category text not null,
    file_key text not null,
    enabled boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);
