-- A remote account that somebody here has to do with is asked about itself again after a week or so.
alter table actors add column refresh_at bigint not null default 0;
update actors set refresh_at = fetched_at + 604800000 + account_id % 86400000;
create index actors_by_refresh on actors (refresh_at);
