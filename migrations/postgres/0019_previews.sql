-- Pages that tweets link to, one row an address, and what they say of themselves. state: 0 not known yet, 1 there is a
-- card, 2 there is none. A page with due_at is to be asked then; whoever does so has it until lease_until.
create table link_previews (
    id bigint primary key,
    url text not null unique,
    host text not null,
    state bigint not null default 0,
    title text not null default '',
    description text not null default '',
    site_name text not null default '',
    author text not null default '',
    image_url text,
    image_alt text not null default '',
    width bigint not null default 0,
    height bigint not null default 0,
    blurhash text,
    fetched_at bigint,
    due_at bigint,
    attempts bigint not null default 0,
    lease_until bigint not null default 0,
    looked_at bigint not null
);
create index link_previews_due on link_previews (due_at) where due_at is not null;
create index link_previews_due_by_host on link_previews (host, due_at) where due_at is not null;
create index link_previews_by_look on link_previews (looked_at);

-- The page of which a tweet has a card.
create table tweet_previews (
    tweet_id bigint primary key references tweets (id) on delete cascade,
    preview_id bigint not null references link_previews (id)
);
create index tweet_previews_by_preview on tweet_previews (preview_id);
