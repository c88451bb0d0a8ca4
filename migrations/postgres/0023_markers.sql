-- Up to where somebody has read a timeline: an id of its entries. version: how often that was said.
create table markers (
    account_id bigint not null references users (account_id) on delete cascade,
    timeline text not null,
    last_read_id bigint not null,
    version bigint not null,
    updated_at bigint not null,
    primary key (account_id, timeline)
);
insert into markers (account_id, timeline, last_read_id, version, updated_at)
select account_id, 'notifications', notifications_read_id, 1, created_at from users where notifications_read_id > 0;
alter table users drop column notifications_read_id;
