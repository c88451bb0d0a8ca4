-- What somebody begins a tweet with, and how they like to read; no row: as by default.
create table preferences (
    account_id bigint primary key references users (account_id) on delete cascade,
    visibility bigint,
    sensitive boolean not null default false,
    language text,
    expand_media text not null default 'default',
    expand_spoilers boolean not null default false,
    autoplay boolean not null default false
);
