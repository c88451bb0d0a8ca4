-- Only the word of its owner makes a thing gone; by_actor is empty when it is ours.
alter table tombstones drop constraint tombstones_pkey;
alter table tombstones add column by_actor text not null default '';
alter table tombstones add primary key (uri, by_actor);

-- Two actors of a host may not claim each other's ids; and whose host it came from, for fairness.
alter table inbox drop constraint inbox_activity_uri_key;
alter table inbox add column host text not null default '';
create unique index inbox_once on inbox (activity_uri, actor_uri);

-- A delivery remembers how it fared, so that a lane may be given back while an author has to wait.
alter table deliveries add column refusals bigint not null default 0;
alter table deliveries add column failed_at bigint;
alter table deliveries add column not_before bigint not null default 0;

-- When a host with nothing to do now is looked at again, and up to which delivery that was judged.
alter table instances add column look_at bigint not null default 0;
alter table instances add column looked_to bigint not null default 0;
create index instances_blocked on instances (host) where blocked;

-- An activity fans out in the order of follows: up to this one the rows are written.
drop index outbox_fanning_out;
alter table outbox add column fanned_to bigint;
update outbox set fanned_to = 0 where fanout_after is not null;
alter table outbox drop column fanout_after;
create index outbox_fanning_out on outbox (id) where fanned_to is not null;
